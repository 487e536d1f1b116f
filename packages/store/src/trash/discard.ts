import { hostname } from "node:os";
import type { Database } from "better-sqlite3";
import { changeStore } from "../file/open-database.ts";
import { BUSY_MS } from "../file/opening.ts";
import { StoreError } from "../file/store-error.ts";
import { type Holder, isAlive } from "../writing/claim.ts";
import type { RunState } from "../writing/plan.ts";
import { entriesOf, type TrashEntry, type TrashedRow } from "./entries.ts";

/** Exact names of runs and grids. */
export type Named = { readonly runs: readonly string[]; readonly grids: readonly string[] };

export type Discarded = {
  readonly entries: readonly TrashEntry[];
  /** Runs of a discarded grid that stay, since another grid has them. */
  readonly kept: readonly string[];
};

/**
 * Puts runs and grids into the trash, which hides them; runs that another grid has too stay with it.
 *
 * @throws StoreError - if one of them is being trained: then nothing is discarded
 */
export function discard(path: string, named: Named, now: number = Date.now()): Discarded {
  return changeStore(path, BUSY_MS, (database) => {
    const grids = named.grids.map((name) => idOf(database, "grid", name));
    const { alone, shared } = runsOfGrids(database, grids);
    const single = named.runs.map((name) => idOf(database, "run", name));
    const runs = [...new Set([...single, ...alone])];
    refuseTrained(database, runs, now);
    const throwRun = database.prepare("insert or ignore into trash_run values (?, ?)");
    const throwGrid = database.prepare("insert or ignore into trash_grid values (?, ?)");
    for (const id of runs) throwRun.run(id, now);
    for (const id of grids) throwGrid.run(id, now);
    const entries = entriesOf(database, {
      grids: rowsOf(database, "grid", { ids: grids, now, gridOf: () => null }),
      runs: rowsOf(database, "run", { ids: runs, now, gridOf: gridAmong(database, grids) }),
    });
    const gone = new Set(runs);
    const kept = shared.filter(({ id }) => !gone.has(id)).map(({ name }) => name);
    return { entries, kept };
  });
}

function idOf(database: Database, kind: "run" | "grid", name: string): number {
  const find = database.prepare<[string], number>(`select id from kept_${kind} where name = ?`);
  const id = find.pluck().get(name);
  if (id === undefined) throw new StoreError(`there is no ${kind} "${name}" any more; try again`);
  return id;
}

type GridRun = { readonly id: number; readonly name: string; readonly others: number };

/** Returns the runs of these grids that no other grid has, and those that one has. */
function runsOfGrids(
  database: Database,
  grids: readonly number[],
): { readonly alone: readonly number[]; readonly shared: readonly GridRun[] } {
  const find = database.prepare<[string, string], GridRun>(`
    select r.id as id, r.name as name,
      (select count(*) from kept_grid_run o where o.run_id = r.id
        and o.grid_id not in (select value from json_each(?))) as others
    from kept_run r where r.id in
      (select run_id from grid_run where grid_id in (select value from json_each(?)))
    order by r.id`);
  const ids = JSON.stringify(grids);
  const runs = find.all(ids, ids);
  return {
    alone: runs.filter(({ others }) => others === 0).map(({ id }) => id),
    shared: runs.filter(({ others }) => others > 0),
  };
}

type Sibling = Holder & { readonly id: number; readonly name: string; readonly state: RunState };

/** Throws where a run is being trained; a pending run is while a process trains another run of its grid. */
function refuseTrained(database: Database, runs: readonly number[], now: number): void {
  const running = database
    .prepare<[], Sibling>(
      `select id, name, state, host, pid, heartbeat_at from run
       where state = 'running' or claim is not null`,
    )
    .all()
    .filter((run) => isAlive(run, hostname(), now));
  const isSibling = database
    .prepare<[number, number], number>(
      `select 1 from run r where r.id = ? and r.state = 'pending' and exists
         (select 1 from grid_run a join grid_run b on b.grid_id = a.grid_id
          where a.run_id = r.id and b.run_id = ?)`,
    )
    .pluck();
  for (const { id, name, pid, host } of running) {
    if (runs.some((run) => run === id || isSibling.get(run, id) !== undefined)) {
      throw new StoreError(
        `${name} is being trained by process ${pid} on ${host}; stop it first, nothing is removed`,
      );
    }
  }
}

function gridAmong(database: Database, grids: readonly number[]): (runId: number) => number | null {
  const find = database
    .prepare<[number, string], number>(
      `select grid_id from grid_run where run_id = ?
         and grid_id in (select value from json_each(?)) order by id limit 1`,
    )
    .pluck();
  const ids = JSON.stringify(grids);
  return (runId) => find.get(runId, ids) ?? null;
}

function rowsOf(
  database: Database,
  kind: "run" | "grid",
  {
    ids,
    now,
    gridOf,
  }: {
    readonly ids: readonly number[];
    readonly now: number;
    readonly gridOf: (id: number) => number | null;
  },
): TrashedRow[] {
  const name = database.prepare<[number], string>(`select name from "${kind}" where id = ?`);
  name.pluck();
  return ids.map((id) => ({ id, name: name.get(id) ?? "", atMs: now, gridId: gridOf(id) }));
}
