import * as tf from "@tensorflow/tfjs";
import type { MaskSource } from "../../engine.ts";

/**
 * Each value is 0 with probability `rate`, and divided by `1 - rate` otherwise.
 *
 * Source: Srivastava et al. (2014), Dropout, JMLR 15.
 */
export function dropout(x: tf.Tensor2D, rate: number, masks: MaskSource): tf.Tensor2D {
  const mask = new Float32Array(x.size);
  masks.bernoulli(1 - rate, mask);
  const factors = tf.div<tf.Tensor2D>(tf.tensor2d(mask, x.shape), 1 - rate); // [rows, n]
  return tf.mul(x, factors);
}
