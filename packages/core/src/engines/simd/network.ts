import type { ModelSpec } from "../../spec.ts";
import type { Matrix } from "./arena.ts";
import type { Kernels } from "./kernels.ts";
import type { Layer, Layout } from "./layers.ts";
import { foldRunning, type NormConvention, normalise, normaliseByBatch } from "./norm.ts";

/** A model laid out in memory, and the kernels over it. Offsets are in bytes. */
export type Network = {
  readonly kernels: Kernels;
  readonly model: ModelSpec;
  readonly layout: Layout;
  readonly convention: NormConvention;
  /** Contexts of the current rows, `[rows, T]` int32. */
  readonly tokensAt: number;
  /** Targets of the current rows, `[rows]` int32. */
  readonly targetsAt: number;
  /** Room of crossEntropy for a float32 a row, `[rows]`. */
  readonly sumsAt: number;
};

/** Forward through all layers as in training; then every norm's running moments follow. */
export function forwardTraining(network: Network, rows: number): void {
  const { kernels, convention, layout } = network;
  forwardByBatch(network, rows);
  for (const { norm } of layout.layers) if (norm !== null) foldRunning(kernels, norm, convention);
}

/** Forward through all layers, each norm by the moments of these rows. */
export function forwardByBatch(network: Network, rows: number): void {
  const { layers, input } = network.layout;
  embed(network, rows);
  let x = input; // [rows, T * E]
  for (const layer of layers) {
    linear(network, layer, x, rows); // [rows, fan_out]
    if (layer.norm !== null) {
      normaliseByBatch(network.kernels, layer, layer.norm, network.convention, rows);
    }
    activate(network, layer, rows);
    x = layer.output;
  }
}

/** Forward through the first `depth` layers, each norm by the moments that it holds. */
export function forwardFixed(network: Network, depth: number, rows: number): Matrix {
  const { layers, input } = network.layout;
  embed(network, rows);
  let x = input;
  for (let i = 0; i < depth; i++) {
    const layer = layers[i];
    if (layer === undefined) break;
    linear(network, layer, x, rows);
    if (layer.norm !== null) normalise(network.kernels, layer, layer.norm, rows);
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

export type Stage = "linear" | "preactivation" | "activation";

/**
 * From the gradient of the logits to those of all parameters.
 *
 * @param watch - told when a layer's gradient is that of what leaves a stage; the next overwrites it
 */
export function backward(
  network: Network,
  rows: number,
  watch: (layer: Layer, stage: Stage) => void = ignore,
): void {
  const { layout, kernels, model, tokensAt } = network;
  const { layers, embedding, inputGradient: dx } = layout;
  for (let i = layers.length - 1; i >= 0; i--) {
    const layer = layers[i];
    if (layer === undefined) continue;
    watch(layer, "activation");
    throughActivation(network, layer, rows);
    watch(layer, "preactivation");
    throughNorm(network, layer, rows);
    watch(layer, "linear");
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

function ignore(): void {}

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
