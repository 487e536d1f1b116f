import type { Database, Statement } from "better-sqlite3";

/** Cuts off what a run has recorded from a step on; call it inside transactions. */
export class HistoryCutter {
  readonly #cuts: readonly Statement[];

  constructor(database: Database) {
    this.#cuts = [
      "delete from step where run_id = @id and step >= @step",
      "delete from rollup where run_id = @id and bucket >= cast(@step as integer) / level",
      "delete from tick where run_id = @id and step >= @step",
      "delete from eval where run_id = @id and step >= @step",
      "delete from probe where run_id = @id and step >= @step",
      "delete from sample where run_id = @id and step >= @step",
      "delete from finding where run_id = @id and step >= @step",
      "delete from checkpoint where run_id = @id and step > @step",
    ].map((sql) => database.prepare(sql));
  }

  /** Leaves the history of the first `step` updates. */
  cut(runId: number, step: number): void {
    for (const statement of this.#cuts) statement.run({ id: runId, step });
  }
}
