import type { Stage } from "../../probe/network-pass.ts";
import type { ModelSpec } from "../../spec.ts";
import type { Kernels } from "./kernels.ts";
import type { Layer, Layout, Matrix, Norm } from "./layout.ts";

/** A model laid out in memory, and the kernels over it. Offsets are in bytes. */
export type Network = {
  readonly kernels: Kernels;
  readonly model: ModelSpec;
  readonly layout: Layout;
  readonly convention: NormConvention;
  /** The whole memory. */
  readonly floats: Float32Array;
  /** Contexts of the current rows, `[rows, T]` int32. */
  readonly tokensAt: number;
  /** Targets of the current rows, `[rows]` int32. */
  readonly targetsAt: number;
  /** Room of crossEntropy for a float32 a row, `[rows]`. */
  readonly sumsAt: number;
};

/** How a model's batch norms divide and what they keep running, as the kernels take it. */
type NormConvention = {
  readonly epsilon: number;
  readonly momentum: number;
  /** 1: the spread is a variance; 0: a standard deviation. */
  readonly keepsVariance: 0 | 1;
};

/** Returns the convention of a model; without batch norm it is never used. */
export function conventionOf({ batchNorm }: ModelSpec): NormConvention {
  if (batchNorm === "none") return { epsilon: 0, momentum: 0, keepsVariance: 1 };
  const { epsilon, momentum, running } = batchNorm;
  return { epsilon, momentum, keepsVariance: running === "variance" ? 1 : 0 };
}

/**
 * Forward through the first `depth` layers; returns what leaves the last of them.
 *
 * @param normaliseBy - the moments of these rows, as in training, or those that each norm holds
 */
export function forward(
  network: Network,
  rows: number,
  normaliseBy: "batch" | "held",
  depth: number = network.layout.layers.length,
): Matrix {
  const { layers, input } = network.layout;
  embed(network, rows);
  let x = input; // [rows, T * E]
  for (let i = 0; i < depth; i++) {
    const layer = layers[i];
    if (layer === undefined) break;
    linear(network, layer, x, rows); // [rows, fan_out]
    if (layer.norm !== null) {
      if (normaliseBy === "batch") holdBatch(network, layer, layer.norm, rows);
      normalise(network, layer, layer.norm, rows);
    }
    activate(network, layer, rows);
    x = layer.output;
  }
  return x;
}

/** x W + b of one layer, into `layer.linear`. */
export function linear({ kernels }: Network, layer: Layer, x: Matrix, rows: number): void {
  const { fanIn: K, fanOut: N } = layer.shape;
  const { value: w } = layer.weight;
  const bias = layer.bias?.value.at ?? 0;
  kernels.gemm(x.at, w.at, bias, layer.linear.at, rows, K, N, x.ld, w.ld, layer.linear.ld);
}

/**
 * From the gradient of the logits to those of all parameters.
 *
 * @param watch - told when a layer's gradient is that of what leaves a stage; the next overwrites it
 */
export function backward(
  network: Network,
  rows: number,
  watch?: (layer: Layer, stage: Stage) => void,
): void {
  const { layout, kernels, model, tokensAt } = network;
  const { layers, embedding, inputGradient: dx } = layout;
  for (let i = layers.length - 1; i >= 0; i--) {
    const layer = layers[i];
    if (layer === undefined) continue;
    watch?.(layer, "activation");
    throughActivation(network, layer, rows);
    watch?.(layer, "preactivation");
    throughNorm(network, layer, rows);
    watch?.(layer, "linear");
    throughLinear(network, layer, layers[i - 1], rows);
  }
  const { context: T, embedding: E } = model;
  const { rows: V, ld } = embedding.value;
  kernels.scatterAdd(embedding.gradient.at, tokensAt, dx.at, rows, T, E, V, ld, dx.ld); // [V, E]
}

/** Summed cross-entropy of the current rows; the gradient of its mean goes to `gradientAt` unless that is 0. */
export function crossEntropy(network: Network, rows: number, gradientAt: number): number {
  const { kernels, targetsAt, sumsAt, layout } = network;
  const { at, columns: V, ld } = layout.logits;
  return kernels.crossEntropy(at, targetsAt, gradientAt, sumsAt, rows, V, ld);
}

function embed({ kernels, model, layout, tokensAt }: Network, rows: number): void {
  const { input, embedding } = layout;
  const { context: T, embedding: E } = model;
  kernels.gather(embedding.value.at, tokensAt, input.at, rows, T, E, embedding.value.ld, input.ld);
}

function activate({ kernels, model }: Network, { normed, output }: Layer, rows: number): void {
  if (normed === output) return;
  const forward = model.activation === "tanh" ? kernels.tanhForward : kernels.reluForward;
  forward(normed.at, output.at, rows * normed.ld);
}

function throughActivation({ kernels, model }: Network, layer: Layer, rows: number): void {
  const { normed, output, gradient: dy } = layer;
  if (normed === output) return;
  const backward = model.activation === "tanh" ? kernels.tanhBackward : kernels.reluBackward;
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

function throughLinear(
  { kernels, layout }: Network,
  { gradient: dy, weight, bias, shape }: Layer,
  below: Layer | undefined,
  rows: number,
): void {
  const { fanIn: K, fanOut: N } = shape;
  const x = below?.output ?? layout.input;
  const dx = below?.gradient ?? layout.inputGradient;
  const { value: w, gradient: dw } = weight;
  kernels.gemmTransposedA(x.at, dy.at, dw.at, K, rows, N, x.ld, dy.ld, dw.ld); // [fan_in, fan_out]
  if (bias !== null) kernels.columnSums(dy.at, bias.gradient.at, rows, N, dy.ld); // [fan_out]
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
