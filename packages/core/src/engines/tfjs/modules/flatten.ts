import * as tf from "@tensorflow/tfjs";

/**
 * Puts `factor` consecutive positions side by side. Positions of an example are consecutive rows, so nothing moves.
 *
 * @param x - `[rows, n]`
 * @returns `[rows / factor, n * factor]`
 */
export function flatten(x: tf.Tensor2D, factor: number): tf.Tensor2D {
  const [rows, n] = x.shape;
  return tf.reshape(x, [rows / factor, n * factor]);
}
