import * as tf from "@tensorflow/tfjs";
import { withGradient } from "../with-gradient.ts";

/**
 * `x W + b`. Its gradients are a product each, and column sums for the bias.
 *
 * @param x - `[rows, fan_in]`
 * @param weight - `[fan_in, fan_out]`
 * @param bias - `[fan_out]`, or null
 * @returns `[rows, fan_out]`
 */
export function linear(x: tf.Tensor2D, weight: tf.Tensor2D, bias: tf.Tensor1D | null): tf.Tensor2D {
  return withGradient(bias === null ? [x, weight] : [x, weight, bias], () => {
    const product = tf.matMul<tf.Tensor2D>(x, weight); // [rows, fan_out]
    return {
      value: bias === null ? product : tf.add(product, bias),
      saved: [x],
      gradient: (dy, [input = x]) => [
        tf.matMul(dy, weight, false, true), // [rows, fan_in]
        tf.matMul(input, dy, true), // [fan_in, fan_out]
        ...(bias === null ? [] : [tf.sum(dy, 0)]), // [fan_out]
      ],
    };
  });
}

/**
 * `x C^T + b`: a linear module whose weight is the embedding, transposed.
 *
 * @param x - `[rows, E]`
 * @param table - the embedding, `[V, E]`
 * @param bias - `[V]`, or null
 * @returns `[rows, V]`
 */
export function tiedLinear(
  x: tf.Tensor2D,
  table: tf.Tensor2D,
  bias: tf.Tensor1D | null,
): tf.Tensor2D {
  return withGradient(bias === null ? [x, table] : [x, table, bias], () => {
    const product = tf.matMul<tf.Tensor2D>(x, table, false, true); // [rows, V]
    return {
      value: bias === null ? product : tf.add(product, bias),
      saved: [x],
      gradient: (dy, [input = x]) => [
        tf.matMul(dy, table), // [rows, E]
        tf.matMul(dy, input, true), // [V, E]
        ...(bias === null ? [] : [tf.sum(dy, 0)]), // [V]
      ],
    };
  });
}
