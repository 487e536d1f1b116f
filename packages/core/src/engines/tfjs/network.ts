import type * as tf from "@tensorflow/tfjs";
import {
  type BatchNormModule,
  isBatchNorm,
  type LinearModule,
  type NetworkPlan,
  type PlannedModule,
  type RowNormModule,
} from "../../model/network-plan.ts";
import type { MaskSource } from "../engine.ts";
import { activation } from "./modules/activation.ts";
import type { Affine } from "./modules/batch-norm.ts";
import { dropout } from "./modules/dropout.ts";
import { embedding, type Tokens } from "./modules/embedding.ts";
import { flatten } from "./modules/flatten.ts";
import { linear, tiedLinear } from "./modules/linear.ts";
import { residual } from "./modules/residual.ts";
import { rowNorm } from "./modules/row-norm.ts";
import type { Weights } from "./weights.ts";

export type Network = { readonly plan: NetworkPlan; readonly weights: Weights };

/** How a batch norm is computed. */
export type Normalise = (x: tf.Tensor2D, norm: BatchNormModule, affine: Affine) => tf.Tensor2D;

/** How to pass through a network. */
export type Way = {
  readonly normalise: Normalise;
  /** Draws the masks of dropout; without it nothing is dropped. */
  readonly masks?: MaskSource | undefined;
  /** Sees what leaves a module, and hands it on. */
  readonly tap?: (x: tf.Tensor2D, module: PlannedModule) => tf.Tensor2D;
  /** What to pass through; unless given all modules, so that the result is the logits. */
  readonly modules?: readonly PlannedModule[];
};

/**
 * Passes tokens through the modules. The positions of an example are consecutive rows.
 *
 * @param tokens - `[B * T]`
 * @returns `[B * positions, width]` of the last module
 */
export function forward(network: Network, tokens: Tokens, way: Way): tf.Tensor2D {
  const { plan, weights } = network;
  const x = embedding(weights.matrix(plan.embedding.name), tokens); // [B * T, E]
  return through(network, way.modules ?? plan.modules, x, way);
}

/** What lies between the embedding and a norm: the modules that decide what enters it. */
export function modulesBefore(
  norm: BatchNormModule,
  modules: readonly PlannedModule[],
): PlannedModule[] {
  const before: PlannedModule[] = [];
  for (const module of modules) {
    if (module === norm) break;
    if (module.kind === "residual" && holds(module, norm)) {
      return [...before, ...modulesBefore(norm, module.modules)];
    }
    before.push(module);
  }
  return before;
}

function holds(module: PlannedModule, wanted: PlannedModule): boolean {
  if (module === wanted) return true;
  return module.kind === "residual" && module.modules.some((one) => holds(one, wanted));
}

function through(
  network: Network,
  modules: readonly PlannedModule[],
  x: tf.Tensor2D,
  way: Way,
): tf.Tensor2D {
  const { tap = (y: tf.Tensor2D) => y } = way;
  return modules.reduce((y, module) => tap(pass(network, module, y, way), module), x);
}

function pass(network: Network, module: PlannedModule, x: tf.Tensor2D, way: Way): tf.Tensor2D {
  switch (module.kind) {
    case "linear":
      return passLinear(network, module, x);
    case "norm":
      return passNorm(network, module, x, way);
    case "activation":
      return activation(module.activation, x, module.slope);
    case "dropout":
      return way.masks === undefined ? x : dropout(x, module.rate, way.masks);
    case "flatten":
      return flatten(x, module.factor);
    case "residual":
      return residual(x, (branch) => through(network, module.modules, branch, way));
  }
}

function passLinear(
  { plan, weights }: Network,
  { weight, bias }: LinearModule,
  x: tf.Tensor2D,
): tf.Tensor2D {
  const biases = bias && weights.vector(bias.name);
  return weight === null
    ? tiedLinear(x, weights.matrix(plan.embedding.name), biases)
    : linear(x, weights.matrix(weight.name), biases);
}

function passNorm(
  { weights }: Network,
  module: BatchNormModule | RowNormModule,
  x: tf.Tensor2D,
  { normalise }: Way,
): tf.Tensor2D {
  const gain = weights.vector(module.gain.name);
  if (isBatchNorm(module)) {
    return normalise(x, module, { gamma: gain, beta: weights.vector(module.shift.name) });
  }
  const shift = module.shift && weights.vector(module.shift.name);
  return rowNorm(x, { gain, shift }, module.spec);
}
