import type { StepBlock } from "@ablate/core";
import type { Statements } from "../file/statements.ts";
import { partOf, rowsOf } from "./many-rows.ts";

/** Steps that one statement inserts: more gain nothing, one alone takes three times as long. */
const ROWS = 64;

/** Two statements that insert so many steps; in the second they have one learning rate. */
type Insertion = { readonly rows: number; readonly text: string; readonly textOfOneRate: string };

/** Inserts the steps of one run. */
export class StepRows {
  readonly #sql: Statements;
  readonly #runId: number;
  readonly #parameters: number;
  readonly #many: Insertion;
  readonly #one: Insertion;

  constructor(sql: Statements, runId: number, parameters: number) {
    this.#sql = sql;
    this.#runId = runId;
    this.#parameters = parameters;
    this.#many = insertionOf(ROWS, parameters);
    this.#one = insertionOf(1, parameters);
  }

  insert(block: StepBlock): void {
    let i = 0;
    for (; i + ROWS <= block.count; i += ROWS) this.#insert(this.#many, block, i);
    for (; i < block.count; i++) this.#insert(this.#one, block, i);
  }

  #insert({ rows, text, textOfOneRate }: Insertion, block: StepBlock, from: number): void {
    const { first, loss, lr, ratios } = block;
    const end = from + rows;
    const rate = lr[from] ?? Number.NaN;
    const hasOneRate = isAll(rate, lr, from, end);
    const values: number[] = [];
    for (let i = from; i < end; i++) {
      values.push(loss[i] ?? Number.NaN);
      if (!hasOneRate) values.push(lr[i] ?? Number.NaN);
    }
    this.#sql.run(hasOneRate ? textOfOneRate : text, values, {
      run: this.#runId,
      first: first + from,
      rate,
      ratios: ratios.subarray(from * this.#parameters, end * this.#parameters),
    });
  }
}

function insertionOf(rows: number, parameters: number): Insertion {
  const text = (rate: string): string => {
    const values = rowsOf(rows, (i) => {
      return `(@run, @first + ${i}, ?, ${rate}, ${partOf("@ratios", i, 4 * parameters)})`;
    });
    return `insert into step values ${values}`;
  };
  return { rows, text: text("?"), textOfOneRate: text("@rate") };
}

function isAll(value: number, values: Float64Array, from: number, end: number): boolean {
  for (let i = from; i < end; i++) if (values[i] !== value) return false;
  return true;
}
