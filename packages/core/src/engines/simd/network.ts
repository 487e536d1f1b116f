import type { Stage } from "../../model/network-plan.ts";
import type { BatchNormSpec, ModelSpec } from "../../spec.ts";
import { backwardFirst, type FirstNetwork, forwardFirst } from "./first-layer.ts";
import type { Layer, Norm } from "./layout.ts";

/** A model laid out in memory, and the kernels over it. Offsets are in bytes. */
export type Network = FirstNetwork & {
  readonly convention: NormConvention;
  /** The whole memory. */
  readonly floats: Float32Array;
  /** Targets of the current rows, `[rows]` int32. */
  readonly targetsAt: number;
  /** Room of crossEntropy for a float32 a row, in whole pairs. */
  readonly sumsAt: number;
  /** Room of `update` for what it sums up. */
  readonly roomAt: number;
};

/** How a model's batch norms divide and what they keep running, as the kernels take it. */
type NormConvention = {
  readonly epsilon: number;
  readonly momentum: number;
  /** 1: the spread is a variance; 0: a standard deviation. */
  readonly keepsVariance: 0 | 1;
};

/** Returns the convention of a model; without batch norm it is never used. */
export function conventionOf({ layers }: ModelSpec): NormConvention {
  const batchNorm = layers.find((one): one is BatchNormSpec => one.kind === "norm");
  if (batchNorm === undefined) return { epsilon: 0, momentum: 0, keepsVariance: 1 };
  const { epsilon, momentum, running } = batchNorm;
  return { epsilon, momentum, keepsVariance: running === "variance" ? 1 : 0 };
}

/**
 * Forward through the first `depth` layers.
 *
 * @param normaliseBy - the moments of these rows, as in training, or those that each norm holds
 */
export function forward(
  network: Network,
  rows: number,
  normaliseBy: "batch" | "held",
  depth: number = network.layout.layers.length,
): void {
  const { layers } = network.layout;
  for (let i = 0; i < depth; i++) {
    const layer = layers[i];
    if (layer === undefined) break;
    linear(network, layer, rows); // [rows, fan_out]
    if (layer.norm !== null) {
      if (normaliseBy === "batch") holdBatch(network, layer, layer.norm, rows);
      normalise(network, layer, layer.norm, rows);
    }
    activate(network, layer, rows);
  }
}

/** x W + b of one layer, from what the layers below it have left, into `layer.linear`. */
export function linear(network: Network, layer: Layer, rows: number): void {
  const below = network.layout.layers[layer.depth - 1];
  if (below === undefined) {
    forwardFirst(network, layer, rows);
    return;
  }
  const { output: x } = below;
  const { fanIn: K, fanOut: N } = layer.shape;
  const { value: w } = layer.weight;
  const bias = layer.bias?.value.at ?? 0;
  network.kernels.gemm(x.at, w.at, bias, layer.linear.at, rows, K, N, x.ld, w.ld, layer.linear.ld);
}

/** What is told of the way back. */
export type BackwardWatch = {
  /** A layer's gradient is that of what leaves a stage; the next overwrites it. */
  readonly stage?: (layer: Layer, stage: Stage) => void;
  /** The gradients of a layer's parameters are there, and their values are not needed any more. */
  readonly done?: (layer: Layer) => void;
};

/** From the gradient of the logits to those of all parameters. */
export function backward(network: Network, rows: number, watch: BackwardWatch): void {
  const { layers } = network.layout;
  for (let i = layers.length - 1; i >= 0; i--) {
    const layer = layers[i];
    if (layer === undefined) continue;
    watch.stage?.(layer, "activation");
    throughActivation(network, layer, rows);
    watch.stage?.(layer, "preactivation");
    throughNorm(network, layer, rows);
    watch.stage?.(layer, "linear");
    throughLinear(network, layer, rows);
    watch.done?.(layer);
  }
}

/** Summed cross-entropy of the current rows; leaves the gradient of its mean. */
export function crossEntropy(
  { kernels, targetsAt, sumsAt, layout }: Network,
  rows: number,
): number {
  const { logits, logitsGradient } = layout;
  const { at, columns: V, ld } = logits;
  return kernels.crossEntropy(at, targetsAt, logitsGradient.at, sumsAt, rows, V, ld);
}

function activate({ kernels }: Network, { shape, normed, output }: Layer, rows: number): void {
  if (normed === output) return;
  const forward = shape.planned.nonlinearity === "tanh" ? kernels.tanhForward : kernels.reluForward;
  forward(normed.at, output.at, rows * normed.ld);
}

