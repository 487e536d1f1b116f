/** Batch norm: moments of a batch, of all examples, and the running ones. */
import * as tf from "@tensorflow/tfjs";
import type { NamedShape } from "../../model/network-plan.ts";
import type { UnitMoments } from "../../probe/network-pass.ts";
import type { BatchNormSpec } from "../../spec.ts";
import type { Tensor } from "../engine.ts";
import type { NormShape } from "../layer-shapes.ts";
import { withGradient } from "./layers.ts";
import { floats } from "./weights.ts";

/** What batch norm normalises with; the spread is a std or a variance, as the model says. */
export type Moments = { readonly mean: tf.Tensor1D; readonly spread: tf.Tensor1D };

/** The moments on the host. */
export type UnitSpreads = { readonly mean: Float32Array; readonly spread: Float32Array };

/** A layer's gain and bias, `[n]` each. */
export type Affine = { readonly gamma: tf.Tensor1D; readonly beta: tf.Tensor1D };

type Convention = Pick<BatchNormSpec, "epsilon" | "running">;

/**
 * The moments of a batch, column by column, with the unbiased estimate (B - 1) of the spread.
 *
 * @param x - `[B, n]`, at least two rows
 */
export function momentsOf(x: tf.Tensor2D, { running }: Pick<BatchNormSpec, "running">): Moments {
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
 * Batch norm by the moments of this batch, with its gradients written out.
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
  const { gamma, beta } = affine;
  const [B] = x.shape;
  return withGradient<tf.Tensor2D>([x, gamma, beta], () => {
    const moments = momentsOf(x, convention);
    onMoments(moments);
    const divisor = divisorOf(moments.spread, convention); // [n]
    const normal = tf.div<tf.Tensor2D>(tf.sub(x, moments.mean), divisor); // [B, n]
    // d divisor / d std: 1 where the std is divided by, std / divisor where it is under the root. A unit that does
    // not vary has a std of 0 and passes no gradient on through it, as in PyTorch.
    const slope =
      convention.running === "variance" || convention.epsilon === 0
        ? null
        : tf.divNoNan(divisor, moments.spread); // [n]
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
  readonly mean: Float32Array; // [n]
  readonly spread: Float32Array; // [n]
  readonly spec: BatchNormSpec;
  readonly #names: NormShape;

  /** Starts from what `given` has of this layer, else from 0 and 1. */
  constructor(names: NormShape, spec: BatchNormSpec, given: readonly Tensor[]) {
    this.spec = spec;
    this.#names = names;
    const valuesOf = (wanted: NamedShape) =>
      given.find(({ name }) => name === wanted.name)?.values.slice();
    const { size } = names.gain;
    this.mean = valuesOf(names.runningMean) ?? new Float32Array(size);
    this.spread = valuesOf(names.runningSpread) ?? new Float32Array(size).fill(1);
  }

  /** Moves them towards the moments of a batch. */
  fold({ mean, spread }: Moments): void {
    this.#move(this.mean, floats(mean));
    this.#move(this.spread, floats(spread));
  }

  units(): UnitMoments {
    return unitMoments(this, this.spec);
  }

  tensors(): Tensor[] {
    const { runningMean, runningSpread } = this.#names;
    return [
      { ...runningMean, values: this.mean.slice() },
      { ...runningSpread, values: this.spread.slice() },
    ];
  }

  #move(running: Float32Array, batch: Float32Array): void {
    const { momentum } = this.spec;
    for (let i = 0; i < running.length; i++) {
      running[i] = (1 - momentum) * (running[i] ?? 0) + momentum * (batch[i] ?? 0);
    }
  }
}

/** Copies moments of every unit; what is kept as a variance becomes a std. */
export function unitMoments({ mean, spread }: UnitSpreads, { running }: Convention): UnitMoments {
  const std = running === "variance" ? spread.map(Math.sqrt) : spread.slice();
  return { mean: mean.slice(), std };
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

  /** Returns float32 means and spreads; the variance is the unbiased estimate. */
  finish({ running }: Convention): UnitSpreads {
    const variance = Float32Array.from(this.#squares, (sum) => sum / (this.#count - 1));
    const spread = running === "variance" ? variance : variance.map(Math.sqrt);
    return { mean: Float32Array.from(this.#mean), spread };
  }
}
