import * as tf from "@tensorflow/tfjs";
import type { ClipSpec } from "../../spec.ts";
import { floats } from "./weights.ts";

/** The 2-norm of all gradients together, of squares in float32, which overflow as PyTorch's do, summed in doubles. */
export function gradientNorm(gradients: readonly tf.Tensor[]): number {
  let squares = 0;
  for (const gradient of gradients) {
    for (const value of floats(gradient)) squares += Math.fround(value * value);
  }
  return Math.sqrt(squares);
}

/** Gradients as `clip_grad_norm_` and `clip_grad_value_` leave them. */
export function clipped(
  clip: ClipSpec | undefined,
  gradients: readonly tf.Tensor[],
  factor: number,
): readonly tf.Tensor[] {
  if (clip === undefined) return gradients;
  if (clip.by === "norm") return gradients.map((gradient) => tf.mul(gradient, factor));
  return gradients.map((gradient) => held(gradient, clip.most));
}

/** Values between `-most` and `most`; `tf.clipByValue` of the backend wasm does not let NaN through. */
function held(gradient: tf.Tensor, most: number): tf.Tensor {
  const [low, high] = [tf.fill(gradient.shape, -most), tf.fill(gradient.shape, most)];
  const below = tf.where(tf.less(gradient, low), low, gradient);
  return tf.where(tf.greater(below, high), high, below);
}
