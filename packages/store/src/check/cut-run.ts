import type { Database } from "better-sqlite3";
import { RunHistory } from "../run-history.ts";
import type { CheckedRun } from "./runs-to-check.ts";

/** What was taken of a run after a number of updates. */
const TAKEN = ["eval", "sample", "probe", "checkpoint"] as const;

/**
 * Leaves a run its first `end` steps; call it inside a transaction. Where that takes steps away, the run
 * becomes interrupted, so that the next start trains the rest again.
 */
export function cutRun(database: Database, run: CheckedRun, end: number): void {
  const { id } = run;
  const had = (run.last_step ?? -1) + 1;
  for (const table of ["step", "tick"]) {
    database.prepare(`delete from ${table} where run_id = ? and step >= ?`).run(id, end);
  }
  database.prepare("delete from rollup where run_id = ? and (bucket + 1) * level > ?").run(id, end);
  if (end < had) {
    for (const table of TAKEN) {
      database.prepare(`delete from ${table} where run_id = ? and step > ?`).run(id, end);
    }
    database
      .prepare(
        `update run set state = 'interrupted', reason = 'history damaged', claim = null, ended_at = null,
           train_seconds = train_seconds * @end / @had where id = @id`,
      )
      .run({ id, end, had });
  }
  const last = database
    .prepare<[number, number], number | null>("select loss from step where run_id = ? and step = ?")
    .pluck()
    .get(id, end - 1);
  const recent = end === 0 ? null : new RunHistory(database, id, end).recentLoss();
  database
    .prepare("update run set last_step = ?, last_loss = ?, recent_loss = ? where id = ?")
    .run(end === 0 ? null : end - 1, last ?? null, recent, id);
}
