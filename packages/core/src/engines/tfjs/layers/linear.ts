import * as tf from "@tensorflow/tfjs";
import { withGradient } from "../with-gradient.ts";

/**
 * `x W + b`.
 *
 * @param x - `[B, fan_in]`
 * @param weight - `[fan_in, fan_out]`
 * @param bias - `[fan_out]`, or null
 * @returns `[B, fan_out]`
 */
export function linear(x: tf.Tensor2D, weight: tf.Tensor2D, bias: tf.Tensor1D | null): tf.Tensor2D {
  const product = tf.matMul<tf.Tensor2D>(x, weight); // [B, fan_out]
  return bias === null ? product : tf.add(product, bias);
}

/** `linear` with its gradients written out: a product each, and column sums for the bias. */
export function fusedLinear(
  x: tf.Tensor2D,
  weight: tf.Tensor2D,
  bias: tf.Tensor1D | null,
): tf.Tensor2D {
  return withGradient(bias === null ? [x, weight] : [x, weight, bias], () => ({
    value: linear(x, weight, bias),
    saved: [x],
    gradient: (dy, [input = x]) => [
      tf.matMul(dy, weight, false, true), // [B, fan_in]
      tf.matMul(input, dy, true), // [fan_in, fan_out]
      ...(bias === null ? [] : [tf.sum(dy, 0)]), // [fan_out]
    ],
  }));
}
