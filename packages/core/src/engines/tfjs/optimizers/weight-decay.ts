import * as tf from "@tensorflow/tfjs";
import type { Given } from "./update.ts";

/** The gradient with weight decay in it: `g + decay p`. */
export function withDecay({ gradient, value, weightDecay }: Given): tf.Tensor {
  return weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(value, weightDecay));
}
