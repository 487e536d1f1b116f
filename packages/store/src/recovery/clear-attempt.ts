import type { Database, Statement } from "better-sqlite3";

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

/** Statements that together remove what an attempt at a run has left. */
export function clearAttempt(database: Database): Statement<[number]>[] {
  return OF_AN_ATTEMPT.map((table) => database.prepare(`delete from ${table} where run_id = ?`));
}
