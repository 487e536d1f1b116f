/** Batch norm: moments of a batch, of all examples, and the running ones. */
import * as tf from "@tensorflow/tfjs";
import type { NormShape } from "../../model/parameters.ts";
import type { BatchNormSpec } from "../../spec.ts";
import type { Tensor } from "../engine.ts";
import { withGradient } from "./layers.ts";
import { floats } from "./weights.ts";

/** What batch norm normalises with; the spread is a std or a variance, as the model says. */
export type Moments = { readonly mean: tf.Tensor1D; readonly spread: tf.Tensor1D };

/** A layer's gain and bias, `[n]` each. */
export type Affine = { readonly gamma: tf.Tensor1D; readonly beta: tf.Tensor1D };

type Convention = Pick<BatchNormSpec, "epsilon" | "running">;

/**
 * The moments of a batch, column by column, with the unbiased estimate (B - 1) of the spread.
 *
 * @param x - `[B, n]`, at least two rows
 */
function momentsOf(x: tf.Tensor2D, { running }: Pick<Convention, "running">): Moments {
  const mean = tf.mean<tf.Tensor1D>(x, 0); // [n]
  const squares = tf.sum<tf.Tensor1D>(tf.square(tf.sub(x, mean)), 0); // [n]
  const variance = tf.div<tf.Tensor1D>(squares, x.shape[0] - 1);
  return { mean, spread: running === "variance" ? variance : tf.sqrt(variance) };
}

/** `sqrt(variance + epsilon)`, or `std + epsilon`; `[n]` */
export function divisorOf(spread: tf.Tensor1D, { epsilon, running }: Convention): tf.Tensor1D {
  const raised = epsilon === 0 ? spread : tf.add<tf.Tensor1D>(spread, epsilon);
  return running === "variance" ? tf.sqrt(raised) : raised;
}

/**
 * `gamma (x - mean) / divisor + beta`.
 *
 * @param x - `[B, n]`
 * @returns `[B, n]`
 */
export function normalise(
  x: tf.Tensor2D,
  { mean, divisor }: { readonly mean: tf.Tensor1D; readonly divisor: tf.Tensor1D },
  { gamma, beta }: Affine,
): tf.Tensor2D {
  return tf.add(tf.mul(gamma, tf.div(tf.sub(x, mean), divisor)), beta);
}

/**
 * Batch norm by the moments of this batch.
 *
 * @param onMoments - is told them, for the running ones
 *
 * Source: Ioffe & Szegedy (2015), arXiv:1502.03167; the unbiased spread is the notebook's.
 */
export function batchNorm(
  x: tf.Tensor2D,
  affine: Affine,
  convention: Convention,
  onMoments: (moments: Moments) => void,
): tf.Tensor2D {
  const moments = momentsOf(x, convention);
  onMoments(moments);
  const divisor = divisorOf(moments.spread, convention);
  return normalise(x, { mean: moments.mean, divisor }, affine);
}

/** `batchNorm` with its gradients written out. */
export function fusedBatchNorm(
  x: tf.Tensor2D,
  affine: Affine,
  convention: Convention,
  onMoments: (moments: Moments) => void,
): tf.Tensor2D {
  const { gamma, beta } = affine;
  const [B] = x.shape;
  return withGradient<tf.Tensor2D>([x, gamma, beta], () => {
    const moments = momentsOf(x, convention);
    onMoments(moments);
    const divisor = divisorOf(moments.spread, convention); // [n]
    const normal = tf.div<tf.Tensor2D>(tf.sub(x, moments.mean), divisor); // [B, n]
    // d divisor / d std: 1 where the std is divided by, std / divisor where it is under the root.
    const slope =
      convention.running === "variance" || convention.epsilon === 0
        ? null
        : tf.div(divisor, moments.spread); // [n]
    return {
      value: tf.add(tf.mul(gamma, normal), beta),
      saved: slope === null ? [normal, divisor] : [normal, divisor, slope],
      gradient: (dy, [savedNormal = normal, savedDivisor = divisor, savedSlope]) => {
        const dgamma = tf.sum(tf.mul(dy, savedNormal), 0); // [n]
        const dbeta = tf.sum(dy, 0); // [n]
        const along = savedSlope === undefined ? dgamma : tf.mul(dgamma, savedSlope);
        const centred = tf.sub(dy, tf.div(dbeta, B)); // [B, n]
        const inner = tf.sub(centred, tf.mul(savedNormal, tf.div(along, B - 1)));
        return [tf.mul(inner, tf.div(gamma, savedDivisor)), dgamma, dbeta];
      },
    };
  });
}

