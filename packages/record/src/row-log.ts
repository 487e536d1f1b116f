/** Rows of numbers as entries of a log. */

import { Columns } from "./columns.ts";
import { ConsoleLines } from "./console-lines.ts";
import type { LogEntry } from "./log.ts";
import { type Counted, type CounterState, FIRST_ROW, StepCounter } from "./step-counter.ts";

/** What a log of rows knows of those before; plain JSON. */
export type RowState = {
  readonly counter: CounterState;
  /** What was told already. */
  readonly told: readonly string[];
};

export const NO_ROWS: RowState = { counter: FIRST_ROW, told: [] };

export class RowLog {
  readonly #path: string;
  #counter: StepCounter;
  #told: Set<string>;
  #series: Columns = new Columns();
  readonly #console: ConsoleLines = new ConsoleLines();
  #entries: LogEntry[] = [];

  /** @param path - what a trouble names */
  constructor(path: string, state: RowState) {
    this.#path = path;
    this.#counter = new StepCounter(state.counter);
    this.#told = new Set(state.told);
  }

  get state(): RowState {
    return { counter: this.#counter.state, told: [...this.#told] };
  }

  /** How the next row is called in a sentence. */
  get where(): string {
    return `row ${this.#counter.rows + 1}`;
  }

  add(counted: Counted, names: readonly string[], numbers: readonly number[]): void {
    const { step, rewind } = this.#counter.place(counted, names);
    if (rewind !== null) this.push(rewind);
    for (const [i, name] of names.entries())
      this.#series.of(name).add(step, numbers[i] ?? Number.NaN);
  }

  /** Counts a row that has no numbers, or no step. */
  skip(): void {
    this.#counter.skip();
  }

  /** Takes a row that may still grow: it is counted when it is whole. */
  addUnfinished(add: () => void): void {
    const { state } = this.#counter;
    add();
    this.#counter = new StepCounter(state);
  }

  /** Forgets the rows before: the log is another one now. */
  begin(): void {
    this.#counter = new StepCounter(FIRST_ROW);
    this.#told = new Set();
  }

  tellOnce(key: string, message: string): void {
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.push({ type: "trouble", message: `${this.#path}: ${message}` });
  }

  /** Adds what was printed. */
  print(text: string): void {
    this.#console.add("out", text, null);
  }

  /** Adds an entry behind the numbers so far. */
  push(entry: LogEntry): void {
    this.#flush();
    this.#entries.push(entry);
  }

  take(): readonly LogEntry[] {
    this.#flush();
    const taken = this.#entries;
    this.#entries = [];
    return taken;
  }

  #flush(): void {
    const series = this.#series.take();
    if (series.length > 0) this.#entries.push({ type: "metrics", series });
    this.#entries.push(...this.#console.take());
  }
}
