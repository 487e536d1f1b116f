import type { Database } from "better-sqlite3";
import { forgetPurged, purgedFinder } from "../trash/purge.ts";
import { restoreGrid, restoreRun } from "../trash/restore.ts";
import type { GridPlan, PlannedRun, StoredRun } from "./plan.ts";

/** Longest name of a run. */
const NAME_LENGTH = 80;

/** Stores a grid and its new runs, and takes both out of the trash; call it inside a transaction. */
export function planGrid(database: Database, plan: GridPlan, now: number): StoredRun[] {
  const gridId = upsertGrid(database, plan, now);
  restoreGrid(database, gridId);
  const trashed = new Set(
    database.prepare<[], number>("select run_id from trash_run").pluck().all(),
  );
  const find = database.prepare<[string], Omit<StoredRun, "hash">>(
    "select id, name, state, ended_at as endedAt from run where hash = ?",
  );
  const insert = database.prepare(
    `insert into run (name, hash, config, seed, engine, steps, planned_at, family)
     values (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const adopt = database.prepare("update run set family = ? where hash = ? and family is null");
  const link = database.prepare(
    `insert into grid_run (grid_id, run_id, label, position) values (?, ?, ?, ?)
     on conflict (grid_id, run_id) do nothing`,
  );
  const isPurged = purgedFinder(database);
  const nameFor = freeName(database);
  const first = nextPosition(database, gridId);

  const stored = plan.runs.map((run, i) => {
    const { hash, label, config, seed, engine, steps, family = null } = run;
    if (find.get(hash) === undefined) {
      insert.run(nameFor(run), hash, config, seed, engine, steps, now, family);
    } else if (family !== null) adopt.run(family, hash);
    const stored = find.get(hash);
    if (stored === undefined) throw new Error(`run ${hash} is missing after its insertion`);
    link.run(gridId, stored.id, label, first + i);
    if (trashed.has(stored.id)) {
      if (isPurged(stored.id)) forgetPurged(database, stored.id);
      restoreRun(database, stored.id);
    }
    return { ...stored, hash };
  });
  if (isWholeGrid(database, gridId, stored)) reorder(database, gridId, stored);
  return stored;
}

function nextPosition(database: Database, gridId: number): number {
  const next = database.prepare<[number], number>(
    "select coalesce(max(position) + 1, 0) from grid_run where grid_id = ?",
  );
  return next.pluck().get(gridId) ?? 0;
}

/** A plan of some of a grid's runs leaves their order alone; a plan of all of them sets it. */
function isWholeGrid(database: Database, gridId: number, runs: readonly StoredRun[]): boolean {
  const planned = new Set(runs.map(({ id }) => id));
  const linked = database.prepare<[number], number>(
    "select run_id from grid_run where grid_id = ?",
  );
  return linked
    .pluck()
    .all(gridId)
    .every((id) => planned.has(id));
}

function reorder(database: Database, gridId: number, runs: readonly StoredRun[]): void {
  const place = database.prepare(
    "update grid_run set position = ? where grid_id = ? and run_id = ?",
  );
  for (const [position, { id }] of runs.entries()) place.run(position, gridId, id);
}

function upsertGrid(database: Database, plan: GridPlan, now: number): number {
  const id = database
    .prepare<[string, string, string, number], number>(
      `insert into grid (name, description, spec, planned_at) values (?, ?, ?, ?)
       on conflict (name) do update set description = excluded.description,
         spec = excluded.spec, planned_at = excluded.planned_at
       returning id`,
    )
    .pluck()
    .get(plan.name, plan.description, plan.spec, now);
  if (id === undefined) throw new Error(`grid ${plan.name} is missing after its insertion`);
  return id;
}

/** A name that no other run has: the planned one, else with the first characters of the hash. */
export function freeName(database: Database): (run: Pick<PlannedRun, "name" | "hash">) => string {
  const isTaken = database.prepare<[string], number>("select 1 from run where name = ?").pluck();
  return ({ name, hash }) => {
    let candidate = name.slice(0, NAME_LENGTH);
    for (let length = 6; isTaken.get(candidate) !== undefined; length++) {
      if (length > hash.length) throw new Error(`no free name for run ${hash}`);
      const suffix = `-${hash.slice(0, length)}`;
      candidate = name.slice(0, NAME_LENGTH - suffix.length) + suffix;
    }
    return candidate;
  };
}
