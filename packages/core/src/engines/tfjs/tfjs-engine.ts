import * as tf from "@tensorflow/tfjs";
import type { Examples } from "../../data/dataset.ts";
import { planNetwork } from "../../model/network-plan.ts";
import { modelParameters } from "../../model/parameters.ts";
import type { NetworkPass, UnitMoments } from "../../probe/network-pass.ts";
import type { BatchNormSpec, Parameter } from "../../spec.ts";
import {
  type Engine,
  type EngineOptions,
  lambdasOf,
  type StepRecord,
  type Tensor,
} from "../engine.ts";
import { layerShapes } from "../layer-shapes.ts";
import {
  batchNorm,
  ColumnMoments,
  divisorOf,
  normalise,
  RunningMoments,
  type UnitSpreads,
  unitMoments,
} from "./batch-norm.ts";
import { crossEntropies, crossEntropy, type Tokens } from "./layers.ts";
import {
  forward,
  linearOf,
  type Network,
  type Normalise,
  probeNetwork,
  type Way,
} from "./network.ts";
import { floats, Weights } from "./weights.ts";

/** Examples that an evaluation sends through the network at a time. */
const TILE = 4096;

/** Examples as the network takes them: tokens `[B * T]`, and one-hot rows of the targets `[B, V]`. */
type Batch = { readonly tokens: Tokens; readonly targets: tf.Tensor2D };

/** What a norm normalises with outside of training, `[n]` each, and where it comes from. */
type Held = {
  readonly mean: tf.Tensor1D;
  readonly divisor: tf.Tensor1D;
  readonly moments: UnitMoments;
};

/**
 * The model in TensorFlow.js operations, on the backend that is set. Letters: B examples a batch, T
 * tokens a context, V vocabulary.
 */
export class TfjsEngine implements Engine {
  /** TensorFlow.js decides about threads itself. */
  readonly team = null;
  readonly metrics: Engine["metrics"] = [];
  readonly parameters: readonly Parameter[];
  readonly #weights: Weights;
  readonly #network: Network;
  readonly #examples: Examples;
  readonly #vocabularySize: number;
  readonly #lambdas: Float64Array;
  /** Running moments by layer; the layers with batch norm, first to last. */
  readonly #running: ReadonlyMap<string, RunningMoments>;
  readonly #held = new Map<string, Held>();
  #holdsRunning = false;

