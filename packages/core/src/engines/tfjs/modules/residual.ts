import * as tf from "@tensorflow/tfjs";

/**
 * `x + f(x)`.
 *
 * Source: He et al. (2015), arXiv:1512.03385.
 */
export function residual(x: tf.Tensor2D, branch: (x: tf.Tensor2D) => tf.Tensor2D): tf.Tensor2D {
  return tf.add(x, branch(x));
}
