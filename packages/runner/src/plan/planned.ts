import type { RunSpec } from "@ablate/core";
import type { Exclusion, ResolvedConfig } from "../config/config.ts";
import type { Position } from "../config/config-error.ts";

/** One run of a grid, before the data is read. */
export type PlannedConfig = {
  /** `grid/label`; `planRuns` shortens what is too long and tells apart what is called the same. */
  readonly name: string;
  readonly label: string;
  readonly variant: string | null;
  readonly variantDescription: string;
  /** Where the config says what makes it differ. */
  readonly at: Position;
  readonly resolved: ResolvedConfig;
  readonly spec: RunSpec;
  /** The keys whose values are not the same in all runs of the grid, with this run's values. */
  readonly differs: Readonly<Record<string, unknown>>;
};

/** A run that has its identity and its final name; the store's planned run and more. */
export type PlannedRun = PlannedConfig & {
  readonly hash: string;
  /** Equal in runs that differ in their number of steps alone. */
  readonly family: string;
  /** The resolved config as JSON. */
  readonly config: string;
  readonly seed: number;
  readonly engine: string;
  readonly steps: number;
};

export type GridRuns = {
  readonly runs: readonly PlannedRun[];
  /** What the user should know: runs that are the same, or that train the same numbers. */
  readonly notes: readonly string[];
  /** What the grid leaves out, by rule in the order of the file; a run counts at the first that it matches. */
  readonly excluded: readonly Exclusion[];
};
