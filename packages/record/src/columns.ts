/** Numbers of many metrics, gathered by metric without an object for each number. */
import type { MetricNumbers } from "@ablate/store";

/** Longer arrays are given back after each piece: a folder may have many runs of many metrics. */
const FIRST_LENGTH = 128;

/** Numbers of one metric in the order in which a log has them. */
export class Column {
  readonly name: string;
  #steps: Float64Array = new Float64Array(FIRST_LENGTH);
  #numbers: Float64Array = new Float64Array(FIRST_LENGTH);
  #count = 0;
  #isInOrder = true;
  #anewFrom: number | null = null;

  constructor(name: string) {
    this.name = name;
  }

  get count(): number {
    return this.#count;
  }

  add(step: number, number: number): void {
    const count = this.#count;
    if (count === this.#steps.length) this.#resize(2 * count);
    if (count > 0 && step <= (this.#steps[count - 1] ?? 0)) this.#isInOrder = false;
    this.#steps[count] = step;
    this.#numbers[count] = number;
    this.#count = count + 1;
  }

  /** Begins again at a step: what the metric has of it and of later ones holds no more. Call it after `take`. */
  beginAt(step: number): void {
    this.#anewFrom = step;
  }

  /** Takes the numbers out, by rising steps; of those of one step the last. */
  take(): MetricNumbers {
    const steps = this.#steps.slice(0, this.#count);
    const numbers = this.#numbers.slice(0, this.#count);
    const inOrder = this.#isInOrder ? { steps, numbers } : sorted(steps, numbers);
    const anewFrom = this.#anewFrom;
    this.#count = 0;
    this.#isInOrder = true;
    this.#anewFrom = null;
    if (this.#steps.length > FIRST_LENGTH) this.#resize(FIRST_LENGTH);
    return { name: this.name, ...inOrder, ...(anewFrom === null ? {} : { anewFrom }) };
  }

  #resize(length: number): void {
    const [steps, numbers] = [new Float64Array(length), new Float64Array(length)];
    steps.set(this.#steps.subarray(0, this.#count));
    numbers.set(this.#numbers.subarray(0, this.#count));
    this.#steps = steps;
    this.#numbers = numbers;
  }
}

type Points = Pick<MetricNumbers, "steps" | "numbers">;

function sorted(steps: Float64Array, numbers: Float64Array): Points {
  const order = Uint32Array.from(steps.keys()).sort(
    (a, b) => (steps[a] ?? 0) - (steps[b] ?? 0) || a - b,
  );
  const last = order.filter((at, i) => steps[at] !== steps[order[i + 1] ?? -1]);
  return {
    steps: Float64Array.from(last, (at) => steps[at] ?? 0),
    numbers: Float64Array.from(last, (at) => numbers[at] ?? 0),
  };
}

/** The columns of a log, by the names of their metrics. */
export class Columns {
  readonly #all: Map<string, Column> = new Map();
  /** Numbers that were taken out before their piece of the log ended. */
  readonly #taken: MetricNumbers[] = [];

  /** Returns the column of a metric, a new one at first. */
  of(name: string): Column {
    const column = this.#all.get(name) ?? new Column(name);
    this.#all.set(name, column);
    return column;
  }

  has(name: string): boolean {
    return this.#all.has(name);
  }

  /** Begins a metric again at a step. */
  beginAt(column: Column, step: number): void {
    if (column.count > 0) this.#taken.push(column.take());
    column.beginAt(step);
  }

  /** Takes all numbers out. */
  take(): readonly MetricNumbers[] {
    const all = this.#taken.splice(0);
    for (const column of this.#all.values()) if (column.count > 0) all.push(column.take());
    return all;
  }
}
