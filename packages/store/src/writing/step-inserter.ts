import type { Database, Statement } from "better-sqlite3";
import type { StepBlock } from "../contract/record.ts";

/** Rows that one statement inserts: a third faster than one row each. */
const ROWS = 16;

export type StepStatements = { readonly insertMany: Statement; readonly insertOne: Statement };

export function prepareSteps(database: Database): StepStatements {
  const row = "(?, ?, ?, ?, ?)";
  return {
    insertMany: database.prepare(`insert into step values ${Array(ROWS).fill(row)}`),
    insertOne: database.prepare(`insert into step values ${row}`),
  };
}

/** Inserts the steps of one run. */
export class StepInserter {
  readonly #runId: number;
  readonly #parameters: number;
  readonly #insertMany: Statement;
  readonly #insertOne: Statement;
  /** Ratios of the rows at hand, and the same memory row by row. */
  readonly #ratios: Float32Array;
  readonly #blobs: readonly Buffer[];
  readonly #values: unknown[];

  constructor({ insertMany, insertOne }: StepStatements, runId: number, parameters: number) {
    this.#runId = runId;
    this.#parameters = parameters;
    this.#insertMany = insertMany;
    this.#insertOne = insertOne;
    this.#ratios = new Float32Array(ROWS * parameters);
    this.#blobs = Array.from({ length: ROWS }, (_, i) =>
      Buffer.from(this.#ratios.buffer, i * parameters * 4, parameters * 4),
    );
    this.#values = Array(ROWS * 5).fill(null);
  }

  insert(block: StepBlock): void {
    let i = 0;
    for (; i + ROWS <= block.count; i += ROWS) {
      this.#load(block, i, ROWS);
      this.#insertMany.run(this.#values);
    }
    for (; i < block.count; i++) {
      this.#load(block, i, 1);
      this.#insertOne.run(this.#values.slice(0, 5));
    }
  }

  #load({ first, loss, lr, ratios }: StepBlock, from: number, rows: number): void {
    const parameters = this.#parameters;
    this.#ratios.set(ratios.subarray(from * parameters, (from + rows) * parameters));
    for (let row = 0; row < rows; row++) {
      const at = row * 5;
      this.#values[at] = this.#runId;
      this.#values[at + 1] = first + from + row;
      this.#values[at + 2] = loss[from + row];
      this.#values[at + 3] = lr[from + row];
      this.#values[at + 4] = this.#blobs[row];
    }
  }
}
