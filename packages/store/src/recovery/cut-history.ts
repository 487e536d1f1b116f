import type { Statements } from "../file/statements.ts";

const CUTS: readonly string[] = [
  "delete from step where run_id = @id and step >= @step",
  "delete from rollup where run_id = @id and bucket >= cast(@step as integer) / level",
  "delete from tick where run_id = @id and step >= @step",
  "delete from eval where run_id = @id and step >= @step",
  "delete from probe where run_id = @id and step >= @step",
  "delete from sample where run_id = @id and step >= @step",
  "delete from finding where run_id = @id and step >= @step",
  "delete from checkpoint where run_id = @id and step > @step",
];

/** Leaves a run the history of its first `step` updates; call it inside transactions. */
export function cutHistory(sql: Statements, runId: number, step: number): void {
  for (const cut of CUTS) sql.run(cut, { id: runId, step });
}
