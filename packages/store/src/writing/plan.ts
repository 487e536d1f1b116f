/** Grids and runs as they are planned, and what is known of them. */

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
  readonly seed: number;
  readonly engine: string;
  readonly steps: number;
  /** What a run has in common with those that differ from it in the number of steps alone. */
  readonly family?: string;
};

export type GridPlan = {
  readonly name: string;
  readonly description: string;
  /** Text of the config file as it was planned. */
  readonly spec: string;
  readonly runs: readonly PlannedRun[];
};

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
  readonly runs: number;
  readonly steps: number;
  /** Seconds in the training loop. */
  readonly seconds: number;
};

/** Returns how many steps of a run are recorded. */
export function stepsOf({ last_step: last }: { readonly last_step: number | null }): number {
  return (last ?? -1) + 1;
}
