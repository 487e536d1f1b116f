import * as tf from "@tensorflow/tfjs";
import type { ActivationName } from "../../../spec.ts";
import { floats } from "../weights.ts";
import { withGradient } from "../with-gradient.ts";
import { CURVES } from "./curves.ts";

/**
 * A nonlinearity, element by element; tanh has the gradient `dy (1 - y^2)` as `dy - dy y^2`.
 *
 * @param slope - that of leaky relu below 0
 */
export function activation(kind: ActivationName, x: tf.Tensor2D, slope: number): tf.Tensor2D {
  if (kind === "relu") return relu(x);
  if (kind === "leaky_relu") return leakyRelu(x, slope);
  if (kind !== "tanh") return curve(kind, x);
  return withGradient([x], () => {
    const y = tf.tanh(x);
    return {
      value: y,
      saved: [y],
      gradient: (dy, [saved = y]) => [tf.sub(dy, tf.mul(dy, tf.square(saved)))],
    };
  });
}

/** `tf.relu` of the backend wasm makes 0 of NaN, so that a run that has diverged would go on. */
function relu(x: tf.Tensor2D): tf.Tensor2D {
  return withGradient([x], () => {
    const isFlat = tf.lessEqual(x, 0);
    return {
      value: tf.where<tf.Tensor2D>(isFlat, tf.zerosLike(x), x),
      saved: [isFlat],
      gradient: (dy, [saved = isFlat]) => [tf.where(saved, tf.zerosLike(dy), dy)],
    };
  });
}

/** As in PyTorch its slope is `slope` at 0, too. */
function leakyRelu(x: tf.Tensor2D, slope: number): tf.Tensor2D {
  return withGradient([x], () => {
    const slopes = tf.where<tf.Tensor2D>(tf.greater(x, 0), tf.onesLike(x), tf.fill(x.shape, slope));
    return {
      value: tf.mul<tf.Tensor2D>(x, slopes),
      saved: [slopes],
      gradient: (dy, [saved = slopes]) => [tf.mul(dy, saved)],
    };
  });
}

function curve(kind: keyof typeof CURVES, x: tf.Tensor2D): tf.Tensor2D {
  const { value, slope } = CURVES[kind];
  return withGradient([x], () => {
    const inputs = floats(x);
    return {
      value: tf.tensor2d(inputs.map(value), x.shape),
      saved: [tf.tensor2d(inputs.map(slope), x.shape)],
      gradient: (dy, saved) => [tf.mul(dy, saved[0] ?? tf.zerosLike(dy))],
    };
  });
}
