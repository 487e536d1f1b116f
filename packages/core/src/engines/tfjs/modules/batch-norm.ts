import * as tf from "@tensorflow/tfjs";
import type { BatchNormSpec } from "../../../spec.ts";
import { floats } from "../weights.ts";
import { withGradient } from "../with-gradient.ts";

/** What batch norm normalises with; the spread is a std or a variance, as the model says. */
export type Moments = { readonly mean: tf.Tensor1D; readonly spread: tf.Tensor1D };

/** A norm's gain and shift, `[n]` each. */
export type Affine = { readonly gamma: tf.Tensor1D; readonly beta: tf.Tensor1D };

export type Convention = Pick<BatchNormSpec, "epsilon" | "running">;

/**
 * The moments of a batch, column by column, with the unbiased estimate (rows - 1) of the spread.
 *
 * @param x - `[rows, n]`, at least two rows
 */
export function momentsOf(x: tf.Tensor2D, { running }: Pick<BatchNormSpec, "running">): Moments {
  const mean = exactMeans(x, tf.mean(x, 0)); // [n]
  const squares = tf.sum<tf.Tensor1D>(tf.square(tf.sub(x, mean)), 0); // [n]
  const variance = tf.div<tf.Tensor1D>(squares, x.shape[0] - 1);
  return { mean, spread: running === "variance" ? variance : tf.sqrt(variance) };
}

/**
 * Puts the value of a column that does not vary in the place of its mean, which rounding may move. By epsilon alone,
 * which is small, what is left of such a column would grow a hundred-thousandfold.
 */
function exactMeans(x: tf.Tensor2D, means: tf.Tensor1D): tf.Tensor1D {
  const [rows, n] = x.shape;
  const values = floats(x);
  const isConstant = (column: number): boolean => {
    for (let at = column + n; at < rows * n; at += n) {
      if (values[at] !== values[column]) return false;
    }
    return true;
  };
  const columns = Array.from({ length: n }, (_, column) => column).filter(isConstant);
  if (columns.length === 0) return means;
  const exact = floats(means).slice();
  for (const column of columns) exact[column] = values[column] ?? 0;
  return tf.tensor1d(exact);
}

/** `sqrt(variance + epsilon)`, or `std + epsilon`; `[n]` */
export function divisorOf(spread: tf.Tensor1D, { epsilon, running }: Convention): tf.Tensor1D {
  const raised = epsilon === 0 ? spread : tf.add<tf.Tensor1D>(spread, epsilon);
  return running === "variance" ? tf.sqrt(raised) : raised;
}

/**
 * `gamma (x - mean) / divisor + beta`.
 *
 * @param x - `[rows, n]`
 * @returns `[rows, n]`
 */
export function normalise(
  x: tf.Tensor2D,
  { mean, divisor }: { readonly mean: tf.Tensor1D; readonly divisor: tf.Tensor1D },
  { gamma, beta }: Affine,
): tf.Tensor2D {
  return tf.add(tf.mul(gamma, tf.div(tf.sub(x, mean), divisor)), beta);
}

/**
 * Batch norm by the moments of these rows, with its gradients written out.
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
  const [rows] = x.shape;
  return withGradient<tf.Tensor2D>([x, gamma, beta], () => {
    const moments = momentsOf(x, convention);
    onMoments(moments);
    const divisor = divisorOf(moments.spread, convention); // [n]
    const normal = tf.div<tf.Tensor2D>(tf.sub(x, moments.mean), divisor); // [rows, n]
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
        const dbeta = tf.sum<tf.Tensor1D>(dy, 0); // [n]
        const along = savedSlope === undefined ? dgamma : tf.mul(dgamma, savedSlope);
        const centred = tf.sub(dy, exactMeans(dy, tf.div(dbeta, rows))); // [rows, n]
        const inner = tf.sub(centred, tf.mul(savedNormal, tf.div(along, rows - 1)));
        return [tf.mul(inner, tf.div(gamma, savedDivisor)), dgamma, dbeta];
      },
    };
  });
}
