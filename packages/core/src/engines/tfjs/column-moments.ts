import * as tf from "@tensorflow/tfjs";
import type { BatchNormSpec } from "../../spec.ts";
import { floats } from "./weights.ts";

/** Moments on the host; the spread is a std or a variance, as the model says. */
export type UnitSpreads = { readonly mean: Float32Array; readonly spread: Float32Array };

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
  finish({ running }: Pick<BatchNormSpec, "running">): UnitSpreads {
    const variance = Float32Array.from(this.#squares, (sum) => sum / (this.#count - 1));
    const spread = running === "variance" ? variance : variance.map(Math.sqrt);
    return { mean: Float32Array.from(this.#mean), spread };
  }
}
