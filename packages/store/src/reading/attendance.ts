import type { Statements } from "../file/statements.ts";
import { type Holder, isAlive, isThere } from "../writing/claim.ts";

/** How long a planned grid counts as attended: until its first run starts, no process is known to be at it. */
const STARTING_MS = 15_000;
/** A process that is stopped, or waits for its store, is silent and comes back. */
const SILENT_MS = 120_000;

type Latest = Holder & { readonly planned_at: number };

/** Who was last at a run of a grid, and when the grid was planned. */
const LATEST = `
  select r.host as host, r.pid as pid, r.process_start as process_start, g.planned_at as planned_at,
    max(ifnull(r.heartbeat_at, 0), ifnull(r.ended_at, 0)) as heartbeat_at
  from kept_grid g join grid_run m on m.grid_id = g.id join run r on r.id = m.run_id
  where g.name = ? order by r.pid is null, 5 desc limit 1`;

/** Says whether a process is training a grid, or about to, as far as this host can tell. */
export function isAttended(sql: Statements, grid: string, now: number): boolean {
  const found = sql.row<Latest>(LATEST, grid);
  if (found === undefined) return false;
  const { planned_at: plannedAt, heartbeat_at: beatAt } = found;
  if (plannedAt > (beatAt ?? 0) && now - plannedAt < STARTING_MS) return true;
  if (found.pid === null) return false;
  return isThere(found) ? now - (beatAt ?? 0) < SILENT_MS : isAlive(found, now);
}