/** The running statistics of one layer's batch norm. */
export class RunningMoments {
  readonly mean: Float32Array;
  readonly spread: Float32Array;
  /** Whether `spread` is a variance; else it is a std. */
  readonly isVariance: boolean;
  readonly #momentum: number;
  readonly #names: { readonly mean: string; readonly spread: string };

  /** Starts from what `given` has of this layer, else from 0 and 1. */
  constructor(
    { gain, runningMean, runningSpread }: NormShape,
    { momentum, running }: BatchNormSpec,
    given: readonly Tensor[],
  ) {
    this.isVariance = running === "variance";
    this.#momentum = momentum;
    this.#names = { mean: runningMean, spread: runningSpread };
    const valuesOf = (wanted: string) => given.find((tensor) => tensor.name === wanted)?.values;
    this.mean = valuesOf(this.#names.mean)?.slice() ?? new Float32Array(gain.size);
    this.spread = valuesOf(this.#names.spread)?.slice() ?? new Float32Array(gain.size).fill(1);
  }

  /** Moves them towards the moments of a batch. */
  fold({ mean, spread }: Moments): void {
    this.#move(this.mean, floats(mean));
    this.#move(this.spread, floats(spread));
  }

  tensors(): Tensor[] {
    const shape = [this.mean.length];
    return [
      { name: this.#names.mean, shape, values: this.mean.slice() },
      { name: this.#names.spread, shape, values: this.spread.slice() },
    ];
  }

  #move(running: Float32Array, batch: Float32Array): void {
    const momentum = this.#momentum;
    for (let i = 0; i < running.length; i++) {
      running[i] = (1 - momentum) * (running[i] ?? 0) + momentum * (batch[i] ?? 0);
    }
  }
}

/**
 * Mean and variance of the columns of a matrix that comes in pieces, in doubles.
 *
 * Source: Chan, Golub & LeVeque (1979), Updating formulae and a pairwise algorithm.
 */
export class ColumnMoments {
  #count = 0;
  readonly #mean: Float64Array;
  readonly #squares: Float64Array;

  constructor(columns: number) {
    this.#mean = new Float64Array(columns);
    this.#squares = new Float64Array(columns);
  }

  /** @param rows - `[count, columns]` */
  add(rows: tf.Tensor2D): void {
    const [count] = rows.shape;
    const centre = tf.mean(rows, 0); // [columns]
    const means = floats(centre);
    const squares = floats(tf.sum(tf.square(tf.sub(rows, centre)), 0));
    const total = this.#count + count;
    for (let i = 0; i < this.#mean.length; i++) {
      const mean = this.#mean[i] ?? 0;
      const difference = (means[i] ?? 0) - mean;
      this.#mean[i] = mean + (difference * count) / total;
      const between = (difference * difference * this.#count * count) / total;
      this.#squares[i] = (this.#squares[i] ?? 0) + (squares[i] ?? 0) + between;
    }
    this.#count = total;
  }

  /** float32; the variance is the unbiased estimate */
  finish(): { readonly mean: Float32Array; readonly variance: Float32Array } {
    return {
      mean: Float32Array.from(this.#mean),
      variance: Float32Array.from(this.#squares, (sum) => sum / (this.#count - 1)),
    };
  }
}
