import type { Examples } from "../../data/dataset.ts";
import type { NetworkPass, UnitMoments } from "../../probe/network-pass.ts";
import type { Parameter } from "../../spec.ts";
import {
  type Engine,
  type EngineOptions,
  lambdasOf,
  MOST_PROBE_EXAMPLES,
  type StepRecord,
  type Tensor,
} from "../engine.ts";
import { layOutFirst, openFirst } from "./first-layer.ts";
import {
  Arena,
  growTo,
  layOut,
  leadingDimension,
  readTensor,
  type Slot,
  writeTensor,
} from "./layout.ts";
import {
  type BackwardWatch,
  backward,
  conventionOf,
  crossEntropy,
  foldRunning,
  forward,
  holdRunning,
  holdSummed,
  linear,
  type Network,
} from "./network.ts";
import { momentsOf, probeNetwork } from "./probe.ts";
import { closeKernels, openKernels } from "./threads/open-kernels.ts";
import type { Team } from "./threads/team.ts";

/** Floats of the largest tensor as it lies in memory. */
function largestOf(tensors: readonly Pick<Tensor, "shape">[]): number {
  const floats = tensors.map(({ shape: [first = 1, second] }) =>
    second === undefined ? leadingDimension(first) : first * leadingDimension(second),
  );
  return Math.max(0, ...floats);
}

/** Examples that an evaluation sends through the kernels at a time. */
const TILE: number = MOST_PROBE_EXAMPLES;

/**
 * Forward, backward, update and ratios by hand, in WebAssembly SIMD kernels over one memory that is laid
 * out once: a step allocates nothing. Letters: B examples a batch, T tokens a context, E embedding
 * width, V vocabulary.
 */
