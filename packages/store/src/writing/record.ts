import type { Evaluation, StepBlock } from "@ablate/core";

/** What is recorded of a run: plain data, free of SQLite's types. */

/** Where a run was trained; every value is text or a number that `ablate show` prints. */
export type Provenance = Readonly<Record<string, string | number | boolean | null>>;

/** Steps, and the seconds spent in the training loop so far, where known. */
export type TimedSteps = StepBlock & {
  readonly trainSeconds?: number;
  /** When the last of them was made, in milliseconds since 1970, where a log says it; now unless given. */
  readonly atMs?: number;
  /** What the block has metrics of, in their order; of nothing unless given. */
  readonly metricNames?: readonly string[];
  /** Numbers by other names that are stored with the steps. */
  readonly points?: readonly MetricPoint[];
};

/** A number of a run by a name of its own. */
export type MetricPoint = { readonly name: string; readonly step: number; readonly value: number };

/** A message about a run that may come twice: the attempt at the run that it is of, and its place in it from 0 on. */
export type Mark = { readonly attempt: string; readonly seq: number };

/** Numbers of one metric; the steps rise. */
export type MetricNumbers = {
  readonly name: string;
  readonly steps: Float64Array;
  readonly numbers: Float64Array;
  /** Training began again at this step: what the metric has of it and of later ones goes before. */
  readonly anewFrom?: number;
};

/** A line that a run of another program has printed. */
export type ConsoleLine = {
  /** Counted from 0. */
  readonly line: number;
  /** Milliseconds since 1970; null: the log does not say. */
  readonly atMs: number | null;
  readonly stream: "out" | "err";
  readonly text: string;
};

/** Lines that follow those before, and how many between them are left out. */
export type PrintedLines = {
  readonly leftOut: number;
  readonly lines: readonly Omit<ConsoleLine, "line">[];
};

/** How far a file of a log is read. */
export type LogPosition = {
  /** Its real path. */
  readonly path: string;
  readonly format: string;
  /** Where what is not recorded begins, in bytes or in what else the format counts. */
  readonly position: number;
  /** JSON of what reading on needs beside it. */
  readonly state: string;
};

/** What a log says of its run that may change while it is written. */
export type RunDescription = {
  /** Settings as JSON, in place of those before. */
  readonly config?: string;
  /** Null: the end is open. */
  readonly steps?: number | null;
  /** Facts to add to those that are known. */
  readonly provenance?: Provenance;
};

/** Evaluations of a model after `step` updates. */
export type EvaluationsAt = {
  readonly step: number;
  readonly evaluations: readonly Evaluation[];
};

/** What was taken of a model after `step` updates. */
export type Snapshot = EvaluationsAt & {
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

/** A run when its validation loss was the lowest so far. */
export type BestCheckpoint = Pick<Checkpoint, "step" | "weights" | "trainSeconds"> & {
  readonly validLoss: number;
};

export type RunEnd = {
  readonly state: "finished" | "failed" | "diverged" | "stopped" | "interrupted";
  readonly reason: string;
  readonly error: string | null;
  /** What its event says beside the reason. */
  readonly detail?: string | null;
  /** Seconds spent in the training loop; null: as its steps say. */
  readonly trainSeconds: number | null;
  /** When that was, in milliseconds since 1970, where a log says it; null, or left out: now. */
  readonly endedAt?: number | null;
  /** What the run leaves; null where there is nothing worth keeping. */
  readonly snapshot: Snapshot | null;
};

/** The revision of the engine that made the updates from `step` to the next such place, or to the end. */
export type RevisionFrom = { readonly step: number; readonly revision: number };

/** Something that happened to a run. */
export type RunEvent = {
  readonly atMs: number;
  readonly kind: string;
  readonly message: string | null;
  /** Where a run goes on that does not start at initialisation. */
  readonly from: RunStart | null;
};

/** Where a run goes on: how many updates there were already, and which run made them. */
export type RunStart = { readonly run: string; readonly step: number };
