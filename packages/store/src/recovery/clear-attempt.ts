import type { Statements } from "../file/statements.ts";

/** Tables of a run's rows; those of a probe go with it. Who trains a run takes it out of the trash. */
const OF_AN_ATTEMPT = [
  "param",
  "step",
  "rollup",
  "tick",
  "eval",
  "sample",
  "checkpoint",
  "event",
  "probe_layer",
  "probe",
  "finding",
  "diagnosis",
  "trash_run",
] as const;

/** Removes what an attempt at a run has left. */
export function clearAttempt(sql: Statements, runId: number): void {
  for (const table of OF_AN_ATTEMPT) sql.run(`delete from ${table} where run_id = ?`, runId);
}
