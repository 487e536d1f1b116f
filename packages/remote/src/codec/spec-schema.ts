/** Schemas of what a run is trained by: core's `RunSpec`. */
import {
  ACTIVATIONS,
  type BatchesSpec,
  type ClipSpec,
  type GroupSpec,
  type InitScheme,
  type InitSpec,
  type LayerInit,
  type LayerSpec,
  type ModelSpec,
  type OptimizerSpec,
  ROW_NORMS,
  type RunSpec,
  type Schedule,
  type StopSpec,
  type TrainSpec,
} from "@ablate/core";
import { z } from "zod";
import { count, finite, flag, positive, type Shape, text } from "./shapes.ts";

const layer: z.ZodType<LayerSpec> = z.lazy(() => layers);

const layers: z.ZodType<LayerSpec> = z.union([
  z.strictObject({
    kind: z.literal("norm"),
    norm: z.literal("batch"),
    epsilon: finite,
    momentum: finite,
    running: z.enum(["std", "variance"]),
  }),
  z.strictObject({ kind: z.literal("norm"), norm: z.enum(ROW_NORMS), epsilon: finite }),
  z.strictObject({
    kind: z.literal("linear"),
    width: z.union([positive, z.literal("output")]),
    bias: flag,
  }),
  z.strictObject({
    kind: z.literal("activation"),
    activation: z.enum(ACTIVATIONS),
    slope: finite.exactOptional(),
  }),
  z.strictObject({ kind: z.literal("dropout"), rate: finite }),
  z.strictObject({ kind: z.literal("residual"), layers: z.array(layer) }),
  z.strictObject({ kind: z.literal("flatten"), factor: positive }),
]);

const model: z.ZodType<ModelSpec> = z.strictObject({
  context: positive,
  embedding: positive,
  layers: z.array(layer),
  tie: flag,
} satisfies Shape<ModelSpec>);

const scale = finite;
const distribution = z.enum(["normal", "uniform"]);
const nonlinearity = z.enum(["linear", "tanh", "relu", "leaky_relu", "sigmoid", "selu"]);

const scheme: z.ZodType<InitScheme> = z.discriminatedUnion("scheme", [
  z.strictObject({ scheme: z.enum(["zeros", "ones"]), scale }),
  z.strictObject({ scheme: z.literal("constant"), scale, value: finite }),
  z.strictObject({ scheme: z.literal("normal"), scale, std: finite }),
  z.strictObject({ scheme: z.literal("uniform"), scale, low: finite, high: finite }),
  z.strictObject({
    scheme: z.literal("kaiming"),
    scale,
    gain: z.union([finite, nonlinearity]),
    mode: z.enum(["fan_in", "fan_out"]),
    distribution,
  }),
  z.strictObject({ scheme: z.literal("xavier"), scale, gain: finite, distribution }),
  z.strictObject({ scheme: z.literal("lecun"), scale, distribution }),
  z.strictObject({ scheme: z.literal("orthogonal"), scale, gain: finite }),
]);

const schemes = { weight: scheme, bias: scheme, gamma: scheme, beta: scheme };
const layerInit: z.ZodType<LayerInit> = z.strictObject(schemes satisfies Shape<LayerInit>);
const ofOneLayer = z.strictObject({
  weight: scheme.exactOptional(),
  bias: scheme.exactOptional(),
  gamma: scheme.exactOptional(),
  beta: scheme.exactOptional(),
} satisfies Shape<LayerInit>);

const init: z.ZodType<InitSpec> = z.strictObject({
  embedding: scheme,
  hidden: layerInit,
  output: layerInit,
  layers: z.record(text, ofOneLayer).exactOptional(),
  skip: count.exactOptional(),
} satisfies Shape<Required<InitSpec>>);

const schedule: z.ZodType<Schedule> = z.union([
  z.array(z.strictObject({ step: count, rate: finite })),
  z.strictObject({
    rate: finite,
    warmup: count,
    from: finite,
    then: z.enum(["constant", "linear", "cosine", "exponential", "one_cycle"]),
    steps: count,
    to: finite,
  }),
]);

const betas = z.tuple([finite, finite]);

const optimizer: z.ZodType<OptimizerSpec> = z.discriminatedUnion("name", [
  z.strictObject({
    name: z.literal("sgd"),
    momentum: finite,
    dampening: finite,
    nesterov: flag,
    weightDecay: finite,
  }),
  z.strictObject({ name: z.enum(["adam", "adamw"]), betas, eps: finite, weightDecay: finite }),
  z.strictObject({
    name: z.literal("rmsprop"),
    alpha: finite,
    eps: finite,
    weightDecay: finite,
    momentum: finite,
    centered: flag,
  }),
  z.strictObject({
    name: z.literal("adagrad"),
    lrDecay: finite,
    weightDecay: finite,
    initialAccumulatorValue: finite,
    eps: finite,
  }),
  z.strictObject({ name: z.literal("lion"), betas, weightDecay: finite }),
]);

const group: z.ZodType<GroupSpec> = z.strictObject({
  match: text,
  lr: z.union([finite, schedule]).exactOptional(),
  weightDecay: finite.exactOptional(),
} satisfies Shape<Required<GroupSpec>>);

const clip: z.ZodType<ClipSpec> = z.strictObject({ by: z.enum(["norm", "value"]), most: finite });

const batches: z.ZodType<BatchesSpec> = z.discriminatedUnion("from", [
  z.strictObject({ from: z.literal("sample") }),
  z.strictObject({ from: z.literal("epochs"), last: z.enum(["keep", "drop"]) }),
]);

const stop: z.ZodType<StopSpec> = z.strictObject({
  every: positive,
  patience: finite.nullable(),
  target: finite.nullable(),
  budgetSeconds: finite.nullable(),
} satisfies Shape<StopSpec>);

const train: z.ZodType<TrainSpec> = z.strictObject({
  steps: count,
  batchSize: positive,
  lr: schedule,
  l2: z.union([finite, z.record(text, finite)]),
  optimizer: optimizer.exactOptional(),
  groups: z.array(group).exactOptional(),
  clip: clip.exactOptional(),
  batches: batches.exactOptional(),
  labelSmoothing: finite.exactOptional(),
  stop: stop.exactOptional(),
} satisfies Shape<Required<TrainSpec>>);

export const runSpec: z.ZodType<RunSpec> = z.strictObject({
  model,
  init,
  train,
  seed: z.int(),
  shuffleSeed: z.int(),
} satisfies Shape<RunSpec>);
