/** The grids of a store as a list: what the runs of each come to, as far as the filter leaves them. */
import { type GridRow, gridRows } from "@ablate/store";
import type { ViewSettings } from "../state/settings.ts";
import type { Value } from "./columns.ts";
import { compareValues } from "./compare-values.ts";
import type { ShownRun } from "./shown-run.ts";

export type ListedGrid = GridRow<ShownRun>;

/** A list of grids and the one under its cursor. */
export type ListedGrids = {
  readonly grids: readonly ListedGrid[];
  /** Index of the one under the cursor; -1 is the line for all of them. */
  readonly at: number;
};

/** Whether runs are of more than one grid, so that there is a list to go out to. */
export function areOfSeveralGrids(runs: readonly ShownRun[]): boolean {
  return runs.some(({ grid }) => grid !== runs[0]?.grid);
}

const ROWS: WeakMap<readonly ShownRun[], readonly ListedGrid[]> = new WeakMap();

/** Returns the grids of some runs, in the order in which the runs name them; made once for each list of runs. */
export function gridsOf(runs: readonly ShownRun[]): readonly ListedGrid[] {
  const known = ROWS.get(runs) ?? gridRows(runs);
  ROWS.set(runs, known);
  return known;
}

export type GridColumnId =
  | "grid"
  | "runs"
  | "progress"
  | "left"
  | "lost"
  | "findings"
  | "best"
  | "value"
  | "changed";

/** What grids are sorted by, and written to files as. */
export const GRID_VALUES: Readonly<Record<GridColumnId, (row: ListedGrid) => Value>> = {
  grid: ({ grid }) => grid,
  runs: ({ runs }) => runs.length,
  progress: ({ progress }) => progress,
  left: ({ secondsLeft }) => secondsLeft,
  lost: ({ lost }) => lost,
  findings: ({ errors, warnings }) => errors + warnings,
  best: ({ best }) => best?.name ?? null,
  value: ({ best, metric }) => (best === null ? null : metric.value(best)),
  changed: ({ changedAt }) => changedAt,
};

export const GRID_COLUMNS: readonly GridColumnId[] = Object.keys(GRID_VALUES).filter(isGridColumn);

/** Whether grids can be sorted by a column of this name. */
function isGridColumn(name: string): name is GridColumnId {
  return Object.hasOwn(GRID_VALUES, name);
}

const SORTED: WeakMap<
  readonly ListedGrid[],
  { readonly sort: ViewSettings["gridSort"]; readonly rows: readonly ListedGrid[] }
> = new WeakMap();

/** Sorts grids; what has no value comes last in both directions. */
export function sortedGrids(
  rows: readonly ListedGrid[],
  sort: ViewSettings["gridSort"],
): readonly ListedGrid[] {
  if (sort === null || !isGridColumn(sort.column)) return rows;
  const known = SORTED.get(rows);
  if (known?.sort === sort) return known.rows;
  const value = GRID_VALUES[sort.column];
  const made = rows.toSorted((a, b) => compareValues(value(a), value(b), sort.isDescending));
  SORTED.set(rows, { sort, rows: made });
  return made;
}
