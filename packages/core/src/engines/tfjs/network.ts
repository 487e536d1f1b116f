import type * as tf from "@tensorflow/tfjs";
import type { LayerShape } from "../../model/parameters.ts";
import type { Stage } from "../../probe/network-pass.ts";
import type { BatchNormSpec, ModelSpec, Parameter } from "../../spec.ts";
import type { Affine } from "./batch-norm.ts";
import { activation, embedding, linear, type Tokens } from "./layers.ts";
import type { Weights } from "./weights.ts";

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
    if (shape.norm !== null && model.batchNorm !== "none") {
      const { gain, shift } = shape.norm;
      const affine = { gamma: weights.vector(gain.name), beta: weights.vector(shift.name) };
      x = normalise(x, { shape, affine, spec: model.batchNorm });
    }
    x = tap(x, shape, "preactivation");
    if (shape.kind !== "output") x = activation(model.activation, x);
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
