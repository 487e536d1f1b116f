/**
 * What decides the numbers of a run, as plain data. Two equal specs on the same names give the same
 * bits on every machine.
 */

export type Activation = "tanh" | "relu" | "none";

/**
 * Batch normalisation. `where`: after the hidden layers only, or after the output layer too.
 * `running: "variance"` is PyTorch's BatchNorm1d: divides by `sqrt(variance + epsilon)` and keeps a
 * running variance. `"std"` is the notebook's hand-made layer: divides by `std + epsilon` and keeps a
 * running standard deviation. Both use the unbiased estimate (n - 1).
 */
export type BatchNormSpec = {
  readonly where: "hidden" | "all";
  readonly epsilon: number;
  readonly momentum: number;
  readonly running: "std" | "variance";
};

/** A character-level MLP: embedding of `context` characters, hidden layers, output logits. */
export type ModelSpec = {
  readonly context: number;
  readonly embedding: number;
  readonly hidden: readonly number[];
  readonly activation: Activation;
  readonly bias: boolean;
  readonly batchNorm: BatchNormSpec | "none";
};

export type Nonlinearity = "linear" | "tanh" | "relu" | "sigmoid" | "selu";
export type Distribution = "normal" | "uniform";

/**
 * How one tensor is initialised. `scale` multiplies the result. Random schemes draw from the run's
 * generator even when their spread is 0; `zeros`, `ones` and `constant` draw nothing.
 */
export type InitScheme = { readonly scale: number } & (
  | { readonly scheme: "zeros" | "ones" }
  | { readonly scheme: "constant"; readonly value: number }
  | { readonly scheme: "normal"; readonly std: number }
  | { readonly scheme: "uniform"; readonly low: number; readonly high: number }
  | {
      readonly scheme: "kaiming";
      readonly gain: number | Nonlinearity;
      readonly mode: "fan_in" | "fan_out";
      readonly distribution: Distribution;
    }
  | { readonly scheme: "xavier"; readonly gain: number; readonly distribution: Distribution }
  | { readonly scheme: "lecun"; readonly distribution: Distribution }
  | { readonly scheme: "orthogonal"; readonly gain: number }
);

/** Schemes of one layer group; `gamma` and `beta` are batch norm's gain and bias. */
export type LayerInit = {
  readonly weight: InitScheme;
  readonly bias: InitScheme;
  readonly gamma: InitScheme;
  readonly beta: InitScheme;
};

export type InitSpec = {
  readonly embedding: InitScheme;
  readonly hidden: LayerInit;
  readonly output: LayerInit;
};

/** Learning rate by first step at which it applies; sorted by step, the first entry is step 0. */
export type LearningRateSchedule = readonly { readonly step: number; readonly rate: number }[];

export type TrainSpec = {
  readonly steps: number;
  readonly batchSize: number;
  readonly lr: LearningRateSchedule;
  /** Lambda of every parameter, or by parameter name; the loss gains `lambda * mean(p^2)`. */
  readonly l2: number | Readonly<Record<string, number>>;
  /** Without it a run makes all its steps. */
  readonly stop?: StopSpec;
};

/** When a run ends before its last step; the first that applies. */
export type StopSpec = {
  /** The validation loss, measured every so many steps, decides about `patience` and `target`. */
  readonly every: number;
  /** Steps without a new lowest validation loss. */
  readonly patience: number | null;
  /** A validation loss at or below it, in nats. */
  readonly target: number | null;
  /** Seconds in the training loop. */
  readonly budgetSeconds: number | null;
};

export type RunSpec = {
  readonly model: ModelSpec;
  readonly init: InitSpec;
  readonly train: TrainSpec;
  readonly seed: number;
  /** Seed of the shuffle before the names are split 80/10/10. */
  readonly shuffleSeed: number;
};

export type Split = "train" | "valid" | "test";

/** Which statistics batch norm normalised with in an evaluation; `none` where there is no batch norm. */
export type Statistics = "none" | "batch" | "trainset" | "running";

export type Evaluation = {
  readonly split: Split;
  readonly statistics: Statistics;
  /** Mean cross-entropy of the split, in nats. */
  readonly loss: number;
};

/** What a layer is to its network; `other` in a network whose layers are not told apart. */
export type LayerKind = "embedding" | "hidden" | "output" | "other";

/** What a parameter does in its layer; a norm has the gain and the shift. */
export type ParameterRole = "embedding" | "weight" | "bias" | "gain" | "shift" | "other";

export type Parameter = {
  readonly name: string;
  /** The layer that it belongs to. */
  readonly layer: string;
  readonly layerKind: LayerKind;
  readonly role: ParameterRole;
  readonly shape: readonly number[];
  readonly size: number;
};

/** Consecutive steps: step `first + i` has `loss[i]`, `lr[i]` and `ratios[i * parameters + p]`. */
export type StepBlock = {
  readonly first: number;
  readonly count: number;
  readonly loss: Float64Array;
  readonly lr: Float64Array;
  /** Update:data ratios, not their logarithms, in the order of the run's parameters. */
  readonly ratios: Float32Array;
};
