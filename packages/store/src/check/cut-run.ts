import type { Database } from "better-sqlite3";
import { Statements } from "../file/statements.ts";
import { cutHistory } from "../recovery/run-tables.ts";
import { RunHistory } from "../writing/run-history.ts";
import type { CheckedRun } from "./runs-to-check.ts";

/**
 * Leaves a run its first `end` steps; call it inside a transaction. Where that takes steps away, the run
 * becomes interrupted, so that the next start trains the rest again.
 */
export function cutRun(database: Database, run: CheckedRun, end: number): void {
  const { id } = run;
  const sql = new Statements(database);
  const had = (run.last_step ?? -1) + 1;
  if (end < had) {
    cutHistory(sql, id, end);
    database
      .prepare(
        `update run set state = 'interrupted', reason = 'history damaged', claim = null, ended_at = null,
           train_seconds = train_seconds * @end / @had where id = @id`,
      )
      .run({ id, end, had });
  }
  database.prepare("delete from step where run_id = ? and step >= ?").run(id, end);
  const history = new RunHistory(sql, id, end);
  history.writeOpen();
  const isEmpty = end === 0;
  database
    .prepare("update run set last_step = ?, last_loss = ?, recent_loss = ? where id = ?")
    .run(
      isEmpty ? null : end - 1,
      isEmpty ? null : history.lastLoss(),
      isEmpty ? null : history.recentLoss(),
      id,
    );
}
