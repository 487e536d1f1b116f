/**
 * What decides the numbers of a run, as plain data. Two equal specs on the same names give the same
 * bits on every machine.
 */

import type { OptimizerSpec } from "./optimizers/optimizers.ts";

export type { OptimizerSpec };

/** Nonlinearities by the names of PyTorch's functions; `gelu_tanh` is `gelu(approximate="tanh")`. */
export const ACTIVATIONS = [
  "tanh",
  "relu",
  "gelu",
  "gelu_tanh",
  "silu",
  "leaky_relu",
  "elu",
  "sigmoid",
  "softplus",
] as const;

export type ActivationName = (typeof ACTIVATIONS)[number];

/** `none`: what comes in goes out. */
export type Activation = ActivationName | "none";

/**
 * A norm over the units of a layer. `batch` normalises each unit over the examples (and, where there are several, over the
 * positions). `running: "variance"` is PyTorch's BatchNorm1d: divides by `sqrt(variance + epsilon)` and keeps a
 * running variance. `"std"` is the notebook's hand-made layer: divides by `std + epsilon` and keeps a running standard
 * deviation. Both use the unbiased estimate (n - 1). `layer` and `rms` normalise each row over its units, by the biased
 * variance or by the mean square, with epsilon in the root, as PyTorch's LayerNorm and RMSNorm; `rms` has no shift.
 */
export type NormSpec = BatchNormSpec | RowNormSpec;

export type BatchNormSpec = {
  readonly kind: "norm";
  readonly norm: "batch";
  readonly epsilon: number;
  readonly momentum: number;
  readonly running: "std" | "variance";
};

/** Norms of each row by itself. */
export const ROW_NORMS = ["layer", "rms"] as const;

export type RowNormSpec = {
  readonly kind: "norm";
  readonly norm: (typeof ROW_NORMS)[number];
  readonly epsilon: number;
};

/** One entry of a network's list of layers. */
export type LayerSpec =
  | NormSpec
  /** `x W + b`; the width of the last one is that of the vocabulary. */
  | { readonly kind: "linear"; readonly width: number | "output"; readonly bias: boolean }
  /** `slope` is that of leaky relu below 0. */
  | { readonly kind: "activation"; readonly activation: ActivationName; readonly slope?: number }
  /** Each value is 0 with probability `rate` in training, and divided by `1 - rate` otherwise. */
  | { readonly kind: "dropout"; readonly rate: number }
  /** x + f(x), f being these layers: none of them changes the width in the end, none flattens. */
  | { readonly kind: "residual"; readonly layers: readonly LayerSpec[] }
  /** Puts so many consecutive positions side by side: `[B, T, C]` becomes `[B, T / factor, C factor]`. */
  | { readonly kind: "flatten"; readonly factor: number };

/**
 * A character-level network: the embeddings of `context` characters go through a list of layers, of which the last
 * linear one gives the logits. Where no layer flattens before the first linear one, the whole context is put side by
 * side first. `tie`: the output layer's weight is the embedding, transposed.
 */
export type ModelSpec = {
  readonly context: number;
  readonly embedding: number;
  readonly layers: readonly LayerSpec[];
  readonly tie: boolean;
};

/** What `torch.nn.init.calculate_gain` knows a gain of. */
export type Nonlinearity = "linear" | "tanh" | "relu" | "leaky_relu" | "sigmoid" | "selu";
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

/** Schemes of one layer group; `gamma` and `beta` are the gain and the shift of its norms. */
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
  /** What single layers have instead, by name: `hidden3`. */
  readonly layers?: Readonly<Record<string, Partial<LayerInit>>>;
  /** 32-bit outputs of the generator that are passed over before the first draw; none unless given. */
  readonly skip?: number;
};

/** A quantity by the step from which on it applies, or as a curve. */
export type Schedule = StepSchedule | ScheduleCurve;

/** Sorted by step; the first entry is step 0. */
export type StepSchedule = readonly { readonly step: number; readonly rate: number }[];

/**
 * Linear from `from` to `rate` during `warmup` steps, then along `then` to `to` at step `steps`, where it stays. Formulas
 * are in learning-rate.ts.
 */
export type ScheduleCurve = {
  readonly rate: number;
  readonly warmup: number;
  /** The rate of step 0 where there is a warm-up. */
  readonly from: number;
  readonly then: "constant" | "linear" | "cosine" | "exponential" | "one_cycle";
  readonly steps: number;
  readonly to: number;
};

/** Parameters that are trained otherwise: the first group that matches a parameter has it. */
export type GroupSpec = {
  /** A pattern of names such as `*.bias`, or `role:bias`. */
  readonly match: string;
  /** Instead of the run's; a number is scaled as the run's schedule scales the run's rate. */
  readonly lr?: number | Schedule;
  /** Instead of the optimiser's. */
  readonly weightDecay?: number;
};

/** How gradients are held in check before an update, as `clip_grad_norm_` and `clip_grad_value_` do it. */
export type ClipSpec =
  | { readonly by: "norm"; readonly most: number }
  | { readonly by: "value"; readonly most: number };

/**
 * Where batches come from. `sample`: every example is drawn from all. `epochs`: the examples are shuffled and
 * taken one after the other, then shuffled anew; a last batch that is not full is kept or dropped.
 */
export type BatchesSpec =
  | { readonly from: "sample" }
  | { readonly from: "epochs"; readonly last: "keep" | "drop" };

/** What is not given has its usual value: plain SGD, no groups, no clipping, no smoothing, batches by `sample`. */
export type TrainSpec = {
  readonly steps: number;
  readonly batchSize: number;
  readonly lr: Schedule;
  /** Lambda of every parameter, or by parameter name; the loss gains `lambda * mean(p^2)`. */
  readonly l2: number | Readonly<Record<string, number>>;
  readonly optimizer?: OptimizerSpec;
  readonly groups?: readonly GroupSpec[];
  readonly clip?: ClipSpec;
  readonly batches?: BatchesSpec;
  /** Share of each target that goes to all classes alike, as in `CrossEntropyLoss(label_smoothing)`; training only. */
  readonly labelSmoothing?: number;
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
export const ROLES = ["embedding", "weight", "bias", "gain", "shift"] as const;

/** What a parameter of a network is not told apart into is `other`. */
export type ParameterRole = (typeof ROLES)[number] | "other";

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
  /** What a run records of every step beside these, in the order of its metrics: `metrics[i * names + m]`. */
  readonly metrics?: Float64Array;
};
