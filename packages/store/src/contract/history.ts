/** What is read of runs: plain data, free of SQLite's types. */
import type { RunState } from "./plan.ts";

/** A row of the view `runs`, under the view's own column names. NULL losses are not finite or not there yet. */
export type RunSummary = {
  readonly run: string;
  readonly grid: string | null;
  readonly label: string | null;
  readonly state: RunState;
  readonly reason: string | null;
  readonly seed: number;
  /** Resolved config as JSON. */
  readonly config: string;
  readonly hash: string;
  readonly engine: string;
  readonly steps: number;
  readonly last_step: number | null;
  /** Mean of the last 100 recorded steps. */
  readonly loss: number | null;
  readonly train_loss: number | null;
  readonly valid_loss: number | null;
  readonly test_loss: number | null;
  readonly best_valid_loss: number | null;
  readonly best_valid_step: number | null;
  readonly steps_per_s: number | null;
  /** How many numbers the model trains. */
  readonly parameters: number | null;
  /** Separated by commas. */
  readonly tags: string | null;
  /** ISO 8601, UTC. */
  readonly started_at: string | null;
  readonly ended_at: string | null;
  readonly error: string | null;
};

export type RunFilter = {
  readonly grid?: string;
  readonly states?: readonly RunState[];
};

export type GridSummary = {
  readonly name: string;
  readonly description: string;
  /** How many runs belong to it. */
  readonly runs: number;
};

/** What the user said of a run or a grid. */
export type Annotated = { readonly tags: readonly string[]; readonly note: string | null };

/** By name; only those that have a tag or a note. */
export type Annotations = {
  readonly runs: ReadonlyMap<string, Annotated>;
  readonly grids: ReadonlyMap<string, Annotated>;
};

export type StoredEvaluation = {
  readonly step: number;
  readonly split: string;
  readonly statistics: string;
  /** `null`: not finite. */
  readonly loss: number | null;
};

export type StoredSample = { readonly step: number; readonly i: number; readonly text: string };

export type StoredWeights = { readonly step: number; readonly bytes: Uint8Array };

/** `n` finite values of steps `step` up to `step + level - 1`; without any, the rest is `null`. */
export type CurvePoint = {
  readonly step: number;
  readonly n: number;
  readonly min: number | null;
  readonly mean: number | null;
  readonly max: number | null;
};

/** Some series of a run at one level: row r begins at `steps[r]`; of series s it is at `s * rows + r`. */
export type CurveBlock = {
  readonly level: number;
  readonly rows: number;
  /** How many series; none of them is left out, an unknown one has no values. */
  readonly series: number;
  readonly steps: Float64Array;
  /** Finite values; without any the rest is NaN. */
  readonly n: Uint32Array;
  readonly min: Float64Array;
  readonly mean: Float64Array;
  readonly max: Float64Array;
};

/** A row of the view `series`: how to read one. */
export type SeriesInfo = {
  readonly series: string;
  readonly unit: string | null;
  /** Where a line helps the eye. */
  readonly guide: number | null;
  /** The band in which all is well, where a verdict is fair. */
  readonly low: number | null;
  readonly high: number | null;
};

/** When steps were stored: `atMs[i]`, milliseconds since 1970, is when `steps[i]` was there. */
export type Ticks = { readonly steps: Float64Array; readonly atMs: Float64Array };

/** A run and a text that changes with its row of the view `runs`. */
export type RunStamp = {
  readonly run: string;
  readonly stamp: string;
  /** It says running, and its process is gone. */
  readonly isLost: boolean;
};

/** Steps `from` up to and including `to`. */
export type StepRange = { readonly from: number; readonly to: number };

export type StepLoss = {
  readonly step: number;
  readonly loss: number | null;
  readonly lr: number | null;
};

export type ParameterRatio = {
  readonly param: string;
  /** Exactly the trained float32; `null`: NaN, as for a tensor of one element. */
  readonly ratio: number | null;
  /** `-Infinity` for a ratio of 0. */
  readonly log10Ratio: number | null;
};

export type StepRatios = { readonly step: number; readonly ratios: readonly ParameterRatio[] };

export type QueryResult = {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
};
