/** A run's config with every default filled in, as its keys are written in YAML. */

import type {
  EngineName,
  InitScheme,
  LayerInit,
  Reading,
  Separator,
  ThresholdChanges,
  TrainSpec,
} from "@ablate/core";
import type { Seed } from "@ablate/store";
import type { Position, Problem } from "./config-error.ts";
import type { GroupConfig } from "./group-schema.ts";
import type { ListSettings, ShortSettings } from "./model-schema.ts";
import type { NormConfig } from "./norm-schema.ts";
import type { OptimizerConfig } from "./optimizer-schema.ts";
import type { ProbeSchedule } from "./probe-schedule.ts";
import type { RateConfig } from "./rate-schema.ts";
import type { Order, Sample } from "./sample-schema.ts";

export type DataConfig = {
  /** Absolute path of the names file. */
  readonly file: string;
  readonly context: number;
  readonly shuffle_seed: number;
  /**
   * As a config says it. Of a run it is there only as `line`, and only where the two readings of its file differ: a
   * stored run without it was read by white space, or could as well have been.
   */
  readonly separator?: Separator | undefined;
  /** As a config says it; of a run it is there only where it is not the usual one. */
  readonly end?: string | undefined;
  /** Absolute paths of files of their own, instead of a part of the names. */
  readonly validation?: string | undefined;
  readonly test?: string | undefined;
};

/**
 * A network: by its widths where that says it, else as a list. What is not there has its usual value: what older
 * versions have stored is as it would be now.
 */
export type ModelConfig = ShortModel | ListModel;

export type ShortModel = Pick<
  ShortSettings,
  "embedding" | "hidden" | "activation" | "bias" | "batch_norm"
> & {
  /** Batch norm is `batch_norm`. */
  readonly norm?: NormConfig;
  readonly residual?: "pre" | "post";
  readonly dropout?: number;
  readonly tie?: true;
};

export type ListModel = Pick<ListSettings, "embedding" | "layers"> & { readonly tie?: true };

/** How tensors are filled; a layer's own schemes are there where they are not those of all hidden layers. */
export type InitConfig = {
  readonly embedding: InitScheme;
  readonly hidden: LayerInit;
  readonly output: LayerInit;
  readonly skip?: number;
  readonly [layer: `hidden${number}`]: Partial<LayerInit>;
};

/** What is not there has its usual value. */
export type TrainConfig = Pick<TrainSpec, "steps" | "l2"> & {
  readonly batch_size: number;
  readonly lr: RateConfig;
  /** Missing in what older versions have stored. */
  readonly stop?: StopConfig;
  readonly optimizer?: OptimizerConfig;
  readonly groups?: readonly GroupConfig[];
  readonly clip?: ClipConfig;
  readonly batches?: BatchesConfig;
  readonly label_smoothing?: number;
};

/** The largest norm of all gradients together, or the largest value in them. */
export type ClipConfig = { readonly norm: number } | { readonly value: number };

/** Where the examples of a batch come from. */
export type BatchesConfig =
  | "sample"
  | { readonly epochs: "shuffled"; readonly last: "keep" | "drop" };

/** When a run ends before its last step. */
export type StopConfig = {
  readonly patience: number | "none";
  readonly target: number | "none";
  readonly budget: Duration | "none";
  readonly every: number;
};

/** A duration as `30s`, `5m`, `1h30m`. */
export type Duration = string;

/** What is recorded beside every step. */
export type RecordConfig = {
  /** Whether all splits are evaluated after the last step, and the validation split every so many. */
  readonly evaluate: "end" | "none" | EverySteps;
  /** Names sampled after the last step. */
  readonly samples: number;
  readonly probes: ProbesConfig | "none";
  /** How often what it takes to resume is stored before the end. */
  readonly checkpoint: Duration | "none" | EverySteps;
  /** Whether the weights of the lowest validation loss are kept as well; missing: not. */
  readonly best?: true;
};

export type EverySteps = { readonly every: number };

/** When a run is probed, and what counts as saturated there. */
export type ProbesConfig = ProbeSchedule & {
  /** Tanh is saturated beyond it, on either side. */
  readonly saturated: number;
  /** So many fixed ones, or those of the training step; missing: 32. */
  readonly examples?: number | "batch";
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

export type ResolvedConfig = CellConfig & { readonly seed: Seed };

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
  readonly seeds: readonly Seed[];
  /** Whether `include` adds it. */
  readonly isIncluded: boolean;
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
  /** Those of files of their own; null: a part of the names. */
  readonly ownFiles: Readonly<Record<"valid" | "test", string | null>>;
  /** Where `data.file`, `data.validation` and `data.test` are given, by their last names. */
  readonly filesAt: ReadonlyMap<string, Position>;
  /** How these files are read. */
  readonly reading: Reading;
  readonly record: RecordConfig;
  readonly seeds: readonly Seed[];
  readonly sample: Sample;
  readonly order: Order;
  readonly cells: readonly Cell[];
  /** How many runs each rule excluded, in the order of the file; a run counts at the first rule that it matches. */
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
  readonly seeds?: readonly Seed[] | undefined;
  readonly engine?: string | undefined;
  /** The number of runs of the sample, whose seed stays that of the file. */
  readonly sample?: Sample["runs"] | undefined;
  readonly order?: Order | undefined;
  /** Refuses a config of more runs before it is expanded; one that is sampled may have ten times as many. */
  readonly mostRuns?: number | undefined;
};
