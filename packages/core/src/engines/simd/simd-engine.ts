import type { Examples } from "../../data/dataset.ts";
import type { NetworkPass, UnitMoments } from "../../probe/network-pass.ts";
import type { Parameter } from "../../spec.ts";
import {
  type Engine,
  type EngineOptions,
  lambdasOf,
  MOST_PROBE_EXAMPLES,
  type Tensor,
} from "../engine.ts";
import { Arena, growTo, readTensor, writeTensor } from "./arena.ts";
import { instantiateKernels } from "./kernels.ts";
import { type Layer, layOut, type Norm } from "./layers.ts";
import {
  backward,
  crossEntropy,
  forwardFixed,
  forwardTraining,
  linear,
  type Network,
} from "./network.ts";
import { conventionOf, holdRunning, holdSummed } from "./norm.ts";
import { momentsOf, probeNetwork } from "./probe.ts";

/** Examples that an evaluation sends through the kernels at a time. */
const TILE: number = MOST_PROBE_EXAMPLES;

/**
 * Forward, backward, update and ratios by hand, in WebAssembly SIMD kernels over one memory that is laid
 * out once: a step allocates nothing. Letters: B examples a batch, T tokens a context, E embedding
 * width, V vocabulary.
 */
export class SimdEngine implements Engine {
  readonly parameters: readonly Parameter[];
  readonly #network: Network;
  readonly #batchSize: number;
  /** The training split in memory, and the indices of the current batch. */
  readonly #contextsAt: number;
  readonly #trainTargetsAt: number;
  readonly #indices: Int32Array;
  readonly #lambdas: Float64Array;
  /** Views of the one memory. */
  readonly #floats: Float32Array;
  readonly #tokens: Int32Array;
  readonly #targets: Int32Array;
  readonly #ratios: Float32Array;

