/** Update:data ratios of variables, and other numbers of a step, with as few reads of the device as can be. */
import {
  currentValue,
  isInMemory,
  type Tensor,
  type TensorFlow,
  type Variable,
} from "./tensorflow.ts";

/** How the size of an update and of the values is measured. */
export type RatioKind = "rms" | "std";

/** Numbers of one step; ratios are NaN where they were not asked for. */
export type Measured = { readonly numbers: readonly number[]; readonly ratios: Float32Array };

export type Meter = {
  /** Remembers the values before the next step. */
  readonly remember: () => void;
  /** Measures a step that has been made; `take` gets its numbers now or after later steps, in order. */
  readonly measure: (
    numbers: readonly (Tensor | number)[],
    withRatios: boolean,
    take: (measured: Measured) => void,
  ) => void;
  /** Reads what has not been read. */
  readonly finish: () => Promise<void>;
  /** Reads it without giving way, at the end of a process. */
  readonly finishNow: () => void;
  readonly dispose: () => void;
};

export function meterOf(tf: TensorFlow, variables: readonly Variable[], kind: RatioKind): Meter {
  return isInMemory(tf) ? new MemoryMeter(variables, kind) : new DeviceMeter(tf, variables, kind);
}

/** Adds up in double precision what lies in memory: a read is a look, and no kernel is called. */
export class MemoryMeter implements Meter {
  readonly #variables: readonly Variable[];
  readonly #kind: RatioKind;
  readonly #before: readonly Float32Array[];
  #isRemembered = false;

  constructor(variables: readonly Variable[], kind: RatioKind) {
    this.#variables = variables;
    this.#kind = kind;
    this.#before = variables.map((variable) => new Float32Array(currentValue(variable).size));
  }

  remember(): void {
    for (const [i, variable] of this.#variables.entries()) {
      this.#before[i]?.set(currentValue(variable).dataSync());
    }
    this.#isRemembered = true;
  }

