import * as tf from "@tensorflow/tfjs";
import type { Examples } from "../../data/dataset.ts";
import { embeddingOf, layerShapes, modelParameters } from "../../model/parameters.ts";
import type { NetworkPass, UnitMoments } from "../../probe/network-pass.ts";
import type { Parameter } from "../../spec.ts";
import { type Engine, type EngineOptions, lambdasOf, type Tensor } from "../engine.ts";
import { ColumnMoments, divisorOf, normalise, RunningMoments } from "./batch-norm.ts";
import { type Batch, batchOf, eachTile, type Sizes } from "./batches.ts";
import { crossEntropies } from "./layers.ts";
import {
  type Blocks,
  FUSED_BLOCKS,
  forward,
  linearOf,
  type Network,
  type Normalise,
} from "./network.ts";
import { probeNetwork } from "./probe.ts";
import { floats, Weights } from "./weights.ts";

/** Examples that an evaluation sends through the network at a time. */
const TILE = 4096;

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
  readonly parameters: readonly Parameter[];
  readonly #weights: Weights;
  readonly #network: Network;
  readonly #examples: Examples;
  readonly #sizes: Sizes;
  readonly #lambdas: Float64Array;
  /** By layer; the layers with batch norm, first to last. */
  readonly #running: ReadonlyMap<string, RunningMoments>;
  readonly #held = new Map<string, Held>();
  #holdsRunning = false;

  /** @param blocks - what the network is made of; the fused ones unless given */
  constructor({ model, train, dataset, tensors }: EngineOptions, blocks: Blocks = FUSED_BLOCKS) {
    const vocabularySize = dataset.vocabulary.length;
    const layers = layerShapes(model, vocabularySize);
    this.parameters = modelParameters(model, vocabularySize);
    this.#weights = new Weights(this.parameters, tensors);
    this.#network = {
      model,
      embedding: embeddingOf(model, vocabularySize),
      layers,
      blocks,
      weights: this.#weights,
    };
    this.#examples = dataset.train;
    this.#sizes = { context: model.context, vocabularySize };
    this.#lambdas = lambdasOf(this.parameters, train.l2);
    const { batchNorm } = model;
    this.#running = new Map(
      layers.flatMap(({ name, norm }) =>
        norm === null || batchNorm === "none"
          ? []
          : [[name, new RunningMoments(norm, batchNorm, tensors)]],
      ),
    );
  }

  step(indices: Int32Array, lr: number, ratios: Float32Array, offset: number): number {
    this.#holdsRunning = false;
    return tf.tidy(() => {
      const batch = batchOf(this.#examples, indices, this.#sizes);
      const lossOf = tf.valueAndGrads(() => this.#loss(batch, { normalise: this.#byBatch }));
      const { value, grads } = lossOf(this.#weights.values);
      this.#weights.descend(grads, lr, ratios, offset);
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
    eachTile(examples, TILE, this.#sizes, ({ tokens, targets }) => {
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
      const everyOne = Int32Array.from({ length: examples.count }, (_, i) => i);
      const batch = batchOf(examples, everyOne, this.#sizes);
      return probeNetwork(this.#network, {
        examples: examples.count,
        weights: this.#weights,
        running: this.#running,
        lossOf: (how) => this.#loss(batch, how),
      });
    } finally {
      tf.engine().endScope();
    }
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
  #loss({ tokens, targets }: Batch, how: Parameters<typeof forward>[2]): tf.Scalar {
    const logits = forward(this.#network, tokens, how); // [B, V]
    let loss = this.#network.blocks.crossEntropy(logits, targets);
    for (const [p, lambda] of this.#lambdas.entries()) {
      const value = this.#weights.values[p];
      if (lambda === 0 || value === undefined) continue;
      loss = tf.add(loss, tf.mul(tf.mean(tf.square(value)), lambda));
    }
    return loss;
  }

  /** In training: by the moments of the batch, which the running ones follow. */
  readonly #byBatch: Normalise = (x, { shape, affine, spec }) =>
    this.#network.blocks.batchNorm(x, affine, spec, (moments) =>
      this.#running.get(shape.name)?.fold(moments),
    );

  readonly #byHeld: Normalise = (x, { shape, affine }) => {
    const held = this.#held.get(shape.name);
    if (held === undefined) throw new RangeError(`tfjs: nothing to normalise ${shape.name} by`);
    return normalise(x, held, affine);
  };

  #holdRunning(): void {
    for (const [layer, { mean, spread }] of this.#running) this.#hold(layer, mean, spread);
    this.#holdsRunning = true;
  }

  /**
   * Makes every norm hold the moments of all `examples`: one pass over the data for each norm, through
   * the layers below it, whose moments are known by then.
   */
  #measure(examples: Examples): void {
    for (const [depth, shape] of this.#network.layers.entries()) {
      if (shape.norm === null) continue;
      const moments = new ColumnMoments(shape.fanOut);
      eachTile(examples, TILE, this.#sizes, ({ tokens }) => {
        const x = forward(this.#network, tokens, { normalise: this.#byHeld, depth }); // [rows, fan_in]
        moments.add(linearOf(this.#network, shape, x));
      });
      const { mean, variance } = moments.finish();
      const { batchNorm } = this.#network.model;
      const keepsStd = batchNorm !== "none" && batchNorm.running === "std";
      this.#hold(shape.name, mean, keepsStd ? variance.map(Math.sqrt) : variance);
    }
  }

  #hold(layer: string, mean: Float32Array, spread: Float32Array): void {
    const { batchNorm } = this.#network.model;
    if (batchNorm === "none") return;
    const before = this.#held.get(layer);
    if (before !== undefined) tf.dispose([before.mean, before.divisor]);
    const held = tf.tidy(() => ({
      mean: tf.tensor1d(mean.slice()),
      divisor: divisorOf(tf.tensor1d(spread.slice()), batchNorm),
    }));
    const std = batchNorm.running === "variance" ? spread.map(Math.sqrt) : spread.slice();
    this.#held.set(layer, { ...held, moments: { mean: mean.slice(), std } });
  }
}
