import * as tf from "@tensorflow/tfjs";
import type { Examples } from "../../data/dataset.ts";
import { planNetwork } from "../../model/plan-network.ts";
import { clipFactor } from "../../optimizers/clip-factor.ts";
import type { NetworkPass, UnitMoments } from "../../probe/network-pass.ts";
import type { Parameter } from "../../spec.ts";
import {
  type Engine,
  type EngineOptions,
  engineMetrics,
  lambdasOf,
  type MaskSource,
  type StepRecord,
  type Tensor,
} from "../engine.ts";
import { type Batch, batchOf, eachTile, range } from "./batches.ts";
import { clipped, gradientNorm } from "./clipping.ts";
import { ColumnMoments } from "./column-moments.ts";
import { crossEntropies, crossEntropy } from "./modules/cross-entropy.ts";
import { forward, modulesBefore, type Network, type Way } from "./network.ts";
import { NormMoments } from "./norm-moments.ts";
import { Optimizer } from "./optimizers/optimizer.ts";
import { probeNetwork } from "./probe.ts";
import { floats, Weights } from "./weights.ts";

/**
 * The model in TensorFlow.js operations, on the backend that is set. Letters: B examples a batch, T
 * tokens a context, V vocabulary.
 */
export class TfjsEngine implements Engine {
  /** TensorFlow.js decides about threads itself. */
  readonly team = null;
  readonly parameters: readonly Parameter[];
  readonly metrics: Engine["metrics"];
  readonly #train: EngineOptions["train"];
  readonly #examples: Examples;
  readonly #vocabularySize: number;
  readonly #lambdas: Float64Array;
  readonly #network: Network;
  readonly #norms: NormMoments;
  readonly #optimizer: Optimizer;
  readonly #masks: MaskSource | undefined;

  constructor(options: EngineOptions) {
    const { model, train, dataset, tensors } = options;
    this.#vocabularySize = dataset.vocabulary.length;
    const plan = planNetwork(model, this.#vocabularySize);
    const { parameters } = plan;
    this.parameters = parameters;
    this.metrics = engineMetrics(options);
    this.#train = train;
    this.#examples = dataset.train;
    this.#lambdas = lambdasOf(parameters, train.l2);
    this.#network = { plan, weights: new Weights(parameters, tensors) };
    this.#norms = new NormMoments(plan, tensors);
    this.#optimizer = new Optimizer(parameters, options);
    this.#masks = options.masks;
  }

  step(indices: Int32Array, rates: Float64Array, record: StepRecord): number {
    return tf.tidy(() => {
      const { labelSmoothing: smoothing = 0 } = this.#train;
      const options = { vocabularySize: this.#vocabularySize, smoothing };
      const batch = batchOf(this.#examples, indices, options);
      const way = { normalise: this.#norms.training, masks: this.#masks };
      const lossOf = tf.valueAndGrads(() => this.#loss(batch, way));
      const { value, grads } = lossOf(this.#network.weights.values);
      const gradients = this.#clip(grads, record);
      const at = record.row * this.parameters.length;
      const ratios = record.ratios.subarray(at, at + this.parameters.length);
      this.#optimizer.step(this.#network.weights, gradients, { rates, ratios });
      return floats(value)[0] ?? Number.NaN;
    });
  }

  normaliseBy(source: Examples | "running"): void {
    if (source === "running") this.#norms.holdRunning();
    else this.#measure(source);
  }

  evaluate(examples: Examples): number {
    const way = { normalise: this.#norms.evaluating };
    let total = 0;
    eachTile(examples, (indices) => {
      const { tokens, targets } = this.#batchOf(examples, indices);
      const logits = forward(this.#network, tokens, way); // [rows, V]
      for (const loss of floats(crossEntropies(logits, targets))) total += loss;
    });
    return total / examples.count;
  }

  predict(context: ArrayLike<number>, logits: Float32Array): void {
    this.#norms.holdRunning();
    tf.tidy(() => {
      const tokens = tf.tensor1d(Int32Array.from(context), "int32");
      logits.set(floats(forward(this.#network, tokens, { normalise: this.#norms.evaluating })));
    });
  }

  moments(): ReadonlyMap<string, UnitMoments> {
    return this.#norms.held();
  }

  probe(examples: Examples): NetworkPass {
    tf.engine().startScope(); // as `tf.tidy`, which returns tensors only
    try {
      const batch = this.#batchOf(examples, range(0, examples.count));
      return probeNetwork(this.#network, {
        examples: examples.count,
        norms: this.#norms,
        lossOf: (how) => this.#loss(batch, how),
      });
    } finally {
      tf.engine().endScope();
    }
  }

  tensors(): Tensor[] {
    return [...this.#network.weights.tensors(), ...this.#norms.tensors()];
  }

  optimizerTensors(): Tensor[] {
    return this.#optimizer.tensors();
  }

  dispose(): void {
    this.#network.weights.dispose();
    this.#norms.dispose();
    this.#optimizer.dispose();
  }

  /** Mean cross-entropy of the batch and l2 terms, in nats. */
  #loss({ tokens, targets }: Batch, how: Way): tf.Scalar {
    const { weights } = this.#network;
    let loss = crossEntropy(forward(this.#network, tokens, how), targets);
    for (const [p, lambda] of this.#lambdas.entries()) {
      const value = weights.values[p];
      if (lambda === 0 || value === undefined) continue;
      loss = tf.add(loss, tf.mul(tf.mean(tf.square(value)), lambda));
    }
    return loss;
  }

  /** Clips gradients as the run wants it, and records what is measured of them. */
  #clip(gradients: readonly tf.Tensor[], record: StepRecord): readonly tf.Tensor[] {
    if (this.metrics.length === 0) return gradients;
    const norm = gradientNorm(gradients);
    const factor = clipFactor(this.#train.clip, norm);
    const measured = { gradient_norm: norm, clip_factor: factor };
    for (const [m, name] of this.metrics.entries()) {
      record.metrics[record.row * record.width + m] = measured[name];
    }
    return clipped(this.#train.clip, gradients, factor);
  }

  /**
   * Makes every batch norm hold the moments of all `examples`: one pass over the data for each norm, through
   * what lies before it, whose moments are known by then.
   */
  #measure(examples: Examples): void {
    for (const norm of this.#norms.norms) {
      const modules = modulesBefore(norm, this.#network.plan.modules);
      const way = { normalise: this.#norms.evaluating, modules };
      const moments = new ColumnMoments(norm.width);
      eachTile(examples, (indices) => {
        const { tokens } = this.#batchOf(examples, indices);
        moments.add(forward(this.#network, tokens, way)); // [rows, width]
      });
      this.#norms.hold(norm, moments.finish(norm.spec));
    }
  }

  #batchOf(examples: Examples, indices: Int32Array): Batch {
    return batchOf(examples, indices, { vocabularySize: this.#vocabularySize });
  }
}