function throughActivation({ kernels }: Network, layer: Layer, rows: number): void {
  const { shape, normed, output, gradient: dy } = layer;
  if (normed === output) return;
  const backward =
    shape.planned.nonlinearity === "tanh" ? kernels.tanhBackward : kernels.reluBackward;
  backward(output.at, dy.at, dy.at, rows * dy.ld);
}

function throughNorm({ kernels }: Network, { norm, gradient: dy }: Layer, rows: number): void {
  if (norm === null) return;
  const { normal, divisor, slope, gamma, beta } = norm;
  kernels.normBackward(
    dy.at,
    normal.at,
    divisor.at,
    slope.at,
    gamma.value.at,
    gamma.gradient.at,
    beta.gradient.at,
    dy.at,
    rows,
    dy.columns,
    dy.ld,
  );
}

function throughLinear(network: Network, layer: Layer, rows: number): void {
  const { kernels, layout } = network;
  const { gradient: dy, weight, bias, shape, depth } = layer;
  const { fanIn: K, fanOut: N } = shape;
  if (bias !== null) kernels.columnSums(dy.at, bias.gradient.at, rows, N, dy.ld); // [fan_out]
  const below = layout.layers[depth - 1];
  if (below === undefined) {
    backwardFirst(network, layer, rows);
    return;
  }
  const { output: x, gradient: dx } = below;
  const { value: w, gradient: dw } = weight;
  kernels.gemmTransposedA(x.at, dy.at, dw.at, K, rows, N, x.ld, dy.ld, dw.ld); // [fan_in, fan_out]
  kernels.gemmTransposedB(dy.at, w.at, dx.at, rows, N, K, dy.ld, w.ld, dx.ld); // [rows, fan_in]
}

/** Makes a norm hold the moments of these rows. */
function holdBatch({ kernels, convention }: Network, layer: Layer, norm: Norm, rows: number): void {
  const { epsilon, keepsVariance: keeps } = convention;
  const { at, columns: N, ld } = layer.linear;
  const { mean, spread, divisor, slope } = norm;
  kernels.batchMoments(at, mean.at, spread.at, divisor.at, slope.at, rows, N, ld, epsilon, keeps);
}

/** Makes every norm hold its running moments. */
export function holdRunning({ kernels, convention, layout, floats }: Network): void {
  const { epsilon, keepsVariance } = convention;
  for (const { norm } of layout.normed) {
    const { runningMean, runningSpread, mean, spread, divisor } = norm;
    const N = mean.columns;
    floats.copyWithin(mean.at / 4, runningMean.at / 4, runningMean.at / 4 + N);
    floats.copyWithin(spread.at / 4, runningSpread.at / 4, runningSpread.at / 4 + N);
    kernels.divisorOf(spread.at, divisor.at, N, epsilon, keepsVariance);
  }
}

/** Makes a norm hold the moments of all rows that were summed up since its sums were cleared. */
export function holdSummed({ kernels, convention }: Network, norm: Norm, count: number): void {
  const { epsilon, keepsVariance } = convention;
  const { sums, runningMean: shift, mean, spread, divisor } = norm;
  const { columns: N, ld } = mean;
  kernels.finishMoments(sums, shift.at, mean.at, spread.at, count, N, ld, keepsVariance);
  kernels.divisorOf(spread.at, divisor.at, N, epsilon, keepsVariance);
}

/** Moves every norm's running moments towards those that it holds. */
export function foldRunning({ kernels, convention, layout }: Network): void {
  const { momentum } = convention;
  for (const { norm } of layout.normed) {
    const { runningMean, runningSpread, mean, spread } = norm;
    kernels.foldRunning(runningMean.at, mean.at, momentum, mean.columns);
    kernels.foldRunning(runningSpread.at, spread.at, momentum, mean.columns);
  }
}

/** Normalises by the moments that the norm holds. */
function normalise({ kernels }: Network, layer: Layer, norm: Norm, rows: number): void {
  const { at, columns: N, ld } = layer.linear;
  const { mean, divisor, gamma, beta, normal } = norm;
  const { at: y } = layer.normed;
  const scale = gamma.value.at;
  const shift = beta.value.at;
  kernels.normalise(at, mean.at, divisor.at, scale, shift, normal.at, y, rows, N, ld);
}
