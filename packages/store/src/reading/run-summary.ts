/** The one place where columns of the view `runs` and fields of a RunSummary are told apart. */

import type { PlanState } from "../views/runs.ts";
import { RUNS, type RunRow } from "../views/runs.ts";
import type { RunSummary } from "./history.ts";

type Field = keyof RunSummary;

const FIELDS = Object.keys(RUNS.columns).map((column): readonly [column: string, field: string] => [
  column,
  column === "run" ? "name" : column.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
]);

const COLUMNS: ReadonlyMap<string, string> = new Map(
  FIELDS.map(([column, field]) => [field, column]),
);

/** What readers select of `runs v`. */
export const SUMMARY_COLUMNS: string = FIELDS.map(
  ([column, field]) => `v."${column}" as "${field}"`,
).join(", ");

/** What SUMMARY_COLUMNS select. */
export type SelectedSummary = Omit<RunSummary, "tags"> & { readonly tags: string | null };

export function summaryOf(selected: SelectedSummary): RunSummary {
  return { ...selected, tags: selected.tags?.split(",") ?? [] };
}

/** A run as it was asked for by the name of a grid. */
export type RunOfGrid = SelectedSummary & {
  readonly askedGrid: string;
  readonly askedLabel: string;
  readonly askedPlan: PlanState;
};

/** Returns the run under the grid and label by which it was asked for. */
export function inGrid({ askedGrid, askedLabel, askedPlan, ...run }: RunOfGrid): RunSummary {
  return summaryOf({ ...run, grid: askedGrid, label: askedLabel, plan: askedPlan });
}

/** Returns the name of the column that a field of a run comes from, or the field's own. */
export function columnOf(field: string): string {
  return COLUMNS.get(field) ?? field;
}

/** Returns a run as the view `runs` has it: by the names of columns, the tags in one text. */
export function runRow({ tags, ...run }: RunSummary): RunRow {
  const values: Readonly<Record<string, unknown>> = { ...run, tags: tags.join(",") || null };
  return Object.fromEntries(FIELDS.map(([column, field]) => [column, values[field]])) as RunRow;
}

type Nullable = { [Name in Field]: null extends RunSummary[Name] ? Name : never }[Field];

/** Returns what a store would say of a run that it does not have: all is null that may be. */
export function emptyRun(
  known: Omit<RunSummary, Nullable | "plan" | "tags"> & Partial<RunSummary>,
): RunSummary {
  const fields = FIELDS.map(([, field]) => [field, null]);
  const nothing = Object.fromEntries(fields) as Pick<RunSummary, Nullable>;
  return { ...nothing, plan: "current", tags: [], ...known };
}
