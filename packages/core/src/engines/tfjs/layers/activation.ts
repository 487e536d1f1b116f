import * as tf from "@tensorflow/tfjs";
import type { Activation } from "../../../spec.ts";
import { withGradient } from "../with-gradient.ts";

/** The nonlinearity of a model, element by element; `none` changes nothing. */
export function activation(kind: Activation, x: tf.Tensor2D): tf.Tensor2D {
  switch (kind) {
    case "tanh":
      return tf.tanh(x);
    case "relu":
      return tf.relu(x);
    case "none":
      return x;
  }
}

/** `activation`; tanh has its gradient `dy (1 - y^2)` written out as `dy - dy y^2`. */
export function fusedActivation(kind: Activation, x: tf.Tensor2D): tf.Tensor2D {
  if (kind !== "tanh") return activation(kind, x);
  return withGradient([x], () => {
    const y = tf.tanh(x);
    return {
      value: y,
      saved: [y],
      gradient: (dy, [saved = y]) => [tf.sub(dy, tf.mul(dy, tf.square(saved)))],
    };
  });
}
