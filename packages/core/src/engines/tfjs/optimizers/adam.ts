import * as tf from "@tensorflow/tfjs";
import { power } from "../../../math.ts";
import type { OptimizerSpec } from "../../../spec.ts";
import type { UpdateRule } from "./update.ts";
import { withDecay } from "./weight-decay.ts";

type Adam = Extract<OptimizerSpec, { name: "adam" | "adamw" }>;

/**
 * `lr mhat / (sqrt(vhat) + eps)`. Weight decay goes into Adam's gradient, and comes before AdamW's update.
 *
 * Sources: Kingma & Ba (2014), arXiv:1412.6980; Loshchilov & Hutter (2017), arXiv:1711.05101.
 */
export function adam({ name, betas: [beta1, beta2], eps }: Adam): UpdateRule {
  return (given) => {
    const { rate, t, weightDecay, kept } = given;
    const isDecoupled = name === "adamw";
    const gradient = isDecoupled ? given.gradient : withDecay(given);
    const [m = tf.zerosLike(gradient), v = tf.zerosLike(gradient)] = kept;
    const average = tf.add(tf.mul(m, beta1), tf.mul(gradient, 1 - beta1));
    const scaled = tf.mul(tf.mul(gradient, 1 - beta2), gradient);
    const square = tf.add(tf.mul(v, beta2), scaled);
    const step = rate / (1 - power(beta1, t));
    const spread = tf.div(tf.sqrt(square), Math.sqrt(1 - power(beta2, t)));
    return {
      subtracted: tf.div(tf.mul(average, step), tf.add(spread, eps)),
      shrunk: isDecoupled ? rate * weightDecay : 0,
      kept: [average, square],
    };
  };
}
