import { changeStore } from "../file/open-database.ts";
import type { Statements } from "../file/statements.ts";
import { StoreError } from "../file/store-error.ts";
import { BUSY_MS } from "../file/trouble.ts";
import { resolve } from "../resolve/resolve.ts";
import {
  entriesOf,
  type TrashEntry,
  type TrashedRow,
  type TrashRows,
  trashRows,
} from "./entries.ts";
import { isPurged } from "./purge.ts";

export type Restored = {
  readonly entries: readonly TrashEntry[];
  /** Runs of a restored grid that stay in the trash: a purge has begun with them. */
  readonly purged: readonly string[];
};

/**
 * Takes runs and grids out of the trash: a grid with all of its runs, a run with the first of its
 * grids where none of them is left. What a purge has begun with does not come back.
 *
 * @param names - as the trash lists them; a run's also as `resolve` reads it
 * @throws StoreError - if nothing of a name is in the trash, or can come back: then nothing is restored
 */
export function restore(path: string, names: readonly string[]): Restored {
  return changeStore(path, BUSY_MS, (sql) => {
    const rows = trashRows(sql);
    const gone = new Set(rows.runs.filter(({ id }) => isPurged(sql, id)));
    const wanted = names.map((name) => {
      const named = rowsNamed(sql, name, rows);
      if (named.runs.length > 0 && named.runs.every((run) => gone.has(run))) {
        throw new StoreError(
          `${name} cannot be restored: \`ablate gc\` has begun to delete it; \`ablate gc\` completes that, \`ablate run\` trains it again`,
        );
      }
      return named;
    });
    const grids = [...new Set(wanted.flatMap((one) => one.grids))];
    const named = [...new Set(wanted.flatMap((one) => one.runs))];
    const runs = named.filter((run) => !gone.has(run));
    const purged = named.filter((run) => gone.has(run)).map(({ name }) => name);
    const entries = entriesOf(sql, { grids, runs });
    for (const { id } of grids) restoreGrid(sql, id);
    for (const { id } of runs) restoreRun(sql, id);
    return { entries, purged };
  });
}

/** Takes a grid out of the trash; its runs stay there. */
export function restoreGrid(sql: Statements, gridId: number): void {
  sql.run("delete from trash_grid where grid_id = ?", gridId);
}

/** Takes a run out of the trash, and its first grid where it would be in none. */
export function restoreRun(sql: Statements, runId: number): void {
  sql.run("delete from trash_run where run_id = ?", runId);
  sql.run(
    `delete from trash_grid where grid_id = (select grid_id from grid_run where run_id = @id
       order by id limit 1)
     and not exists (select 1 from grid_run m join kept_grid g on g.id = m.grid_id where m.run_id = @id)`,
    { id: runId },
  );
}

function rowsNamed(sql: Statements, name: string, { grids, runs }: TrashRows): TrashRows {
  const grid = grids.find((one) => one.name === name);
  if (grid !== undefined) {
    const members = new Set(
      sql.values<number>("select run_id from grid_run where grid_id = ?", grid.id),
    );
    return { grids: [grid], runs: runs.filter(({ id }) => members.has(id)) };
  }
  const runNamed = (whole: boolean): TrashedRow[] => {
    const found = resolve(sql, name, { whole, among: "trash" });
    return runs.filter((one) => found?.runs.includes(one.name));
  };
  const ofGrid = () => runs.filter((one) => one.name.startsWith(`${name}/`));
  for (const find of [() => runNamed(true), ofGrid, () => runNamed(false)]) {
    const found = find();
    if (found.length > 0) return { grids: [], runs: found };
  }
  throw new StoreError(`there is no "${name}" in the trash; \`ablate restore\` lists its content`);
}