  measure(
    numbers: readonly (Tensor | number)[],
    withRatios: boolean,
    take: (measured: Measured) => void,
  ): void {
    const read = numbers.map((one) => (typeof one === "number" ? one : (one.dataSync()[0] ?? NaN)));
    take({ numbers: read, ratios: this.#ratios(withRatios) });
  }

  async finish(): Promise<void> {}

  finishNow(): void {}

  dispose(): void {}

  #ratios(isAsked: boolean): Float32Array {
    const ratios = new Float32Array(this.#variables.length).fill(Number.NaN);
    if (!isAsked || !this.#isRemembered) return ratios;
    const ofOne = this.#kind === "rms" ? rmsRatio : stdRatio;
    for (const [i, variable] of this.#variables.entries()) {
      ratios[i] = ofOne(currentValue(variable).dataSync(), this.#before[i] ?? new Float32Array());
    }
    return ratios;
  }
}

function rmsRatio(after: ArrayLike<number>, before: Float32Array): number {
  let update = 0;
  let data = 0;
  for (let i = 0; i < before.length; i++) {
    const value = after[i] ?? 0;
    const change = value - (before[i] ?? 0);
    update += change * change;
    data += value * value;
  }
  return Math.sqrt(update / data);
}

function stdRatio(after: ArrayLike<number>, before: Float32Array): number {
  let [update, updates, data, values] = [0, 0, 0, 0];
  for (let i = 0; i < before.length; i++) {
    updates += (after[i] ?? 0) - (before[i] ?? 0);
    values += after[i] ?? 0;
  }
  const [meanUpdate, mean] = [updates / before.length, values / before.length];
  for (let i = 0; i < before.length; i++) {
    const value = after[i] ?? 0;
    const change = value - (before[i] ?? 0) - meanUpdate;
    update += change * change;
    data += (value - mean) ** 2;
  }
  return Math.sqrt(update / data);
}

/** Steps that are read at once: a read waits for the device, which is what costs. */
const STEPS_A_READ = 25;

type Pending = {
  readonly row: Tensor;
  readonly numbers: number;
  readonly withRatios: boolean;
  readonly take: (measured: Measured) => void;
};

/** Adds up on the device, and reads many steps at once. */
export class DeviceMeter implements Meter {
  readonly #tf: TensorFlow;
  readonly #variables: readonly Variable[];
  readonly #kind: RatioKind;
  #before: readonly Tensor[] = [];
  #pending: Pending[] = [];
  #reading: Promise<void> = Promise.resolve();
  #trouble: unknown = null;

  constructor(tf: TensorFlow, variables: readonly Variable[], kind: RatioKind) {
    this.#tf = tf;
    this.#variables = variables;
    this.#kind = kind;
  }

  remember(): void {
    const tf = this.#tf;
    for (const tensor of this.#before) tensor.dispose();
    // A clone shares the numbers: an update gives the variable others.
    this.#before = this.#variables.map((variable) => tf.keep(tf.clone(currentValue(variable))));
  }

  measure(
    numbers: readonly (Tensor | number)[],
    withRatios: boolean,
    take: (measured: Measured) => void,
  ): void {
    if (this.#trouble !== null) throw this.#trouble;
    const tf = this.#tf;
    const isMeasured = withRatios && this.#before.length > 0;
    tf.tidy(() => {
      const scalars = numbers.map((one) => (typeof one === "number" ? tf.scalar(one) : one));
      const sums = isMeasured ? this.#variables.flatMap((_, i) => this.#sums(i)) : [];
      const row = tf.keep(tf.stack([...scalars, ...sums]));
      this.#pending.push({ row, numbers: numbers.length, withRatios: isMeasured, take });
    });
    if (this.#pending.length >= STEPS_A_READ) this.#read();
  }

  async finish(): Promise<void> {
    this.#read();
    await this.#reading;
    if (this.#trouble !== null) throw this.#trouble;
  }

  finishNow(): void {
    for (const one of this.#pending) this.#take(one, one.row.dataSync());
    this.#disposePending();
  }

  dispose(): void {
    for (const tensor of this.#before) tensor.dispose();
    this.#before = [];
    this.#disposePending();
  }

  #disposePending(): void {
    for (const { row } of this.#pending) row.dispose();
    this.#pending = [];
  }

  /** Sums of one variable: squares of its update and of its values, and for std these themselves. */
  #sums(i: number): Tensor[] {
    const tf = this.#tf;
    const [variable, before] = [this.#variables[i], this.#before[i]];
    if (variable === undefined || before === undefined) return [];
    const value = currentValue(variable);
    const update = tf.sub(value, before);
    const squares = [tf.sum(tf.square(update)), tf.sum(tf.square(value))];
    return this.#kind === "rms" ? squares : [...squares, tf.sum(update), tf.sum(value)];
  }

  #read(): void {
    const pending = this.#pending;
    if (pending.length === 0) return;
    this.#pending = [];
    const reads = pending.map(({ row }) => row.data());
    this.#reading = this.#reading.then(async () => {
      try {
        const rows = await Promise.all(reads);
        for (const [i, one] of pending.entries()) this.#take(one, rows[i] ?? []);
      } catch (error) {
        this.#trouble = error;
      } finally {
        for (const { row } of pending) row.dispose();
      }
    });
  }

  #take({ numbers, withRatios, take }: Pending, row: ArrayLike<number>): void {
    const ratios = new Float32Array(this.#variables.length).fill(Number.NaN);
    const sums = this.#kind === "rms" ? 2 : 4;
    for (let i = 0; withRatios && i < ratios.length; i++) {
      const at = numbers + sums * i;
      const [update = 0, data = 0, updates = 0, values = 0] = Array.from(
        { length: sums },
        (_, k) => row[at + k] ?? 0,
      );
      const size = sizeOf(this.#variables[i]);
      const spread = this.#kind === "rms" ? 0 : size;
      ratios[i] =
        spread === 0
          ? Math.sqrt(update / data)
          : Math.sqrt((update - updates ** 2 / spread) / (data - values ** 2 / spread));
    }
    take({ numbers: Array.from({ length: numbers }, (_, i) => row[i] ?? Number.NaN), ratios });
  }
}

function sizeOf(variable: Variable | undefined): number {
  return (variable?.shape ?? []).reduce<number>((size, length) => size * (length ?? 1), 1);
}
