/** Grids and runs as they are planned, and what is known of them. */
import type { Seed } from "../seed.ts";

export const RUN_STATES = [
  "pending",
  "running",
  "finished",
  "failed",
  "diverged",
  "stopped",
  "interrupted",
] as const;
export type RunState = (typeof RUN_STATES)[number];

export type PlannedRun = {
  /** Identity: the hash of the resolved config. */
  readonly hash: string;
  /** The run's name when it is new: `grid/label`. */
  readonly name: string;
  /** Its label in this grid. */
  readonly label: string;
  /** Resolved config as JSON. */
  readonly config: string;
  /** Null: a log does not say. */
  readonly seed: Seed | null;
  /** What trains it; of a recorded run the framework. */
  readonly engine: string;
  /** Null: the end is open. */
  readonly steps: number | null;
  /** The format of the log that it is recorded from; left out where it is trained here. */
  readonly source?: string;
  /** What a run has in common with those that differ from it in the number of steps alone. */
  readonly family?: string;
};

export type GridPlan = {
  readonly name: string;
  readonly description: string;
  /** Text of the config file as it was planned. */
  readonly spec: string;
  /** The runs to store. */
  readonly runs: readonly PlannedRun[];
  /** What the runs are a part of; without it nothing is stored of the plan but its runs. */
  readonly origin?: PlanOrigin;
};

/** Whose plan it is, and the whole of it. */
export type PlanOrigin = {
  /** Absolute path of the config. */
  readonly config: string;
  /** What the command line changes in it, as JSON; NO_OPTIONS for nothing. */
  readonly options: string;
  /** Every run of the plan, before any is left out. */
  readonly runs: readonly PlannedRun[];
  /** Identity of the data file. */
  readonly dataHash: string;
  /** Whether the config says what the grid's text says, by which the plan before is judged where none is stored. */
  readonly isUnedited: boolean;
  /** The hashes that the config has now under options of earlier plans; null where they no longer fit it. */
  readonly again: ReadonlyMap<string, readonly string[] | null>;
  /** Paths of configs of earlier plans at which there is no file any more. */
  readonly missing: ReadonlySet<string>;
  /** Takes the plans of other configs out of the grid. */
  readonly replaces: boolean;
};

/** The options of a plan in which the command line changes nothing. */
export const NO_OPTIONS = "{}";

export type StoredRun = {
  readonly id: number;
  readonly name: string;
  readonly hash: string;
  readonly state: RunState;
  /** Milliseconds since 1970; null: it has not ended. */
  readonly endedAt: number | null;
};

/** A run that the store knows, and how much of it was recorded. */
export type RecordedRun = Omit<StoredRun, "endedAt"> & {
  readonly evaluations: number;
  readonly samples: number;
  readonly probes: number;
  /** Planning it again takes it out. */
  readonly isTrashed: boolean;
};

/** What runs of one kind took together. */
export type TrainedKind = {
  /** The resolved config of one of them, as JSON. */
  readonly config: string;
  readonly parameters: number;
  /** Of the engine, as the view `runs` has it; null where the store does not say. */
  readonly revision: string | null;
  readonly runs: number;
  readonly steps: number;
  /** Seconds in the training loop. */
  readonly seconds: number;
};

/** Returns how many steps of a run are recorded. */
export function stepsOf({ last_step: last }: { readonly last_step: number | null }): number {
  return (last ?? -1) + 1;
}

/** What the column of steps says of a run whose end is open. */
export const OPEN_END = -1;