export class SimdEngine implements Engine {
  readonly parameters: readonly Parameter[];
  readonly metrics: Engine["metrics"] = [];
  readonly team: Team | null;
  readonly #memory: WebAssembly.Memory;
  readonly #network: Network;
  /** The training split in memory, and the indices of the current batch. */
  readonly #contextsAt: number;
  readonly #trainTargetsAt: number;
  readonly #indices: Int32Array;
  readonly #lambdas: Float64Array;
  /** What each parameter's l2 term adds to the loss of the current step, and the rates of that step. */
  readonly #penalties: Float64Array;
  #rates: Float64Array = new Float64Array();
  /** Updates a layer's parameters as soon as they may be: their gradients are still in the cache. */
  readonly #updates: BackwardWatch = {
    done: ({ slots }) => {
      for (let i = 0; i < slots.length; i++) {
        const slot = slots[i];
        if (slot !== undefined) this.#update(slot);
      }
    },
  };
  /** Views of the one memory. */
  readonly #floats: Float32Array;
  readonly #tokens: Int32Array;
  readonly #targets: Int32Array;
  readonly #ratios: Float32Array;

  constructor({ model, train, dataset, tensors, mostThreads = 1 }: EngineOptions) {
    const { kernels, memory, firstByte, team } = openKernels(mostThreads, largestOf(tensors));
    this.#memory = memory;
    this.team = team;
    const vocabularySize = dataset.vocabulary.length;
    const rows = Math.max(train.batchSize, TILE);
    const arena = new Arena(firstByte);
    const tokensAt = arena.reserve(rows * model.context * 4);
    const targetsAt = arena.reserve(rows * 4);
    const sumsAt = arena.reserve((rows + 7) * 4);
    const roomAt = arena.reserve(128);
    const { contexts, targets } = dataset.train;
    this.#contextsAt = arena.reserve(contexts.byteLength);
    this.#trainTargetsAt = arena.reserve(targets.byteLength);
    const indicesAt = arena.reserve(train.batchSize * 4);
    const ratiosAt = arena.reserve(tensors.length * 4);
    const layout = layOut(arena, { model, vocabularySize, rows, ratios: ratiosAt });
    const sizes = { model, vocabularySize, batchSize: train.batchSize, rows };
    const first = layOutFirst(arena, layout.layers[0]?.shape.fanOut ?? vocabularySize, sizes);
    growTo(memory, arena.byteLength);
    openFirst(first, memory.buffer);

    const convention = conventionOf(model);
    const floats = new Float32Array(memory.buffer);
    this.#floats = floats;
    const places = { tokensAt, targetsAt, sumsAt, roomAt };
    this.#network = { kernels, model, layout, first, convention, floats, ...places };
    this.parameters = layout.slots.map(({ parameter }) => parameter);
    this.#lambdas = lambdasOf(this.parameters, train.l2);
    this.#penalties = new Float64Array(this.#lambdas.length);
    this.#tokens = new Int32Array(memory.buffer, tokensAt, rows * model.context);
    this.#targets = new Int32Array(memory.buffer, targetsAt, rows);
    this.#ratios = new Float32Array(memory.buffer, ratiosAt, layout.slots.length);
    this.#indices = new Int32Array(memory.buffer, indicesAt, train.batchSize);
    new Uint16Array(memory.buffer, this.#contextsAt, contexts.length).set(contexts);
    new Uint16Array(memory.buffer, this.#trainTargetsAt, targets.length).set(targets);
    this.#load(tensors);
  }

  step(batch: Int32Array, rates: Float64Array, { ratios, row }: StepRecord): number {
    const network = this.#network;
    const B = batch.length;
    this.#take(batch);
    this.#rates = rates;
    forward(network, B, "batch");
    foldRunning(network);
    let loss = crossEntropy(network, B) / B;
    backward(network, B, this.#updates);
    this.#update(network.layout.embedding);
    for (let p = 0; p < this.#penalties.length; p++) loss += this.#penalties[p] ?? 0;
    ratios.set(this.#ratios, row * this.parameters.length);
    return loss;
  }

  normaliseBy(source: Examples | "running"): void {
    if (source === "running") holdRunning(this.#network);
    else this.#measure(source);
  }

  evaluate(examples: Examples): number {
    let total = 0;
    for (let start = 0; start < examples.count; start += TILE) {
      const rows = this.#takeTile(examples, start);
      forward(this.#network, rows, "held");
      total += crossEntropy(this.#network, rows);
    }
    return total / examples.count;
  }

  predict(context: ArrayLike<number>, logits: Float32Array): void {
    const { context: T } = this.#network.model;
    for (let t = 0; t < T; t++) this.#tokens[t] = context[t] ?? 0;
    holdRunning(this.#network);
    forward(this.#network, 1, "held");
    const { at } = this.#network.layout.logits;
    for (let i = 0; i < logits.length; i++) logits[i] = this.#floats[at / 4 + i] ?? 0;
  }

  moments(): ReadonlyMap<string, UnitMoments> {
    const { normed } = this.#network.layout;
    return new Map(
      normed.map(({ shape, norm: { mean, spread } }) => [
        shape.name,
        momentsOf(this.#network, mean, spread),
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
    return probeNetwork(this.#network, rows, this.#lambdas);
  }

  tensors(): Tensor[] {
    const { slots, normed } = this.#network.layout;
    const read = readTensor.bind(null, this.#floats);
    return [
      ...slots.map(({ parameter, value }) => read(parameter, value)),
      ...normed.flatMap(({ norm }) => {
        const { runningMean, runningSpread } = norm.shape;
        return [read(runningMean, norm.runningMean), read(runningSpread, norm.runningSpread)];
      }),
    ];
  }

  optimizerTensors(): Tensor[] {
    return [];
  }

  dispose(): void {
    closeKernels({ memory: this.#memory, team: this.team });
  }

  /**
   * Makes every norm hold the moments of all `examples`: one pass over the data for each norm, through
   * the layers below it, whose moments are known by then.
   */
  #measure(examples: Examples): void {
    const { kernels, layout } = this.#network;
    for (const layer of layout.normed) {
      const { norm, depth } = layer;
      const { at, columns: N, ld } = layer.linear;
      this.#floats.fill(0, norm.sums / 4, norm.sums / 4 + 4 * ld);
      for (let start = 0; start < examples.count; start += TILE) {
        const rows = this.#takeTile(examples, start);
        forward(this.#network, rows, "held", depth);
        linear(this.#network, layer, rows);
        kernels.columnMoments(at, norm.runningMean.at, norm.sums, rows, N, ld);
      }
      holdSummed(this.#network, norm, examples.count);
    }
  }

  #update({ index, value, gradient, ratio }: Slot): void {
    const { kernels, roomAt } = this.#network;
    const { at, rows, columns, ld } = value;
    const lambda = this.#lambdas[index] ?? 0;
    const rate = this.#rates[index] ?? 0;
    // biome-ignore format: as the kernel has them
    this.#penalties[index] = kernels.update(at, gradient.at, ratio, roomAt, rows, columns, ld, rate, lambda);
  }

  #take(batch: Int32Array): void {
    const { kernels, model, tokensAt, targetsAt } = this.#network;
    const contexts = this.#contextsAt;
    const targets = this.#trainTargetsAt;
    const { byteOffset: indices } = this.#indices;
    const B = batch.length;
    this.#indices.set(batch);
    kernels.takeExamples(contexts, targets, indices, tokensAt, targetsAt, B, model.context);
  }

  #takeTile({ contexts, targets, count }: Examples, start: number): number {
    const T = this.#network.model.context;
    const rows = Math.min(TILE, count - start);
    this.#tokens.set(contexts.subarray(start * T, (start + rows) * T));
    this.#targets.set(targets.subarray(start, start + rows));
    return rows;
  }

  #load(tensors: readonly Tensor[]): void {
    const given = new Map(tensors.map((tensor) => [tensor.name, tensor]));
    const { slots, normed } = this.#network.layout;
    for (const { parameter, value } of slots) {
      const { name } = parameter;
      const tensor = given.get(name);
      if (tensor === undefined) throw new RangeError(`simd: ${name} is missing`);
      writeTensor(this.#floats, value, tensor);
    }
    for (const { norm } of normed) {
      const { at, columns } = norm.runningSpread;
      this.#floats.fill(1, at / 4, at / 4 + columns);
      const mean = given.get(norm.shape.runningMean.name);
      const spread = given.get(norm.shape.runningSpread.name);
      if (mean !== undefined) writeTensor(this.#floats, norm.runningMean, mean);
      if (spread !== undefined) writeTensor(this.#floats, norm.runningSpread, spread);
    }
  }
}
