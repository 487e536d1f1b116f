import { hostname } from "node:os";
import type { Database } from "better-sqlite3";
import { Statements } from "../file/statements.ts";
import { clearAttempt } from "../recovery/run-tables.ts";
import { type Holder, isAlive } from "../writing/claim.ts";
import type { RunState } from "../writing/plan.ts";

/** The reason of a run in the trash whose history is being deleted, or was by a process that died. */
const PURGED = "purged";

/** Steps that one transaction deletes: others that write wait for it. */
const STEPS_AT_ONCE = 50_000;

type Trashed = Holder & { readonly id: number; readonly state: RunState };

/** Returns the runs that are in the trash since `until` or before and that no process trains. */
export function purgeableRuns(database: Database, until: number, now: number): number[] {
  return database
    .prepare<[number], Trashed>(
      `select r.id as id, state, host, pid, heartbeat_at
       from trash_run t join run r on r.id = t.run_id where t.at_ms <= ? order by r.id`,
    )
    .all(until)
    .filter((run) => run.state !== "running" || !isAlive(run, hostname(), now))
    .map(({ id }) => id);
}

/**
 * Makes a function that purges a run in short transactions. The first one marks the run, which cannot be
 * restored from then on. The function returns whether the run is gone: one that was restored before stays.
 */
export function runPurger(database: Database): (runId: number) => boolean {
  const mark = database.prepare(
    `update run set state = 'pending', reason = '${PURGED}', claim = null
     where id = ? and id in (select run_id from trash_run)`,
  );
  const uncheck = database.prepare("delete from checkpoint where run_id = ?");
  const begin = database.transaction((id: number) => {
    if (mark.run(id).changes > 0) uncheck.run(id);
  });
  const isMarked = `select 1 from run join trash_run on run_id = id where id = @id and reason = '${PURGED}'`;
  const steps = database.prepare(
    `delete from step where run_id = @id and exists (${isMarked})
       and step < coalesce((select step from step where run_id = @id
         order by step limit 1 offset ${STEPS_AT_ONCE}), 9e18)`,
  );
  const rest = database.prepare(`delete from run where id = @id and exists (${isMarked})`);
  return (id) => {
    begin.immediate(id);
    while (steps.run({ id }).changes > 0);
    return rest.run({ id }).changes > 0;
  };
}

/** Makes a function that says whether a run in the trash has lost some of its history permanently. */
export function purgedFinder(database: Database): (runId: number) => boolean {
  const find = database
    .prepare<[number], number>(`select 1 from run where id = ? and reason = '${PURGED}'`)
    .pluck();
  return (id) => find.get(id) !== undefined;
}

/** SQL for runs of `run` that no purge has begun with. */
export const NOT_PURGED: string = `not (ifnull(reason, '') = '${PURGED}' and id in (select run_id from trash_run))`;

/** Makes a half-purged run one that was never begun; call it inside a transaction. */
export function forgetPurged(database: Database, runId: number): void {
  clearAttempt(new Statements(database), runId);
  database
    .prepare(
      `update run set reason = null, error = null, started_at = null, ended_at = null,
         heartbeat_at = null, host = null, pid = null, last_step = null, last_loss = null,
         recent_loss = null, train_seconds = null, parameters = null, provenance = '{}'
       where id = ?`,
    )
    .run(runId);
}