  constructor({ model, train, dataset, tensors }: EngineOptions) {
    const vocabularySize = dataset.vocabulary.length;
    const layers = layerShapes(model, vocabularySize);
    this.parameters = modelParameters(model, vocabularySize);
    this.#weights = new Weights(this.parameters, tensors);
    const { embedding } = planNetwork(model, vocabularySize);
    this.#network = { model, embedding, layers, weights: this.#weights };
    this.#examples = dataset.train;
    this.#vocabularySize = vocabularySize;
    this.#lambdas = lambdasOf(this.parameters, train.l2);
    this.#running = new Map(
      layers.flatMap(({ name, norm }) =>
        norm === null ? [] : [[name, new RunningMoments(norm, norm.spec, tensors)]],
      ),
    );
  }

  step(indices: Int32Array, rates: Float64Array, { ratios, row }: StepRecord): number {
    this.#holdsRunning = false;
    return tf.tidy(() => {
      const batch = this.#batchOf(this.#examples, indices);
      const lossOf = tf.valueAndGrads(() => this.#loss(batch, { normalise: this.#byBatch }));
      const { value, grads } = lossOf(this.#weights.values);
      this.#weights.descend(grads, rates[0] ?? 0, ratios, row * this.parameters.length);
      return floats(value)[0] ?? Number.NaN;
    });
  }

  normaliseBy(source: Examples | "running"): void {
    this.#holdsRunning = false;
    if (source === "running") this.#holdRunning();
    else this.#measure(source);
  }

  evaluate(examples: Examples): number {
    let total = 0;
    this.#eachTile(examples, ({ tokens, targets }) => {
      const logits = forward(this.#network, tokens, { normalise: this.#byHeld }); // [rows, V]
      for (const loss of floats(crossEntropies(logits, targets))) total += loss;
    });
    return total / examples.count;
  }

  predict(context: ArrayLike<number>, logits: Float32Array): void {
    if (!this.#holdsRunning) this.#holdRunning();
    tf.tidy(() => {
      const tokens = tf.tensor1d(Int32Array.from(context), "int32");
      logits.set(floats(forward(this.#network, tokens, { normalise: this.#byHeld })));
    });
  }

  moments(): ReadonlyMap<string, UnitMoments> {
    return new Map([...this.#held].map(([layer, { moments }]) => [layer, moments]));
  }

  probe(examples: Examples): NetworkPass {
    tf.engine().startScope(); // as `tf.tidy`, which returns tensors only
    try {
      const batch = this.#batchOf(examples, range(0, examples.count));
      return probeNetwork(this.#network, {
        examples: examples.count,
        running: this.#running,
        lossOf: (how) => this.#loss(batch, how),
      });
    } finally {
      tf.engine().endScope();
    }
  }

  optimizerTensors(): Tensor[] {
    return [];
  }

  tensors(): Tensor[] {
    const running = [...this.#running.values()].flatMap((moments) => moments.tensors());
    return [...this.#weights.tensors(), ...running];
  }

  dispose(): void {
    this.#weights.dispose();
    for (const { mean, divisor } of this.#held.values()) tf.dispose([mean, divisor]);
    this.#held.clear();
  }

  /** Mean cross-entropy of the batch and l2 terms, in nats. */
  #loss({ tokens, targets }: Batch, how: Way): tf.Scalar {
    const logits = forward(this.#network, tokens, how); // [B, V]
    let loss = crossEntropy(logits, targets);
    for (const [p, lambda] of this.#lambdas.entries()) {
      const value = this.#weights.values[p];
      if (lambda === 0 || value === undefined) continue;
      loss = tf.add(loss, tf.mul(tf.mean(tf.square(value)), lambda));
    }
    return loss;
  }

  /** Normalises by the moments of the batch, which the running ones follow. */
  readonly #byBatch: Normalise = (x, { shape, affine, spec }) =>
    batchNorm(x, affine, spec, (moments) => this.#running.get(shape.name)?.fold(moments));

  readonly #byHeld: Normalise = (x, { shape, affine }) => {
    const held = this.#held.get(shape.name);
    if (held === undefined) throw new RangeError(`tfjs: nothing to normalise ${shape.name} by`);
    return normalise(x, held, affine);
  };

  #holdRunning(): void {
    for (const [layer, running] of this.#running) this.#hold(layer, running, running.spec);
    this.#holdsRunning = true;
  }

  /**
   * Makes every norm hold the moments of all `examples`: one pass over the data for each norm, through
   * the layers below it, whose moments are known by then.
   */
  #measure(examples: Examples): void {
    for (const [depth, shape] of this.#network.layers.entries()) {
      const spec = this.#running.get(shape.name)?.spec;
      if (spec === undefined) continue;
      const moments = new ColumnMoments(shape.fanOut);
      this.#eachTile(examples, ({ tokens }) => {
        const x = forward(this.#network, tokens, { normalise: this.#byHeld, depth }); // [rows, fan_in]
        moments.add(linearOf(this.#network, shape, x));
      });
      this.#hold(shape.name, moments.finish(spec), spec);
    }
  }

  #hold(layer: string, given: UnitSpreads, spec: BatchNormSpec): void {
    const before = this.#held.get(layer);
    if (before !== undefined) tf.dispose([before.mean, before.divisor]);
    const held = tf.tidy(() => ({
      mean: tf.tensor1d(given.mean.slice()),
      divisor: divisorOf(tf.tensor1d(given.spread.slice()), spec),
    }));
    this.#held.set(layer, { ...held, moments: unitMoments(given, spec) });
  }

  /** Calls `use` with consecutive examples, `TILE` at a time; what it makes is disposed. */
  #eachTile(examples: Examples, use: (tile: Batch) => void): void {
    for (let start = 0; start < examples.count; start += TILE) {
      const indices = range(start, Math.min(start + TILE, examples.count));
      tf.tidy(() => use(this.#batchOf(examples, indices)));
    }
  }

  #batchOf({ contexts, targets }: Examples, indices: Int32Array): Batch {
    const { context: T } = this.#network.model;
    const [B, V] = [indices.length, this.#vocabularySize];
    const tokens = new Int32Array(B * T);
    const oneHot = new Float32Array(B * V);
    for (let b = 0; b < B; b++) {
      const example = indices[b] ?? 0;
      for (let t = 0; t < T; t++) tokens[b * T + t] = contexts[example * T + t] ?? 0;
      oneHot[b * V + (targets[example] ?? 0)] = 1;
    }
    return { tokens: tf.tensor1d(tokens, "int32"), targets: tf.tensor2d(oneHot, [B, V]) };
  }
}

function range(start: number, end: number): Int32Array {
  return Int32Array.from({ length: end - start }, (_, i) => start + i);
}
