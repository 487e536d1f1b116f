/** Stores a run that a log is of; however many there are, each costs the same. */
import { renewGridNames, renewNames, sealRun } from "../digest/seal.ts";
import type { Statements } from "../file/statements.ts";
import { seedColumn } from "../seed.ts";
import { restoreGrid } from "../trash/restore.ts";
import { OPEN_END, type PlannedRun, type StoredRun } from "./plan.ts";
import { nameRuns } from "./run-names.ts";

/** A grid that is there, of configs perhaps, keeps what it says. */
const INSERT_GRID = `
  insert into grid (name, description, spec, planned_at) values (@grid, '', '', @now)
  on conflict (name) do nothing`;

const LINK = `
  insert into grid_run (grid_id, run_id, label, position)
  select @gridId, @id, @label, coalesce(max(position) + 1, 0) from grid_run where grid_id = @gridId`;

/** Stores a run whose hash the store does not know, as the last one of its grid; call it inside a transaction. */
export function planRecorded(
  sql: Statements,
  { grid, run }: { readonly grid: string; readonly run: PlannedRun },
  now: number,
): Pick<StoredRun, "id" | "name"> {
  const { hash, config, seed, engine, source = null } = run;
  const planned = { name: grid, description: "", spec: "", runs: [run] };
  const { name, label } = nameRuns(sql, planned).get(hash) ?? run;
  sql.run(INSERT_GRID, { grid, now });
  const gridId = sql.value<number>("select id from grid where name = ?", grid) ?? -1;
  restoreGrid(sql, gridId);
  const known = { seed: seedColumn(seed), steps: run.steps ?? OPEN_END, planned_at: now };
  const columns = { name, hash, config, engine, source, ...known };
  const id = Number(sql.insert("run", columns).lastInsertRowid);
  sql.run(LINK, { gridId, id, label });
  sealRun(sql, id, { made: "plan", now });
  renewGridNames(sql, gridId);
  renewNames(sql, id);
  return { id, name };
}
