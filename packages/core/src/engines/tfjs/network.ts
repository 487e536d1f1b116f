import type * as tf from "@tensorflow/tfjs";
import type { LayerShape } from "../../model/parameters.ts";
import type { BatchNormSpec, ModelSpec, Parameter } from "../../spec.ts";
import { type Affine, batchNorm, fusedBatchNorm } from "./batch-norm.ts";
import {
  activation,
  crossEntropy,
  embedding,
  fusedActivation,
  fusedCrossEntropy,
  fusedEmbedding,
  fusedLinear,
  linear,
  type Tokens,
} from "./layers.ts";
import type { Weights } from "./weights.ts";

/** What a network is made of: operations that TensorFlow.js differentiates, or that bring their gradient. */
export type Blocks = {
  readonly embedding: typeof embedding;
  readonly linear: typeof linear;
  readonly activation: typeof activation;
  readonly batchNorm: typeof batchNorm;
  readonly crossEntropy: typeof crossEntropy;
};

/** Everything by automatic differentiation. */
export const PLAIN_BLOCKS: Blocks = { embedding, linear, activation, batchNorm, crossEntropy };

/** The same with gradients written out: fewer operations a step. */
export const FUSED_BLOCKS: Blocks = {
  embedding: fusedEmbedding,
  linear: fusedLinear,
  activation: fusedActivation,
  batchNorm: fusedBatchNorm,
  crossEntropy: fusedCrossEntropy,
};

export type Network = {
  readonly model: ModelSpec;
  readonly embedding: Parameter;
  readonly layers: readonly LayerShape[];
  readonly blocks: Blocks;
  readonly weights: Pick<Weights, "matrix" | "vector">;
};

/** How a layer that has batch norm is normalised. */
export type Normalise = (
  x: tf.Tensor2D,
  layer: { readonly shape: LayerShape; readonly affine: Affine; readonly spec: BatchNormSpec },
) => tf.Tensor2D;

/** Sees what leaves a stage of a layer, and hands it on. */
export type Tap = (x: tf.Tensor2D, layer: LayerShape, stage: Stage) => tf.Tensor2D;

export type Stage = "linear" | "preactivation" | "activation";

/**
 * Through the first `depth` layers; through all of them the result is the logits.
 *
 * @param tokens - `[B * T]`
 * @returns `[B, fan_out of the last of these layers]`
 */
export function forward(
  network: Network,
  tokens: Tokens,
  {
    normalise,
    depth = network.layers.length,
    tap = (x) => x,
  }: { readonly normalise: Normalise; readonly depth?: number; readonly tap?: Tap },
): tf.Tensor2D {
  const { model, layers, blocks, weights } = network;
  let x = blocks.embedding(weights.matrix(network.embedding.name), tokens, model.context); // [B, T * E]
  for (const shape of layers.slice(0, depth)) {
    x = tap(linearOf(network, shape, x), shape, "linear"); // [B, fan_out]
    if (shape.norm !== null && model.batchNorm !== "none") {
      const { gain, shift } = shape.norm;
      const affine = { gamma: weights.vector(gain.name), beta: weights.vector(shift.name) };
      x = normalise(x, { shape, affine, spec: model.batchNorm });
    }
    x = tap(x, shape, "preactivation");
    if (shape.kind !== "output") x = blocks.activation(model.activation, x);
    x = tap(x, shape, "activation");
  }
  return x;
}

/** x W + b of one layer. */
export function linearOf(
  { blocks, weights }: Network,
  { weight, bias }: LayerShape,
  x: tf.Tensor2D,
): tf.Tensor2D {
  const biases = bias === null ? null : weights.vector(bias.name);
  return blocks.linear(x, weights.matrix(weight.name), biases);
}
