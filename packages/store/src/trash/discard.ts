import { changeStore } from "../file/open-database.ts";
import type { Statements } from "../file/statements.ts";
import { StoreError } from "../file/store-error.ts";
import { BUSY_MS } from "../file/trouble.ts";
import { type Holder, isAlive } from "../writing/claim.ts";
import { entriesOf, type TrashEntry, type TrashedRow } from "./entries.ts";

/** Exact names of runs and grids. */
export type Named = { readonly runs: readonly string[]; readonly grids: readonly string[] };

export type Discarded = {
  readonly entries: readonly TrashEntry[];
  /** Runs of a discarded grid that stay, since another grid has them. */
  readonly kept: readonly string[];
};

/**
 * Puts runs and grids into the trash, which hides them; runs that another grid has too stay with it. With a grid goes
 * what was set aside of it as damaged, and a run that was set aside goes by its name.
 *
 * @throws StoreError - if one of them is being trained: then nothing is discarded
 */
export function discard(path: string, named: Named, now: number = Date.now()): Discarded {
  return changeStore(path, BUSY_MS, (sql) => {
    const grids = named.grids.map((name) => idOf(sql, "grid", name));
    const ids = JSON.stringify(grids);
    const members = sql.rows<GridRun>(RUNS_OF_GRIDS, { grids: ids });
    const alone = members.filter(({ others }) => others === 0).map(({ id }) => id);
    const single = named.runs.map((name) => idOf(sql, "run", name));
    const runs = [...new Set([...single, ...alone])];
    refuseTrained(sql, runs, now);
    for (const id of runs) sql.run("insert or ignore into trash_run values (?, ?)", id, now);
    for (const id of grids) sql.run("insert or ignore into trash_grid values (?, ?)", id, now);
    const rowOf = (kind: "run" | "grid", id: number): TrashedRow => {
      const name = sql.value<string>(`select name from "${kind}" where id = ?`, id) ?? "";
      const gridId = kind === "grid" ? undefined : sql.value<number>(GRID_AMONG, id, ids);
      return { id, name, atMs: now, gridId: gridId ?? null };
    };
    const entries = entriesOf(sql, {
      grids: grids.map((id) => rowOf("grid", id)),
      runs: runs.map((id) => rowOf("run", id)),
    });
    const gone = new Set(runs);
    const kept = members.filter(({ id }) => !gone.has(id)).map(({ name }) => name);
    return { entries, kept };
  });
}

function idOf(sql: Statements, kind: "run" | "grid", name: string): number {
  const select = `select id from "${kind}" where name = ? and id not in`;
  const id = sql.value<number>(`${select} (select ${kind}_id from trash_${kind})`, name);
  if (id === undefined) throw new StoreError(`there is no ${kind} "${name}" any more; try again`);
  return id;
}

type GridRun = { readonly id: number; readonly name: string; readonly others: number };

/** The runs of some grids, each with the number of other grids that have it. */
const RUNS_OF_GRIDS = `
  select r.id as id, r.name as name,
    (select count(*) from grid_run o join kept_grid g on g.id = o.grid_id where o.run_id = r.id
      and g.id not in (select value from json_each(@grids))) as others
  from run r where r.id not in (select run_id from trash_run) and r.id in
    (select run_id from grid_run where grid_id in (select value from json_each(@grids)))
  order by r.id`;

const GRID_AMONG = `
  select grid_id from grid_run where run_id = ?
    and grid_id in (select value from json_each(?)) order by id limit 1`;

type Claimed = Holder & { readonly id: number; readonly name: string };

const CLAIMED = `
  select id, name, host, pid, process_start, heartbeat_at from run where state = 'running' or claim is not null`;

const IS_SIBLING = `
  select 1 from run r where r.id = ? and r.state = 'pending' and exists
    (select 1 from grid_run a join grid_run b on b.grid_id = a.grid_id
     where a.run_id = r.id and b.run_id = ?)`;

/** Throws where a run is being trained; a pending run is while a process trains another run of its grid. */
function refuseTrained(sql: Statements, runs: readonly number[], now: number): void {
  const trained = sql.rows<Claimed>(CLAIMED).filter((run) => isAlive(run, now));
  for (const { id, name, pid, host } of trained) {
    if (runs.some((run) => run === id || sql.value(IS_SIBLING, run, id) !== undefined)) {
      throw new StoreError(
        `${name} is being trained by process ${pid} on ${host}; stop it first, nothing is removed`,
      );
    }
  }
}
