/** Which step a row of a log belongs to. */
import type { LogEntry } from "./log.ts";

/** Names of what counts steps, without case and separators, the surest first. */
const STEP_NAMES = [
  ...["step", "globalstep", "trainerglobalstep", "trainglobalstep", "trainstep", "steps"],
  ...["iter", "iteration", "iters", "iterations", "it", "iternum", "niter", "trainingiteration"],
  ...["update", "updates", "numupdates", "timestotaltimesteps", "totaltimesteps", "timesteps"],
  ...["timetotaltimesteps", "batch", "batchidx", "batches", "epoch", "epochs"],
];

const EPOCH_NAMES: ReadonlySet<string> = new Set(["epoch", "epochs"]);

/** Returns the names that count steps, the surest first. */
export function stepNames(names: readonly string[]): string[] {
  const plain = names.map(plainName);
  return STEP_NAMES.flatMap((one) => {
    const name = names[plain.indexOf(one)];
    return name === undefined ? [] : [name];
  });
}

/** Says whether a name is that of epochs, within which steps may begin anew. */
export function isEpochName(name: string): boolean {
  return EPOCH_NAMES.has(plainName(name));
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, "");
}

/** What a counter knows; plain JSON. */
export type CounterState = {
  readonly rows: number;
  readonly step: number;
  readonly stride: number;
  readonly epoch: number | null;
  /** Steps that begin anew with an epoch are counted on from here. */
  readonly offset: number;
  readonly offsets: readonly (readonly [epoch: number, offset: number])[];
  /** The latest step of each metric. */
  readonly latest: Readonly<Record<string, number>>;
};

export const FIRST_ROW: CounterState = {
  rows: 0,
  step: -1,
  stride: 1,
  epoch: null,
  offset: 0,
  offsets: [],
  latest: {},
};

/** Where a row counts its steps. */
export type Counted = {
  /** Null: the row does not say; `isCounted` is false where no row does, and the number of the row is its step. */
  readonly step: number | null;
  readonly isCounted: boolean;
  readonly epoch: number | null;
};

/** Counts the steps of a log from row to row. */
export class StepCounter {
  #rows: number;
  #step: number;
  #stride: number;
  #epoch: number | null;
  #offset: number;
  readonly #offsets: Map<number, number>;
  readonly #latest: Map<string, number>;

  constructor(state: CounterState) {
    this.#rows = state.rows;
    this.#step = state.step;
    this.#stride = state.stride;
    this.#epoch = state.epoch;
    this.#offset = state.offset;
    this.#offsets = new Map(state.offsets);
    this.#latest = new Map(Object.entries(state.latest));
  }

  get state(): CounterState {
    return {
      rows: this.#rows,
      step: this.#step,
      stride: this.#stride,
      epoch: this.#epoch,
      offset: this.#offset,
      offsets: [...this.#offsets],
      latest: Object.fromEntries(this.#latest),
    };
  }

  /** How many rows there were. */
  get rows(): number {
    return this.#rows;
  }

  /** Counts a row that belongs to no step. */
  skip(): void {
    this.#rows++;
  }

  /**
   * Takes the next row, which has numbers of these metrics, and returns its step. A metric that goes back to an earlier
   * step was trained again from there on: the rewind says so.
   */
  place(
    { step, isCounted, epoch }: Counted,
    names: readonly string[],
  ): { readonly step: number; readonly rewind: LogEntry | null } {
    const row = this.#rows++;
    const placed = isCounted ? this.#counted(step, epoch, names) : row;
    if (placed > this.#step && this.#step >= 0) this.#stride = placed - this.#step;
    this.#step = placed;
    const isBack = names.some((name) => (this.#latest.get(name) ?? -1) > placed);
    if (isBack) this.#forgetFrom(placed);
    for (const name of names) this.#latest.set(name, placed);
    return { step: placed, rewind: isBack ? { type: "rewind", step: placed } : null };
  }

  #counted(step: number | null, epoch: number | null, names: readonly string[]): number {
    if (step === null) return Math.max(0, this.#step);
    const before = this.#epoch;
    if (epoch !== null) this.#epoch = epoch;
    if (epoch !== null && before !== null && epoch !== before) {
      const known = epoch < before ? this.#offsets.get(epoch) : undefined;
      const at = step + this.#offset;
      const isAgain = at === this.#step && names.some((name) => this.#latest.get(name) === at);
      if (known !== undefined) this.#offset = known;
      else if (epoch > before && (at < this.#step || isAgain)) {
        if (this.#offsets.size === 0) this.#offsets.set(before, this.#offset);
        this.#offset = this.#step + this.#stride - step;
        this.#offsets.set(epoch, this.#offset);
      }
    }
    return step + this.#offset;
  }

  #forgetFrom(step: number): void {
    for (const [name, latest] of this.#latest) if (latest >= step) this.#latest.delete(name);
  }
}
