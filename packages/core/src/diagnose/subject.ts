import type { Counting } from "../data/counting.ts";
import { ln } from "../math.ts";
import type {
  Activation,
  BatchNormSpec,
  ClipSpec,
  GroupSpec,
  OptimizerSpec,
  Parameter,
  Schedule,
  TrainSpec,
} from "../spec.ts";
import { Paces } from "./paces.ts";

/** The limits of what is healthy. The defaults are set from what healthy runs do: docs/diagnostics.md has the figures. */
export const THRESHOLDS = {
  /** Nats between the loss at initialisation and ln V. */
  initial_loss: 0.3,
  /** Share of a layer's activations that are saturated. */
  saturated: 0.3,
  /** Share of a layer's units that are dead. */
  dead_units: 0.5,
  /** Std of the last hidden layer's activations over that of the first. */
  shrinking_activations: 0.3,
  growing_activations: 3,
  /** Std of the gradient in the first hidden layer's activations over that in the last. */
  vanishing_gradients: 0.15,
  exploding_gradients: 7,
  /** A change through the layers, either way, by more than this factor is an error. */
  depth_error: 1000,
  /** Update:data of hidden weights, median of 100 steps. */
  slow_updates: 1e-4,
  fast_updates: 1e-2,
  /** The same limit for all other parameters, for information. */
  slow_updates_other: 1e-6,
  fast_updates_other: 0.3,
  /** The largest update:data of a hidden weight over the smallest. */
  uneven_updates: 10,
  /** Grad:data of the output weight over the median of the hidden ones. */
  output_learns_faster: 100,
  /** How far running statistics are from those of the examples, in stds of a unit. */
  running_statistics: 0.5,
  /** Nats that an evaluation loses with running statistics. */
  running_loss: 0.1,
  /** Standard deviations of the loss above its recent mean. */
  loss_spike: 8,
  /** Nats above the loss that the run began with. */
  divergence: 1,
  /** Nats that the loss has to fall while the number of steps doubles. */
  plateau: 0.005,
  /** Nats between validation and training loss. */
  validation_gap: 0.3,
  /** What an l2 term alone changes of a parameter in a step: update:data should be 1e-3. */
  penalty: 0.002,
  /** Share of the spread that batch norm should leave a layer with, that its epsilon takes away. */
  weak_norm: 0.5,
  /** Examples of a batch that batch norm is estimated from. */
  small_batch: 8,
  /** Nats above what counting pairs of characters costs. */
  underfitting: 0.02,
  /** Std of the last residual stream over that of the first. */
  growing_stream: 10,
  /** What clipping by norm leaves of the gradient, median of 100 steps. */
  clipping: 0.25,
  /** What weight decay alone takes away of a parameter in a step. */
  weight_decay: 0.0005,
  /** Units of a layer that dropout leaves, on average. */
  dropout: 8,
} as const;

export type Thresholds = { readonly [Name in keyof typeof THRESHOLDS]: number };

/** Some thresholds, in place of the usual ones. */
export type ThresholdChanges = { readonly [Name in keyof Thresholds]?: number | undefined };

/** Returns the usual thresholds with these changes; an undefined one stays as it is. */
export function changeThresholds(usual: Thresholds, changes: ThresholdChanges): Thresholds {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  return { ...usual, ...Object.fromEntries(given) };
}

/** What a diagnosis has to know of a run before its first step. */
export type DiagnosedRun = {
  readonly parameters: readonly Parameter[];
  readonly activation: Activation;
  /** Of each layer by name, where they may differ. */
  readonly nonlinearities?: ReadonlyMap<string, Activation>;
  /** Whether the loss has l2 terms in it. */
  readonly hasPenalty: boolean;
  /** The value beyond which tanh counts as saturated in probes. */
  readonly saturatedBeyond: number;
  readonly thresholds: Thresholds;
  /** Settings; a rule that needs one is silent where it is not known. */
  readonly norm?: Pick<BatchNormSpec, "epsilon" | "momentum" | "running"> | null | undefined;
  readonly batchSize?: number | undefined;
  readonly l2?: TrainSpec["l2"];
  readonly lr?: Schedule | undefined;
  readonly optimizer?: OptimizerSpec | undefined;
  readonly groups?: readonly GroupSpec[] | undefined;
  readonly clip?: ClipSpec | undefined;
  readonly labelSmoothing?: number | undefined;
  /** Layers that dropout comes after. */
  readonly dropouts?: readonly DropoutPlace[] | undefined;
  /** What is recorded of every step beside its loss and its ratios, in the order of `StepBlock.metrics`. */
  readonly metrics?: readonly string[] | undefined;
  readonly context?: number | undefined;
  /** Steps that the run is to make. */
  readonly steps?: number | undefined;
  /** What counting costs on the run's data; null in runs of older versions. */
  readonly counting?: Counting | null;
};

/** A layer of so many units of which dropout sets a share to 0. */
export type DropoutPlace = {
  readonly layer: string;
  readonly units: number;
  readonly rate: number;
};

/** A parameter as the rules about updates see it. */
export type Judged = {
  readonly name: string;
  readonly layer: string;
  /** Index of its ratio among those of a step. */
  readonly index: number;
  readonly isHiddenWeight: boolean;
  readonly isHidden: boolean;
};

/** A run under diagnosis, with what its rules compute once. */
export type Subject = DiagnosedRun & {
  /** The weight of the output layer; null where it is not known. */
  readonly output: Parameter | null;
  /** How many classes the output tells apart, which is its width, and what guessing among them costs. */
  readonly classes: number;
  readonly guessing: number;
  /** Parameters whose update:data ratio means something. */
  readonly judged: readonly Judged[];
  readonly paces: Paces;
  /** Whether the loss of a training step is that of an evaluation: no l2 term, smoothing or dropout is in it. */
  readonly isPlainLoss: boolean;
  readonly nonlinearityOf: (layer: string) => Activation;
};

export function subjectOf(facts: DiagnosedRun): Subject {
  const { parameters } = facts;
  const output =
    parameters.find(({ layerKind, role }) => layerKind === "output" && role === "weight") ?? null;
  const classes = output?.shape.at(-1) ?? 0;
  return {
    ...facts,
    output,
    classes,
    guessing: classes > 0 ? ln(classes) : 0,
    judged: judgedOf(parameters),
    paces: new Paces(facts),
    isPlainLoss: !facts.hasPenalty && !facts.labelSmoothing && !facts.dropouts?.length,
    nonlinearityOf: (layer) => facts.nonlinearities?.get(layer) ?? facts.activation,
  };
}

/** A layer of fewer units is a bottleneck: next to nothing of the context passes through it. */
export const NARROW = 4;
const FEW = 8;

/**
 * Leaves out what has no spread, and biases in front of a batch norm: their gradient is rounding noise, the
 * norm takes them away again.
 */
function judgedOf(parameters: readonly Parameter[]): readonly Judged[] {
  const normed = new Set(
    parameters.flatMap(({ name, layer, role }) =>
      role === "gain" && name.includes(".bn") ? [layer] : [],
    ),
  );
  return parameters.flatMap(({ name, layer, layerKind, role, shape, size }, index) => {
    const isBeforeNorm = role === "bias" && normed.has(layer);
    if (size < 2 || isBeforeNorm) return [];
    // A weight of a few rows or columns learns at its own speed: hidden layers of 1 to 4 units have up to 0.02.
    const isHiddenWeight = layerKind === "hidden" && role === "weight" && Math.min(...shape) >= FEW;
    const isHidden = layerKind === "hidden";
    return [{ name, layer, index, isHiddenWeight, isHidden }];
  });
}
