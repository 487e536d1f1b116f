/** What is read of runs: plain data, free of SQLite's types. */
import type { Evaluation } from "@ablate/core";
import type { METRIC_SUMMARY } from "../views/metrics.ts";
import type { FieldOf, RunRow } from "../views/runs.ts";
import type { CURVE, EVALS, LOSS, SAMPLES, SERIES } from "../views/series.ts";
import type { Row } from "../views/view.ts";
import type { RunState } from "../writing/plan.ts";

/**
 * A row of the view `runs` with its columns in camelCase, `run` as `name` and the tags one by one;
 * views/runs.ts says what each is.
 */
export type RunSummary = {
  readonly [Column in keyof RunRow as FieldOf<Column>]: Column extends "tags"
    ? readonly string[]
    : RunRow[Column];
} & {
  /** What its metrics come to, by name; left out where it has none. */
  readonly metrics?: ReadonlyMap<string, MetricSummary>;
};

export type RunFilter = {
  readonly grid?: string;
  readonly states?: readonly RunState[];
  /** Leaves out runs that are left from earlier plans: of the grid, without one of all their grids. */
  readonly isCurrent?: boolean | undefined;
};

export type GridSummary = {
  readonly name: string;
  readonly description: string;
  /** How many runs belong to it. */
  readonly runs: number;
};

/** What the user said of a run or a grid. */
export type Annotated = { readonly tags: readonly string[]; readonly note: string | null };

/** Annotations by name; only of runs and grids that have a tag or a note. Colours are by `run:HASH` and `group:ID`. */
export type Annotations = {
  readonly runs: ReadonlyMap<string, Annotated>;
  readonly grids: ReadonlyMap<string, Annotated>;
  readonly colours: ReadonlyMap<string, number>;
};

/** An evaluation whose loss is `null` where it is not finite. */
export type StoredEvaluation = Pick<Evaluation, "split" | "statistics"> &
  Pick<Row<typeof EVALS>, "step" | "loss">;

export type StoredSample = Omit<Row<typeof SAMPLES>, "run">;

export type StoredWeights = { readonly step: number; readonly bytes: Uint8Array };

/** After how many updates weights had the lowest validation loss. */
export type BestWeights = { readonly step: number; readonly validLoss: number };

/** Weights with what else a run would go on with from there; null where that was not kept. */
export type StoredCheckpoint = StoredWeights & { readonly state: Uint8Array | null };

/** `n` finite values of steps `step` up to `step + level - 1`; without any, the rest is `null`. */
export type CurvePoint = Omit<Row<typeof CURVE>, "run" | "series" | "level">;

/** One series in rows: row i summarises the `n[i]` finite values of `width[i]` steps, the first of which is `x[i]`. */
export type SeriesRows = {
  /** Rising; a reader of charts may put the place on another axis here. */
  readonly x: Float64Array;
  readonly width: Float64Array;
  /** Without any finite value the rest is NaN. */
  readonly n: Uint32Array;
  readonly min: Float64Array;
  readonly mean: Float64Array;
  readonly max: Float64Array;
};

/** How to draw a series. */
export type SeriesInfo = Omit<Row<typeof SERIES>, "run" | "log_scale" | "log_axis"> & {
  /** Whether it is best drawn along a logarithmic axis. */
  readonly isLog: boolean;
};

/** When steps were stored: `atMs[i]`, milliseconds since 1970, is when `steps[i]` was there. */
export type Ticks = { readonly steps: Float64Array; readonly atMs: Float64Array };

/** A run and a text that changes with its row of the view `runs`. */
export type RunStamp = {
  readonly run: string;
  readonly stamp: string;
  /** It says running, and its process is there, as far as this host can tell. */
  readonly isLive: boolean;
  /** It says running, and its process is gone. */
  readonly isLost: boolean;
};

/** Steps `from` up to and including `to`. */
export type StepRange = { readonly from: number; readonly to: number };

/** Steps that are read in rows of `level` steps: 1, 16, 256, 4096 or 65536. */
export type Span = StepRange & { readonly level: number };

export type StepLoss = Omit<Row<typeof LOSS>, "run">;

export type ParameterRatio = {
  readonly param: string;
  /** Exactly the trained float32; `null`: NaN, as for a tensor of one element. */
  readonly ratio: number | null;
  /** `-Infinity` for a ratio of 0. */
  readonly log10Ratio: number | null;
};

/** A metric of a run, and what its numbers come to: a row of the view `metric_summary`. */
export type MetricSummary = Omit<Row<typeof METRIC_SUMMARY>, "run">;

export type StepRatios = { readonly step: number; readonly ratios: readonly ParameterRatio[] };

export type QueryResult = {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
};
