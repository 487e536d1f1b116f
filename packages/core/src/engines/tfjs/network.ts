import * as tf from "@tensorflow/tfjs";
import type { Stage } from "../../model/network-plan.ts";
import { layerPass, type NetworkPass, type UnitMoments } from "../../probe/network-pass.ts";
import type { BatchNormSpec, ModelSpec, Parameter } from "../../spec.ts";
import type { LayerShape } from "../layer-shapes.ts";
import { type Affine, batchNorm, type RunningMoments, unitMoments } from "./batch-norm.ts";
import { activation, embedding, linear, type Tokens } from "./layers.ts";
import { floats, type Weights } from "./weights.ts";

export type Network = {
  readonly model: ModelSpec;
  readonly embedding: Parameter;
  readonly layers: readonly LayerShape[];
  readonly weights: Weights;
};

/** How a layer that has batch norm is normalised. */
export type Normalise = (
  x: tf.Tensor2D,
  layer: { readonly shape: LayerShape; readonly affine: Affine; readonly spec: BatchNormSpec },
) => tf.Tensor2D;

/** How to pass through a network. */
export type Way = {
  readonly normalise: Normalise;
  /** Through how many layers; through all of them the result is the logits. */
  readonly depth?: number;
  /** Sees what leaves a stage of a layer, and hands it on. */
  readonly tap?: (x: tf.Tensor2D, layer: LayerShape, stage: Stage) => tf.Tensor2D;
};

/**
 * Passes tokens through the layers.
 *
 * @param tokens - `[B * T]`
 * @returns `[B, fan_out of the last of these layers]`
 */
export function forward(
  network: Network,
  tokens: Tokens,
  { normalise, depth = network.layers.length, tap = (x) => x }: Way,
): tf.Tensor2D {
  const { model, layers, weights } = network;
  let x = embedding(weights.matrix(network.embedding.name), tokens, model.context); // [B, T * E]
  for (const shape of layers.slice(0, depth)) {
    x = tap(linearOf(network, shape, x), shape, "linear"); // [B, fan_out]
    if (shape.norm !== null) {
      const { gain, shift } = shape.norm;
      const affine = { gamma: weights.vector(gain.name), beta: weights.vector(shift.name) };
      x = normalise(x, { shape, affine, spec: shape.norm.spec });
    }
    x = tap(x, shape, "preactivation");
    x = activation(shape.planned.nonlinearity, x);
    x = tap(x, shape, "activation");
  }
  return x;
}

/** x W + b of one layer. */
export function linearOf(
  { weights }: Network,
  { weight, bias }: LayerShape,
  x: tf.Tensor2D,
): tf.Tensor2D {
  const biases = bias === null ? null : weights.vector(bias.name);
  return linear(x, weights.matrix(weight.name), biases);
}

/** What is probed: some examples, given by their number and by the loss of a forward pass in some way. */
type Probed = {
  readonly examples: number;
  /** Gradients by layer. */
  readonly running: ReadonlyMap<string, RunningMoments>;
  readonly lossOf: (how: Way) => tf.Scalar;
};

/**
 * One forward and backward pass. Zeros are added to what leaves every stage: the gradient of the loss in
 * them is the gradient of the stage. Call it in a scope of tensors.
 */
export function probeNetwork(
  { layers, weights }: Network,
  { examples, running, lossOf }: Probed,
): NetworkPass {
  const values = new Map<string, Float32Array>();
  const batch = new Map<string, UnitMoments>();
  const zeros = new Map(
    layers.flatMap((layer) =>
      [...layer.planned.stages.keys()].map(
        (stage) => [placeOf(layer, stage), tf.zeros([examples, layer.fanOut])] as const,
      ),
    ),
  );
  const tap: Way["tap"] = (x, layer, stage) => {
    const place = placeOf(layer, stage);
    values.set(place, floats(x).slice());
    const zero = zeros.get(place);
    return zero === undefined ? x : tf.add<tf.Tensor2D>(x, zero);
  };
  const normalise: Normalise = (x, { shape, affine, spec }) =>
    batchNorm(x, affine, spec, ({ mean, spread }) => {
      batch.set(shape.name, unitMoments({ mean: floats(mean), spread: floats(spread) }, spec));
    });
  const places = [...zeros.keys()];
  const { value, grads } = tf.valueAndGrads(() => lossOf({ normalise, tap }))([
    ...weights.values,
    ...zeros.values(),
  ]);
  const gradients = grads.map((gradient) => floats(gradient).slice());
  const tensors = weights.tensors();
  return {
    examples,
    loss: floats(value)[0] ?? Number.NaN,
    layers: layers.map((layer) => {
      const [ofBatch, kept] = [batch.get(layer.name), running.get(layer.name)?.units()];
      const norm = ofBatch && kept ? { batch: ofBatch, running: kept } : null;
      return layerPass(layer.planned, norm, (stage) => {
        const place = placeOf(layer, stage);
        const gradient = gradients[weights.values.length + places.indexOf(place)];
        return { values: values.get(place) ?? NONE, gradient: gradient ?? NONE };
      });
    }),
    parameters: weights.parameters.map((parameter, p) => ({
      ...parameter,
      values: tensors[p]?.values ?? NONE,
      gradient: gradients[p] ?? NONE,
    })),
  };
}

const NONE = new Float32Array();

function placeOf({ name }: LayerShape, stage: Stage): string {
  return `${name} ${stage}`;
}
