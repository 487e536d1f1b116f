import type { Database } from "better-sqlite3";
import type { GridPlan, PlannedRun, RunState, StoredRun } from "./contract.ts";

/** Longest name of a run. */
const NAME_LENGTH = 80;

/** Stores a grid and its new runs; call it inside a transaction. */
export function planGrid(database: Database, plan: GridPlan, now: number): StoredRun[] {
  const gridId = upsertGrid(database, plan, now);
  const find = database.prepare<[string], { id: number; name: string; state: RunState }>(
    "select id, name, state from run where hash = ?",
  );
  const insert = database.prepare(
    "insert into run (name, hash, config, seed, engine, steps, planned_at) values (?, ?, ?, ?, ?, ?, ?)",
  );
  const link = database.prepare(
    `insert into grid_run (grid_id, run_id, label, position) values (?, ?, ?, ?)
     on conflict (grid_id, run_id) do update set position = excluded.position`,
  );
  const nameFor = freeName(database);

  return plan.runs.map((run, position) => {
    const { hash, label, config, seed, engine, steps } = run;
    if (find.get(hash) === undefined) {
      insert.run(nameFor(run), hash, config, seed, engine, steps, now);
    }
    const stored = find.get(hash);
    if (stored === undefined) throw new Error(`run ${hash} is missing after its insertion`);
    link.run(gridId, stored.id, label, position);
    return { id: stored.id, name: stored.name, hash, state: stored.state };
  });
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
function freeName(database: Database): (run: PlannedRun) => string {
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
