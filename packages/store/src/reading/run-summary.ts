import type { RunSummary } from "../contract/history.ts";
import { RUNS, type RunRow } from "../views/runs.ts";

/** Makes of a row of the view `runs` what readers return. */
export function summaryOf(row: RunRow): RunSummary {
  return { ...row, tags: row.tags?.split(",") ?? [] };
}

type Nullable = {
  [Name in keyof RunSummary]: null extends RunSummary[Name] ? Name : never;
}[keyof RunSummary];

/** Returns what a store would say of a run that it does not have: all is null that may be. */
export function emptyRun(
  known: Omit<RunSummary, Nullable | "tags"> & Partial<RunSummary>,
): RunSummary {
  const names = Object.keys(RUNS.columns);
  const nothing = Object.fromEntries(names.map((name) => [name, null])) as Pick<
    RunSummary,
    Nullable
  >;
  return { ...nothing, tags: [], ...known };
}
