/** A run's config with every default filled in, as its keys are written in YAML. */
import type { Activation, EngineName, InitScheme, ThresholdChanges } from "@ablate/core";
import type { Position, Problem } from "./config-error.ts";

export type DataConfig = {
  /** Absolute path of the names file. */
  readonly file: string;
  readonly context: number;
  readonly shuffle_seed: number;
};

export type BatchNormConfig = {
  readonly where: "hidden" | "all";
  readonly epsilon: number;
  readonly momentum: number;
  readonly running: "std" | "variance";
};

export type ModelConfig = {
  readonly embedding: number;
  readonly hidden: readonly number[];
  readonly activation: Activation;
  readonly bias: boolean;
  readonly batch_norm: BatchNormConfig | "none";
};

export type LayerInitConfig = {
  readonly weight: InitScheme;
  readonly bias: InitScheme;
  readonly gamma: InitScheme;
  readonly beta: InitScheme;
};

export type InitConfig = {
  readonly embedding: InitScheme;
  readonly hidden: LayerInitConfig;
  readonly output: LayerInitConfig;
};

export type TrainConfig = {
  readonly steps: number;
  readonly batch_size: number;
  /** Rate by first step at which it applies; has step 0. */
  readonly lr: Readonly<Record<string, number>>;
  /** Lambda of every parameter, or of those named, none of them 0. */
  readonly l2: number | Readonly<Record<string, number>>;
  /** Missing in what older versions have stored. */
  readonly stop?: StopConfig;
};

/** When a run ends before its last step. */
export type StopConfig = {
  readonly patience: number | "none";
  readonly target: number | "none";
  readonly budget: Duration | "none";
  readonly every: number;
};

/** As `30s`, `5m`, `1h30m`. */
export type Duration = string;

export type RecordConfig = {
  readonly evaluate: "end" | "none" | EverySteps;
  /** Names sampled after the last step. */
  readonly samples: number;
  readonly probes: ProbesConfig | "none";
  readonly checkpoint: Duration | "none" | EverySteps;
};

export type EverySteps = { readonly every: number };

/** At init, at the end, and in between. */
export type ProbesConfig = {
  /** Probed at these digits times every power of ten. */
  readonly decades: readonly number[];
  /** Probed every so many steps; 0: not. */
  readonly every: number;
  /** Beyond it, tanh counts as saturated. */
  readonly saturated: number;
};

/** What decides one run, whatever its seed. */
export type CellConfig = {
  readonly data: DataConfig;
  readonly model: ModelConfig;
  readonly init: InitConfig;
  readonly train: TrainConfig;
  readonly record: RecordConfig;
  /** Not there where all are the usual ones. */
  readonly thresholds?: ThresholdChanges;
  readonly engine: EngineName;
};

export type ResolvedConfig = CellConfig & { readonly seed: number };

/** A value of the grid that a run has: its key and how its value reads in a label. */
export type Factor = { readonly key: string; readonly text: string };

/** The runs that differ only in their seed. */
export type Cell = {
  readonly variant: string | null;
  readonly variantDescription: string;
  /** The most special place that made it: its value of the fastest key, its row, its variant. */
  readonly at: Position;
  /** What differs: keys of zip, of the grid, of the included entry, in this order. */
  readonly factors: readonly Factor[];
  readonly config: CellConfig;
  /** Those of the grid, without those that are excluded. */
  readonly seeds: readonly number[];
};

/** One entry of `exclude` and the runs that it leaves out, seeds counted. */
export type Exclusion = {
  /** The rule as it reads: `model.batch_norm: hidden, train.lr: 0.1`. */
  readonly rule: string;
  readonly position: Position;
  readonly count: number;
};

/** A config file, read, overridden and validated: every run it expands to is known to be sound. */
export type GridConfig = {
  /** The path as it was given. */
  readonly file: string;
  /** The file's text, then in comments those of the files that it extends. */
  readonly text: string;
  readonly name: string;
  readonly description: string;
  /** Absolute path of the names file. */
  readonly dataFile: string;
  readonly record: RecordConfig;
  readonly seeds: readonly number[];
  readonly cells: readonly Cell[];
  /** By rule, in the order of the file; a run counts at the first rule that it matches. */
  readonly excluded: readonly Exclusion[];
  /** What the user should look at though it is no mistake: values that change nothing. */
  readonly warnings: readonly Problem[];
  /** Texts of the files by path, as positions name them. */
  readonly sources: ReadonlyMap<string, string>;
};

/** What the command line puts on top of the file. */
export type Overrides = {
  /** `key=value` each, the value in YAML. */
  readonly set?: readonly string[] | undefined;
  readonly steps?: number | undefined;
  readonly seeds?: readonly number[] | undefined;
  readonly engine?: string | undefined;
  /** Refuses a config of more runs before it is expanded. */
  readonly mostRuns?: number | undefined;
};
