/** What the store takes and gives: plain data, free of SQLite's types. */

export type RunState =
  | "pending"
  | "running"
  | "finished"
  | "failed"
  | "diverged"
  | "stopped"
  | "interrupted";

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
};

export type ParameterRow = {
  readonly name: string;
  readonly shape: readonly number[];
  readonly size: number;
};

/** Where a run was trained; every value is text or a number that `ablate show` prints. */
export type Provenance = Readonly<Record<string, string | number | boolean | null>>;

/** Consecutive steps: step `first + i` has `loss[i]`, `lr[i]` and `ratios[i * parameters + p]`. */
export type StepBlock = {
  readonly first: number;
  readonly count: number;
  readonly loss: Float64Array;
  readonly lr: Float64Array;
  readonly ratios: Float32Array;
};

export type EvaluationRow = {
  readonly split: string;
  readonly statistics: string;
  readonly loss: number;
};

export type RunEnd = {
  readonly state: "finished" | "failed" | "diverged" | "stopped" | "interrupted";
  readonly reason: string;
  readonly error: string | null;
  /** Seconds spent in the training loop. */
  readonly trainSeconds: number;
  /** Weights and running statistics as safetensors bytes, taken after `step` updates. */
  readonly weights: { readonly step: number; readonly bytes: Uint8Array } | null;
};
