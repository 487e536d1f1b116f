import * as tf from "@tensorflow/tfjs";
import type { RowNormSpec } from "../../../spec.ts";
import { withGradient } from "../with-gradient.ts";

/** A norm's gain and, in a layer norm, its shift; `[n]` each. */
export type RowAffine = { readonly gain: tf.Tensor1D; readonly shift: tf.Tensor1D | null };

/**
 * Each row normalised over its units: `layer`: (x - mean) / sqrt(variance + epsilon), the variance biased; `rms`:
 * x / sqrt(mean square + epsilon). Then the gain and the shift.
 *
 * @param x - `[rows, n]`
 * @returns `[rows, n]`
 *
 * Sources: Ba, Kiros & Hinton (2016), arXiv:1607.06450; Zhang & Sennrich (2019), arXiv:1910.07467.
 */
export function rowNorm(
  x: tf.Tensor2D,
  { gain, shift }: RowAffine,
  { norm, epsilon }: Pick<RowNormSpec, "norm" | "epsilon">,
): tf.Tensor2D {
  return withGradient<tf.Tensor2D>(shift === null ? [x, gain] : [x, gain, shift], () => {
    const centred = norm === "layer" ? tf.sub<tf.Tensor2D>(x, rowMeans(x)) : x; // [rows, n]
    const divisor = tf.sqrt(tf.add(rowMeans(tf.square(centred)), epsilon)); // [rows, 1]
    const normal = tf.div<tf.Tensor2D>(centred, divisor); // [rows, n]
    const scaled = tf.mul<tf.Tensor2D>(normal, gain);
    return {
      value: shift === null ? scaled : tf.add(scaled, shift),
      saved: [normal, divisor],
      gradient: (dy, [savedNormal = normal, savedDivisor = divisor]) => {
        const dnormal = tf.mul<tf.Tensor2D>(dy, gain); // [rows, n]
        const across = norm === "layer" ? tf.sub(dnormal, rowMeans(dnormal)) : dnormal;
        const along = rowMeans(tf.mul(dnormal, savedNormal)); // [rows, 1]
        const dx = tf.div(tf.sub(across, tf.mul(savedNormal, along)), savedDivisor);
        const dgain = tf.sum(tf.mul(dy, savedNormal), 0); // [n]
        return shift === null ? [dx, dgain] : [dx, dgain, tf.sum(dy, 0)];
      },
    };
  });
}

/** @returns `[rows, 1]` */
function rowMeans(x: tf.Tensor): tf.Tensor2D {
  return tf.mean(x, 1, true);
}
