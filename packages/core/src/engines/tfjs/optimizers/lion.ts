import * as tf from "@tensorflow/tfjs";
import type { OptimizerSpec } from "../../../spec.ts";
import type { UpdateRule } from "./update.ts";

type Lion = Extract<OptimizerSpec, { name: "lion" }>;

/**
 * `lr sign(beta1 m + (1 - beta1) g)`, weight decay before it; m follows the gradient by beta2.
 *
 * Source: Chen et al. (2023), arXiv:2302.06675, algorithm 2.
 */
export function lion({ betas: [beta1, beta2] }: Lion): UpdateRule {
  return ({ gradient, rate, weightDecay, kept }) => {
    const [m = tf.zerosLike(gradient)] = kept;
    const follow = (beta: number) => tf.add(tf.mul(m, beta), tf.mul(gradient, 1 - beta));
    return {
      subtracted: tf.mul(signOf(follow(beta1)), rate),
      shrunk: rate * weightDecay,
      kept: [follow(beta2)],
    };
  };
}

/** The sign of each value; `tf.sign` of the backend wasm is 0 below 1e-6 or so. */
function signOf(x: tf.Tensor): tf.Tensor {
  return tf.tidy(() =>
    tf.sub(tf.cast(tf.greater(x, 0), "float32"), tf.cast(tf.less(x, 0), "float32")),
  );
}
