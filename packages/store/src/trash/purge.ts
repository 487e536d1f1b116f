import type { Statements } from "../file/statements.ts";
import { clearAttempt } from "../recovery/run-tables.ts";
import { type Holder, isAlive } from "../writing/claim.ts";
import type { RunState } from "../writing/plan.ts";

/** The reason of a run in the trash whose history is being deleted, or was by a process that died. */
const PURGED = "purged";

const PURGEABLE = `
  select r.id as id, state, host, pid, process_start, heartbeat_at
  from trash_run t join run r on r.id = t.run_id where t.at_ms <= ? order by r.id`;

type Trashed = Holder & { readonly id: number; readonly state: RunState };

/** Returns the runs that are in the trash since `until` or before and that no process trains. */
export function purgeableRuns(sql: Statements, until: number, now: number): number[] {
  return sql
    .rows<Trashed>(PURGEABLE, until)
    .filter((run) => run.state !== "running" || !isAlive(run, now))
    .map(({ id }) => id);
}

const MARK = `
  update run set state = 'pending', reason = '${PURGED}', claim = null
  where id = ? and id in (select run_id from trash_run)`;

const IS_MARKED = `
  exists (select 1 from run join trash_run on run_id = id where id = @id and reason = '${PURGED}')`;

/** Steps that one transaction deletes: others that write wait for it. */
const STEPS_AT_ONCE = 50_000;

const DELETE_STEPS = `
  delete from step where run_id = @id and ${IS_MARKED}
    and step < coalesce((select step from step where run_id = @id
      order by step limit 1 offset ${STEPS_AT_ONCE}), 9e18)`;

const DELETE_COLOUR = `
  delete from colour where key = (select 'run:' || hash from run where id = @id and ${IS_MARKED})`;

const DELETE_RUN = `delete from run where id = @id and ${IS_MARKED}`;

/**
 * Purges a run in short transactions. The first one marks the run, which cannot be restored from then
 * on. Returns whether the run is gone: one that was restored before stays.
 */
export function purgeRun(sql: Statements, id: number): boolean {
  sql.transaction(() => {
    if (sql.run(MARK, id).changes > 0) sql.run("delete from checkpoint where run_id = ?", id);
  });
  while (sql.run(DELETE_STEPS, { id }).changes > 0);
  return sql.transaction(() => {
    sql.run(DELETE_COLOUR, { id });
    return sql.run(DELETE_RUN, { id }).changes > 0;
  });
}

/** Says whether a run in the trash has lost some of its history permanently. */
export function isPurged(sql: Statements, id: number): boolean {
  return sql.value(`select 1 from run where id = ? and reason = '${PURGED}'`, id) !== undefined;
}

/** SQL for runs of `run` that no purge has begun with. */
export const NOT_PURGED: string = `not (ifnull(reason, '') = '${PURGED}' and id in (select run_id from trash_run))`;

/** Makes a half-purged run one that was never begun; call it inside a transaction. */
export function forgetPurged(sql: Statements, runId: number): void {
  clearAttempt(sql, runId);
  sql.run(
    `update run set reason = null, error = null, started_at = null, ended_at = null,
       heartbeat_at = null, host = null, pid = null, process_start = null, last_step = null, last_loss = null,
       recent_loss = null, train_seconds = null, parameters = null, provenance = '{}'
     where id = ?`,
    runId,
  );
}
