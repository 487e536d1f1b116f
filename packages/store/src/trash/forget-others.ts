/** Removes from a store that only shows logs the runs whose logs are gone. */
import type { Statements } from "../file/statements.ts";
import { type Holder, isAlive } from "../writing/claim.ts";
import { purgeRun } from "./purge.ts";

const OTHERS = `
  select id, state, host, pid, process_start, heartbeat_at from run
  where hash not in (select value from json_each(?))`;

const EMPTY_GRIDS = "delete from grid where id not in (select grid_id from grid_run)";

/** Removes all runs but those with these hashes, and grids that have no run then; a run that a process writes stays. */
export function forgetOthers(sql: Statements, hashes: readonly string[], now: number): void {
  const others = sql
    .rows<Holder & { readonly id: number; readonly state: string }>(OTHERS, JSON.stringify(hashes))
    .filter((run) => run.state !== "running" || !isAlive(run, now));
  for (const { id } of others) {
    sql.run("insert or ignore into trash_run values (?, ?)", id, now);
    purgeRun(sql, id);
  }
  if (others.length > 0) sql.run(EMPTY_GRIDS);
}
