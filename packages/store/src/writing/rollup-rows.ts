import type { Statements } from "../file/statements.ts";
import { partOf, rowsOf } from "./many-rows.ts";
import { LEVELS, type RollupRow, SERIES_BYTES } from "./rollup.ts";

const [LEVEL = Number.NaN] = LEVELS;

/** Full rows of the lowest level that one statement writes; of the other levels there are few. */
const ROWS = 16;

const UPSERT = "insert or replace into rollup values";

/** Writes the rollup of one run; what it was given is written only after `flush`. */
export class RollupRows {
  readonly #sql: Statements;
  readonly #runId: number;
  readonly #bytes: number;
  readonly #text: string;
  /** Full rows of the lowest level that wait, one after the other, from which bucket on and how many. */
  readonly #waiting: Uint8Array;
  #first = 0;
  #count = 0;

  /** @param series - in each row */
  constructor(sql: Statements, runId: number, series: number) {
    this.#sql = sql;
    this.#runId = runId;
    this.#bytes = SERIES_BYTES * series;
    this.#waiting = new Uint8Array(ROWS * this.#bytes);
    const row = (i: number): string =>
      `(@run, ${LEVEL}, @first + ${i}, ${LEVEL}, ${partOf("@data", i, this.#bytes)})`;
    this.#text = `${UPSERT} ${rowsOf(ROWS, row)}`;
  }

  /** Takes a row; those of one level follow one another. */
  readonly write = (row: RollupRow): void => {
    if (row.level === LEVEL && row.n === LEVEL) this.#wait(row);
    else this.#upsert(row);
  };

  flush(): void {
    for (let i = 0; i < this.#count; i++) {
      const data = this.#waiting.subarray(i * this.#bytes, (i + 1) * this.#bytes);
      this.#upsert({ level: LEVEL, bucket: this.#first + i, n: LEVEL, data });
    }
    this.#count = 0;
  }

  #wait({ bucket, data }: RollupRow): void {
    if (this.#count === 0) this.#first = bucket;
    this.#waiting.set(data, this.#count * this.#bytes);
    this.#count += 1;
    if (this.#count < ROWS) return;
    const values = { run: this.#runId, first: this.#first, data: this.#waiting };
    this.#sql.run(this.#text, values);
    this.#count = 0;
  }

  #upsert({ level, bucket, n, data }: RollupRow): void {
    this.#sql.run(`${UPSERT} (?, ?, ?, ?, ?)`, this.#runId, level, bucket, n, data);
  }
}
