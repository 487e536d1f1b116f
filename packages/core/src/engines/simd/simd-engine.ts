import type { Examples } from "../../data/dataset.ts";
import type { NetworkPass, UnitMoments } from "../../probe/network-pass.ts";
import type { Parameter } from "../../spec.ts";
import {
  type Engine,
  type EngineOptions,
  MOST_PROBE_EXAMPLES,
  type StepRecord,
  type Tensor,
} from "../engine.ts";
import { Arena, growTo, leadingDimension, readTensor, writeTensor } from "./layout.ts";
import { measureMoments } from "./measure.ts";
import {
  type BackwardWatch,
  backward,
  crossEntropy,
  forward,
  makeNetwork,
  type Network,
} from "./network.ts";
import { probeNetwork } from "./probe.ts";
import { closeKernels, openKernels } from "./threads/open-kernels.ts";
import type { Team } from "./threads/team.ts";
import { Updates } from "./updates/updates.ts";

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
  readonly metrics: Engine["metrics"];
  readonly team: Team | null;
  readonly #memory: WebAssembly.Memory;
  readonly #network: Network;
  /** Tokens of a context. */
  readonly #context: number;
  /** The training split in memory, and the indices of the current batch. */
  readonly #contextsAt: number;
  readonly #trainTargetsAt: number;
  readonly #indices: Int32Array;
  readonly #smoothing: number;
  readonly #updates: Updates;
  readonly #watch: BackwardWatch = { done: ({ slots }) => this.#updates.done(slots) };
  /** Views of the one memory. */
  readonly #floats: Float32Array;
  readonly #tokens: Int32Array;
  readonly #targets: Int32Array;
  readonly #ratios: Float32Array;

  constructor(options: EngineOptions) {
    const { model, train, dataset, tensors, masks, mostThreads = 1 } = options;
    const { kernels, memory, firstByte, team } = openKernels(mostThreads, largestOf(tensors));
    this.#memory = memory;
    this.team = team;
    this.#context = model.context;
    const examples = Math.max(train.batchSize, TILE);
    const arena = new Arena(firstByte);
    const { contexts, targets } = dataset.train;
    this.#contextsAt = arena.reserve(contexts.byteLength);
    this.#trainTargetsAt = arena.reserve(targets.byteLength);
    const indicesAt = arena.reserve(train.batchSize * 4);
    const ratios = arena.reserve(tensors.length * 4);
    const writes: ((memory: ArrayBufferLike) => void)[] = [];
    const whenOpen = writes.push.bind(writes);
    const vocabularySize = dataset.vocabulary.length;
    // biome-ignore format: two lines
    const network = makeNetwork({
      kernels, memory, arena, examples, masks, whenOpen, model, train, vocabularySize, ratios,
    });
    const { slots } = network;
    this.#updates = new Updates({ ...options, kernels, arena, whenOpen, slots });
    this.metrics = this.#updates.metrics;
    growTo(memory, arena.byteLength);
    for (const write of writes) write(memory.buffer);

    this.#floats = new Float32Array(memory.buffer);
    this.#network = network;
    const { tokensAt, targetsAt } = network;
    this.parameters = slots.map(({ parameter }) => parameter);
    this.#smoothing = train.labelSmoothing ?? 0;
    this.#tokens = new Int32Array(memory.buffer, tokensAt, examples * model.context);
    this.#targets = new Int32Array(memory.buffer, targetsAt, examples);
    this.#ratios = new Float32Array(memory.buffer, ratios, slots.length);
    this.#indices = new Int32Array(memory.buffer, indicesAt, train.batchSize);
    new Uint16Array(memory.buffer, this.#contextsAt, contexts.length).set(contexts);
    new Uint16Array(memory.buffer, this.#trainTargetsAt, targets.length).set(targets);
    this.#load(tensors);
  }

  step(batch: Int32Array, rates: Float64Array, record: StepRecord): number {
    const network = this.#network;
    const B = batch.length;
    this.#take(batch);
    this.#updates.begin(rates);
    forward(network, B, "train");
    const loss = crossEntropy(network, B, this.#smoothing) / B;
    backward(network, B, this.#watch);
    const regularised = this.#updates.end(record, loss);
    record.ratios.set(this.#ratios, record.row * this.parameters.length);
    return regularised;
  }

  normaliseBy(source: Examples | "running"): void {
    if (source === "running") this.#holdRunning();
    else {
      const { count } = source;
      const tiles = () => this.#tilesOf(source);
      measureMoments(this.#network, this.#floats, { count, tiles });
    }
  }

  evaluate(examples: Examples): number {
    let total = 0;
    for (const rows of this.#tilesOf(examples)) {
      forward(this.#network, rows, "held");
      total += crossEntropy(this.#network, rows);
    }
    return total / examples.count;
  }

  predict(context: ArrayLike<number>, logits: Float32Array): void {
    for (let t = 0; t < this.#context; t++) this.#tokens[t] = context[t] ?? 0;
    this.#holdRunning();
    forward(this.#network, 1, "held");
    const { at } = this.#network.logits.value;
    for (let i = 0; i < logits.length; i++) logits[i] = this.#floats[at / 4 + i] ?? 0;
  }

  moments(): ReadonlyMap<string, UnitMoments> {
    const { plan, norms } = this.#network;
    return new Map(
      plan.layers.flatMap(({ name, norm }) => {
        const found = norms.find(({ planned }) => planned === norm);
        return found === undefined ? [] : [[name, found.moments().held]];
      }),
    );
  }

  probe(examples: Examples): NetworkPass {
    if (examples.count > MOST_PROBE_EXAMPLES) {
      throw new RangeError(
        `simd: a probe of ${examples.count} examples, more than there is room for`,
      );
    }
    const rows = this.#takeTile(examples, 0);
    return probeNetwork(this.#network, this.#floats, rows, this.#updates.lambdas);
  }

  tensors(): Tensor[] {
    const { slots, norms } = this.#network;
    return [
      ...slots.map(({ parameter, value }) => readTensor(this.#floats, parameter, value)),
      ...norms.flatMap((norm) => norm.tensors()),
    ];
  }

  optimizerTensors(): Tensor[] {
    return this.#updates.tensors();
  }

  dispose(): void {
    closeKernels({ memory: this.#memory, team: this.team });
  }

  #holdRunning(): void {
    for (const norm of this.#network.norms) norm.holdRunning();
  }

  /** Brings examples into memory, a tile at a time; yields how many. */
  *#tilesOf(examples: Examples): Generator<number> {
    for (let start = 0; start < examples.count; start += TILE) {
      yield this.#takeTile(examples, start);
    }
  }

  #take(batch: Int32Array): void {
    const { kernels, tokensAt, targetsAt } = this.#network;
    const contexts = this.#contextsAt;
    const targets = this.#trainTargetsAt;
    const { byteOffset: indices } = this.#indices;
    const B = batch.length;
    this.#indices.set(batch);
    kernels.takeExamples(contexts, targets, indices, tokensAt, targetsAt, B, this.#context);
  }

  #takeTile({ contexts, targets, count }: Examples, start: number): number {
    const T = this.#context;
    const rows = Math.min(TILE, count - start);
    this.#tokens.set(contexts.subarray(start * T, (start + rows) * T));
    this.#targets.set(targets.subarray(start, start + rows));
    return rows;
  }

  #load(tensors: readonly Tensor[]): void {
    const given = new Map(tensors.map((tensor) => [tensor.name, tensor]));
    const { slots, norms } = this.#network;
    for (const { parameter, value } of slots) {
      const { name } = parameter;
      const tensor = given.get(name);
      if (tensor === undefined) throw new RangeError(`simd: ${name} is missing`);
      writeTensor(this.#floats, value, tensor);
    }
    for (const norm of norms) norm.load(given);
  }
}
