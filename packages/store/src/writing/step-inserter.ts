import type { StepBlock } from "@ablate/core";
import type { Statements } from "../file/statements.ts";

/** Rows that one statement inserts: a third faster than one row each. */
const ROWS = 16;

const ROW = "(?, ?, ?, ?, ?)";
const INSERT_MANY = `insert into step values ${Array(ROWS).fill(ROW)}`;
const INSERT_ONE = `insert into step values ${ROW}`;

/** Inserts the steps of one run. */
export class StepInserter {
  readonly #sql: Statements;
  readonly #runId: number;
  readonly #parameters: number;
  /** Ratios of the rows at hand, and the same memory row by row. */
  readonly #ratios: Float32Array;
  readonly #blobs: readonly Buffer[];
  readonly #values: unknown[];

  constructor(sql: Statements, runId: number, parameters: number) {
    this.#sql = sql;
    this.#runId = runId;
    this.#parameters = parameters;
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
      this.#sql.run(INSERT_MANY, this.#values);
    }
    for (; i < block.count; i++) {
      this.#load(block, i, 1);
      this.#sql.run(INSERT_ONE, this.#values.slice(0, 5));
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