  constructor({ model, train, dataset, tensors }: EngineOptions) {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const kernels = instantiateKernels(memory);
    const vocabularySize = dataset.vocabulary.length;
    const rows = Math.max(train.batchSize, TILE);
    const arena = new Arena(kernels.heapBase());
    const tokensAt = arena.reserve(rows * model.context * 4);
    const targetsAt = arena.reserve(rows * 4);
    const sumsAt = arena.reserve(rows * 4);
    const { contexts, targets } = dataset.train;
    this.#contextsAt = arena.reserve(contexts.byteLength);
    this.#trainTargetsAt = arena.reserve(targets.byteLength);
    const indicesAt = arena.reserve(train.batchSize * 4);
    const ratiosAt = arena.reserve(tensors.length * 4);
    const layout = layOut(arena, { model, vocabularySize, rows, ratios: ratiosAt });
    growTo(memory, arena.byteLength);

    const convention = conventionOf(model);
    this.#network = { kernels, model, layout, convention, tokensAt, targetsAt, sumsAt };
    this.#batchSize = train.batchSize;
    this.parameters = layout.slots.map(({ parameter }) => parameter);
    this.#lambdas = lambdasOf(this.parameters, train.l2);
    this.#floats = new Float32Array(memory.buffer);
    this.#tokens = new Int32Array(memory.buffer, tokensAt, rows * model.context);
    this.#targets = new Int32Array(memory.buffer, targetsAt, rows);
    this.#ratios = new Float32Array(memory.buffer, ratiosAt, layout.slots.length);
    this.#indices = new Int32Array(memory.buffer, indicesAt, train.batchSize);
    new Uint16Array(memory.buffer, this.#contextsAt, contexts.length).set(contexts);
    new Uint16Array(memory.buffer, this.#trainTargetsAt, targets.length).set(targets);
    this.#load(tensors);
  }

  step(batch: Int32Array, lr: number, ratios: Float32Array, offset: number): number {
    const network = this.#network;
    const { slots, logitsGradient } = network.layout;
    const B = this.#batchSize;
    this.#take(batch);
    forwardTraining(network, B);
    let loss = crossEntropy(network, B, logitsGradient.at) / B;
    backward(network, B);
    for (let p = 0; p < slots.length; p++) {
      const slot = slots[p];
      if (slot === undefined) continue;
      const { at, rows, columns, ld } = slot.value;
      const lambda = this.#lambdas[p] ?? 0;
      const { gradient, ratio } = slot;
      loss += network.kernels.update(at, gradient.at, ratio, rows, columns, ld, lr, lambda);
    }
    ratios.set(this.#ratios, offset);
    return loss;
  }

  normaliseBy(source: Examples | "running"): void {
    if (source === "running") this.#holdRunning();
    else this.#measure(source);
  }

  evaluate(examples: Examples): number {
    const depth = this.#network.layout.layers.length;
    let total = 0;
    for (let start = 0; start < examples.count; start += TILE) {
      const rows = this.#takeTile(examples, start);
      forwardFixed(this.#network, depth, rows);
      total += crossEntropy(this.#network, rows, 0);
    }
    return total / examples.count;
  }

  predict(context: ArrayLike<number>, logits: Float32Array): void {
    const { layout, model } = this.#network;
    for (let t = 0; t < model.context; t++) this.#tokens[t] = context[t] ?? 0;
    this.#holdRunning();
    const { at } = forwardFixed(this.#network, layout.layers.length, 1);
    for (let i = 0; i < logits.length; i++) logits[i] = this.#floats[at / 4 + i] ?? 0;
  }

  moments(): ReadonlyMap<string, UnitMoments> {
    return new Map(
      this.#norms().map(({ layer, norm: { mean, spread } }) => [
        layer.shape.name,
        momentsOf(this.#floats, { mean, spread }, this.#network.convention),
      ]),
    );
  }

  probe(examples: Examples): NetworkPass {
    if (examples.count > MOST_PROBE_EXAMPLES) {
      throw new RangeError(
        `simd: a probe of ${examples.count} examples, more than there is room for`,
      );
    }
    const rows = this.#takeTile(examples, 0);
    return probeNetwork(this.#network, this.#floats, { rows, lambdas: this.#lambdas });
  }

  tensors(): Tensor[] {
    return [
      ...this.#network.layout.slots.map((slot) =>
        readTensor(this.#floats, slot.parameter, slot.value),
      ),
      ...this.#norms().flatMap(({ norm }) => {
        const { runningMean: mean, runningSpread: spread, gain } = norm.shape;
        const { shape } = gain;
        return [
          readTensor(this.#floats, { name: mean, shape }, norm.runningMean),
          readTensor(this.#floats, { name: spread, shape }, norm.runningSpread),
        ];
      }),
    ];
  }

  /** Its memory goes with it. */
  dispose(): void {}

  #holdRunning(): void {
    const { kernels, convention } = this.#network;
    for (const { norm } of this.#norms()) holdRunning(kernels, this.#floats, norm, convention);
  }

  /**
   * Makes every norm hold the moments of all `examples`: one pass over the data for each norm, through
   * the layers below it, whose moments are known by then.
   */
  #measure(examples: Examples): void {
    const { kernels, convention } = this.#network;
    for (const { layer, norm, depth } of this.#norms()) {
      const { at, columns: N, ld } = layer.linear;
      this.#floats.fill(0, norm.sums / 4, norm.sums / 4 + 4 * ld);
      for (let start = 0; start < examples.count; start += TILE) {
        const rows = this.#takeTile(examples, start);
        linear(this.#network, layer, forwardFixed(this.#network, depth, rows), rows);
        kernels.columnMoments(at, norm.runningMean.at, norm.sums, rows, N, ld);
      }
      holdSummed(kernels, norm, convention, examples.count);
    }
  }

  #take(batch: Int32Array): void {
    const { kernels, model, tokensAt, targetsAt } = this.#network;
    this.#indices.set(batch);
    kernels.takeExamples(
      this.#contextsAt,
      this.#trainTargetsAt,
      this.#indices.byteOffset,
      tokensAt,
      targetsAt,
      this.#batchSize,
      model.context,
    );
  }

  #takeTile({ contexts, targets, count }: Examples, start: number): number {
    const T = this.#network.model.context;
    const rows = Math.min(TILE, count - start);
    this.#tokens.set(contexts.subarray(start * T, (start + rows) * T));
    this.#targets.set(targets.subarray(start, start + rows));
    return rows;
  }

  /** The layers with batch norm; `depth` layers lie below each. */
  #norms(): { readonly layer: Layer; readonly norm: Norm; readonly depth: number }[] {
    return this.#network.layout.layers.flatMap((layer, depth) =>
      layer.norm === null ? [] : [{ layer, norm: layer.norm, depth }],
    );
  }

  #load(tensors: readonly Tensor[]): void {
    const given = new Map(tensors.map((tensor) => [tensor.name, tensor]));
    for (const { parameter, value } of this.#network.layout.slots) {
      const { name } = parameter;
      const tensor = given.get(name);
      if (tensor === undefined) throw new RangeError(`simd: ${name} is missing`);
      writeTensor(this.#floats, value, tensor);
    }
    for (const { norm } of this.#norms()) {
      const { at, columns } = norm.runningSpread;
      this.#floats.fill(1, at / 4, at / 4 + columns);
      const mean = given.get(norm.shape.runningMean);
      const spread = given.get(norm.shape.runningSpread);
      if (mean !== undefined) writeTensor(this.#floats, norm.runningMean, mean);
      if (spread !== undefined) writeTensor(this.#floats, norm.runningSpread, spread);
    }
  }
}
