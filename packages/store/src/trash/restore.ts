import type { Database } from "better-sqlite3";
import { changeStore } from "../file/open-database.ts";
import { BUSY_MS } from "../file/opening.ts";
import { Statements } from "../file/statements.ts";
import { StoreError } from "../file/store-error.ts";
import { resolve } from "../resolve/resolve.ts";
import {
  entriesOf,
  type TrashEntry,
  type TrashedRow,
  type TrashRows,
  trashRows,
} from "./entries.ts";
import { purgedFinder } from "./purge.ts";

export type Restored = {
  readonly entries: readonly TrashEntry[];
  /** Runs of a restored grid that stay in the trash: a purge has begun with them. */
  readonly purged: readonly string[];
};

/**
 * Takes runs and grids out of the trash: a grid with all of its runs, a run with the first of its
 * grids where none of them is left. What a purge has begun with does not come back.
 *
 * @param names - as the trash lists them; a run's also as `findRunName` reads it
 * @throws StoreError - if nothing of a name is in the trash, or can come back: then nothing is restored
 */
export function restore(path: string, names: readonly string[]): Restored {
  return changeStore(path, BUSY_MS, (database) => {
    const rows = trashRows(database);
    const isPurged = purgedFinder(database);
    const wanted = names.map((name) => {
      const named = rowsNamed(database, name, rows);
      const { runs } = named;
      if (runs.length > 0 && runs.every(({ id }) => isPurged(id))) throw halfPurged(name);
      return named;
    });
    const grids = unique(wanted.flatMap((one) => one.grids));
    const named = unique(wanted.flatMap((one) => one.runs));
    const runs = named.filter(({ id }) => !isPurged(id));
    const purged = named.filter(({ id }) => isPurged(id)).map(({ name }) => name);
    const entries = entriesOf(database, { grids, runs });
    for (const { id } of grids) restoreGrid(database, id);
    for (const { id } of runs) restoreRun(database, id);
    return { entries, purged };
  });
}

function halfPurged(name: string): StoreError {
  return new StoreError(
    `${name} cannot come back: a purge has begun to delete it; \`ablate gc\` ends that, \`ablate run\` trains it anew`,
  );
}

/** Takes a grid out of the trash; its runs stay there. */
export function restoreGrid(database: Database, gridId: number): void {
  database.prepare("delete from trash_grid where grid_id = ?").run(gridId);
}

/** Takes a run out of the trash, and its first grid where it would be in none. */
export function restoreRun(database: Database, runId: number): void {
  database.prepare("delete from trash_run where run_id = ?").run(runId);
  database
    .prepare(
      `delete from trash_grid where grid_id = (select grid_id from grid_run where run_id = @id
         order by id limit 1)
       and not exists (select 1 from kept_grid_run where run_id = @id)`,
    )
    .run({ id: runId });
}

function rowsNamed(database: Database, name: string, { grids, runs }: TrashRows): TrashRows {
  const grid = grids.find((one) => one.name === name);
  if (grid !== undefined) {
    return { grids: [grid], runs: runs.filter(({ id }) => isInGrid(database, id, grid.id)) };
  }
  const runNamed = (whole: boolean): TrashedRow[] => {
    const found = resolve(new Statements(database), name, { whole, among: "trash" });
    return runs.filter((one) => found?.runs.includes(one.name));
  };
  const ofGrid = () => runs.filter((one) => one.name.startsWith(`${name}/`));
  for (const find of [() => runNamed(true), ofGrid, () => runNamed(false)]) {
    const found = find();
    if (found.length > 0) return { grids: [], runs: found };
  }
  throw new StoreError(`there is no "${name}" in the trash; \`ablate restore\` lists what is`);
}

function isInGrid(database: Database, runId: number, gridId: number): boolean {
  const find = database.prepare<[number, number], number>(
    "select 1 from grid_run where run_id = ? and grid_id = ?",
  );
  return find.get(runId, gridId) !== undefined;
}

function unique<T extends { readonly id: number }>(rows: readonly T[]): T[] {
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}
