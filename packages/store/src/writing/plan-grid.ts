import { renewGridNames, renewNames, sealRun } from "../digest/seal.ts";
import { tableDamage } from "../digest/table-check.ts";
import type { Statements } from "../file/statements.ts";
import { setAside } from "../recovery/set-aside.ts";
import { seedColumn } from "../seed.ts";
import { forgetPurged, isPurged } from "../trash/purge.ts";
import { restoreGrid, restoreRun } from "../trash/restore.ts";
import { plansAfter, readGrid, writePlans } from "./grid-plans.ts";
import { type GridPlan, OPEN_END, type StoredRun } from "./plan.ts";
import { nameRuns } from "./run-names.ts";

const UPSERT_GRID = `
  insert into grid (name, description, spec, planned_at) values (@name, @description, @spec, @now)
  on conflict (name) do update set description = excluded.description,
    spec = excluded.spec, planned_at = excluded.planned_at
  returning id`;

const NEXT_POSITION = "select coalesce(max(position) + 1, 0) from grid_run where grid_id = ?";

const FIND = "select id, name, hash, state, ended_at as endedAt from run where hash = ?";

const LINK = `
  insert into grid_run (grid_id, run_id, label, position) values (?, ?, ?, ?)
  on conflict (grid_id, run_id) do nothing`;

/** Stores a grid and its new runs, and takes both out of the trash; call it inside a transaction. */
export function planGrid(sql: Statements, plan: GridPlan, now: number): StoredRun[] {
  const { name: grid, description, spec, runs } = plan;
  setDamagedAside(sql, new Set(runs.map(({ hash }) => hash)), now);
  const names = nameRuns(sql, plan);
  const plans = plansAfter(readGrid(sql, grid), plan, now);
  const gridId = sql.value<number>(UPSERT_GRID, { name: grid, description, spec, now });
  if (gridId === undefined) throw new Error(`grid ${grid} is missing after its insertion`);
  writePlans(sql, gridId, plans);
  restoreGrid(sql, gridId);
  const trashed = new Set(sql.values<number>("select run_id from trash_run"));
  const first = sql.value<number>(NEXT_POSITION, gridId) ?? 0;
  const made = { made: "plan", now } as const;
  const stored = runs.map((run, i) => {
    const { hash, config, seed, engine, source = null, family = null } = run;
    const { name, label } = names.get(hash) ?? run;
    if (sql.row(FIND, hash) === undefined) {
      const known = { seed: seedColumn(seed), steps: run.steps ?? OPEN_END };
      const columns = { name, hash, config, engine, family, source, ...known };
      const { lastInsertRowid } = sql.insert("run", { ...columns, planned_at: now });
      sealRun(sql, Number(lastInsertRowid), made);
    } else if (family !== null) {
      sql.run("update run set family = ? where hash = ? and family is null", family, hash);
    }
    const stored = sql.row<StoredRun>(FIND, hash);
    if (stored === undefined) throw new Error(`run ${hash} is missing after its insertion`);
    const { id } = stored;
    sql.run(LINK, gridId, id, label, first + i);
    if (trashed.has(id)) {
      if (isPurged(sql, id)) {
        forgetPurged(sql, id);
        sealRun(sql, id, made);
      }
      restoreRun(sql, id);
    }
    return stored;
  });
  reorder(sql, gridId, stored);
  renewGridNames(sql, gridId);
  for (const id of membersOf(sql, gridId)) renewNames(sql, id);
  return stored;
}

/** Sets planned runs aside whose row is damaged: they are planned anew, to be trained again. */
function setDamagedAside(sql: Statements, planned: ReadonlySet<string>, now: number): void {
  const damaged = tableDamage(sql).filter(({ isOfName }) => !isOfName);
  for (const { run, reason } of damaged) {
    type Found = { readonly id: number; readonly hash: string; readonly claim: string | null };
    const found = sql.row<Found>("select id, hash, claim from run where name = ?", run);
    if (found === undefined || found.claim !== null || !planned.has(found.hash)) continue;
    setAside(sql, found.id, { reason, now });
  }
}

const MEMBERS = `
  select run_id from grid_run where grid_id = ?
    and run_id not in (select run_id from damaged_run)`;

function membersOf(sql: Statements, gridId: number): number[] {
  return sql.values(MEMBERS, gridId);
}

/** A plan of some of a grid's runs leaves their order alone; a plan of all of them sets it. */
function reorder(sql: Statements, gridId: number, runs: readonly StoredRun[]): void {
  const planned = new Set(runs.map(({ id }) => id));
  const linked = membersOf(sql, gridId);
  if (!linked.every((id) => planned.has(id))) return;
  const place = "update grid_run set position = ? where grid_id = ? and run_id = ?";
  for (const [position, { id }] of runs.entries()) sql.run(place, position, gridId, id);
}
