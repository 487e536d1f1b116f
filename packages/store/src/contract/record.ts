/** What is recorded of a run: plain data, free of SQLite's types. */

/** Where a run was trained; every value is text or a number that `ablate show` prints. */
export type Provenance = Readonly<Record<string, string | number | boolean | null>>;

/** Consecutive steps: step `first + i` has `loss[i]`, `lr[i]` and `ratios[i * parameters + p]`. */
export type StepBlock = {
  readonly first: number;
  readonly count: number;
  readonly loss: Float64Array;
  readonly lr: Float64Array;
  readonly ratios: Float32Array;
  /** Seconds spent in the training loop so far, where known. */
  readonly trainSeconds?: number;
};

export type EvaluationRow = {
  readonly split: string;
  readonly statistics: string;
  readonly loss: number;
};

/** Evaluations of a model after `step` updates. */
export type EvaluationsAt = {
  readonly step: number;
  readonly evaluations: readonly EvaluationRow[];
};

/** What was taken of a model after `step` updates. */
export type Snapshot = {
  readonly step: number;
  readonly evaluations: readonly EvaluationRow[];
  readonly samples: readonly string[];
  /** Weights and running statistics as safetensors bytes. */
  readonly weights: Uint8Array;
  /** What else decides further steps; without it none can follow. */
  readonly state?: Uint8Array;
};

/** A run after `step` updates, and all that decides its further steps. */
export type Checkpoint = {
  readonly step: number;
  /** Weights and running statistics as safetensors bytes. */
  readonly weights: Uint8Array;
  /** What else decides them; opaque to the store. */
  readonly state: Uint8Array;
  /** Seconds spent in the training loop until then. */
  readonly trainSeconds: number;
};

export type RunEnd = {
  readonly state: "finished" | "failed" | "diverged" | "stopped" | "interrupted";
  readonly reason: string;
  readonly error: string | null;
  /** What its event says beside the reason. */
  readonly detail?: string | null;
  /** Seconds spent in the training loop. */
  readonly trainSeconds: number;
  /** What the run leaves; null where there is nothing worth keeping. */
  readonly snapshot: Snapshot | null;
};

/** Something that a rule says of a run, with its evidence; a row of the view `findings` without `run`. */
export type Finding = {
  readonly level: "info" | "warning" | "error";
  readonly rule: string;
  readonly layer: string | null;
  readonly param: string | null;
  /** Since when it holds; 0 is initialisation. */
  readonly step: number;
  /** What was measured; `null`: not finite, or nothing to measure. */
  readonly value: number | null;
  readonly message: string;
  /** From which step on it holds no more; `null`: it still holds. */
  readonly until: number | null;
};

/** Something that happened to a run. */
export type RunEvent = {
  readonly atMs: number;
  readonly kind: string;
  readonly message: string | null;
  /** Where a run goes on that does not start at initialisation. */
  readonly from: Origin | null;
};

/** How many updates there were already, and which run made them. */
export type Origin = { readonly run: string; readonly step: number };
