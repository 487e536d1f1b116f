/** Decides which run is trained next, where other processes may work on the same runs. */
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Claim, RunState, StoredRun, StoreWriter } from "@ablate/store";
import type { OpenAttempt } from "./line.ts";

/** `restart` trains every run again, `retry-failed` also those that failed. */
export type TrainMode = "resume" | "retry-failed" | "restart";

/** A run that this process holds; `index` is its place among those to train. */
export type Assignment = {
  readonly run: StoredRun;
  readonly index: number;
  readonly claim: Claim;
  /** An attempt that goes on; null: none does. */
  readonly open: OpenAttempt | null;
};

type QueueOptions = {
  readonly mode: TrainMode;
  /** Runs that are left as they are, by their hash. */
  readonly kept: ReadonlySet<string>;
  /** Is told of runs that another process has brought to an end meanwhile. */
  readonly onElsewhere: (run: StoredRun) => void;
};

type Waiting = Pick<Assignment, "run" | "index">;

export class RunQueue {
  readonly #store: StoreWriter;
  readonly #onElsewhere: (run: StoredRun) => void;
  /** Runs that nobody needs to train, or that are left as they are. */
  readonly done: readonly StoredRun[];
  /** Number of runs to train. */
  readonly size: number;
  /** Runs in the order of the plan. */
  readonly #waiting: Set<Waiting>;

  constructor(
    store: StoreWriter,
    runs: readonly StoredRun[],
    { mode, kept, onElsewhere }: QueueOptions,
  ) {
    this.#store = store;
    this.#onElsewhere = onElsewhere;
    const isWaiting = (run: StoredRun) =>
      run.state === "running" || (isToTrain(run, mode) && !kept.has(run.hash));
    this.done = runs.filter((run) => !isWaiting(run));
    this.#waiting = new Set(runs.filter(isWaiting).map((run, index) => ({ run, index })));
    this.size = this.#waiting.size;
  }

  /** Runs that are not begun, or that another process holds. */
  get waiting(): readonly StoredRun[] {
    return [...this.#waiting].map(({ run }) => run);
  }

  /** Number of runs that wait. */
  get left(): number {
    return this.#waiting.size;
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  /** Takes a run that this process has taken over from an earlier one; null: it is not among those to train. */
  adopted(open: OpenAttempt): Assignment | null {
    const waiting = [...this.#waiting].find(({ run }) => run.hash === open.hash);
    if (waiting === undefined) return null;
    this.#waiting.delete(waiting);
    const claim = { token: open.token, pid: process.pid, host: hostname(), isReserved: true };
    return { ...waiting, claim, open };
  }

  /** Takes the first run that is free; null: others hold all that is left. */
  next(): Assignment | null {
    for (const waiting of this.#waiting) {
      const { run } = waiting;
      const claim = { token: randomUUID(), pid: process.pid, host: hostname(), isReserved: true };
      // One that came to another end since it was planned was trained by another process.
      const takeable = { states: UNFINISHED, asItWas: run };
      const reservation = this.#store.reserveRun(run.id, claim, takeable);
      if (reservation.isTaken) {
        this.#waiting.delete(waiting);
        return { ...waiting, claim, open: null };
      }
      if (reservation.isHeld) continue;
      this.#waiting.delete(waiting);
      this.#onElsewhere({ ...run, state: reservation.state });
    }
    return null;
  }

  /** Puts back a run that another process has taken: it is asked for again once that one has left it. */
  putBack({ run, index }: Assignment): void {
    this.#waiting.add({ run: { ...run, state: "running" }, index });
  }
}

const UNFINISHED: readonly RunState[] = ["pending", "stopped", "interrupted"];

/** The modes in which `ablate run` trains a run, by its state. */
const TRAINED_IN: Readonly<Record<RunState, readonly TrainMode[]>> = {
  pending: ["resume", "retry-failed", "restart"],
  stopped: ["resume", "retry-failed", "restart"],
  interrupted: ["resume", "retry-failed", "restart"],
  failed: ["retry-failed", "restart"],
  finished: ["restart"],
  diverged: ["restart"],
  running: [],
};

/** Tells whether `ablate run` trains a run that is in this state. */
export function isToTrain(run: Pick<StoredRun, "state">, mode: TrainMode = "resume"): boolean {
  return TRAINED_IN[run.state].includes(mode);
}
