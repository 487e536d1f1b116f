import * as tf from "@tensorflow/tfjs";
import type { OptimizerSpec } from "../../../spec.ts";
import type { UpdateRule } from "./update.ts";
import { withDecay } from "./weight-decay.ts";

type Adagrad = Extract<OptimizerSpec, { name: "adagrad" }>;

/**
 * The gradient over the root of the sum of its squares so far.
 *
 * Source: Duchi, Hazan & Singer (2011), JMLR 12.
 */
export function adagrad({ lrDecay, eps }: Adagrad): UpdateRule {
  return (given) => {
    const { rate, t } = given;
    const gradient = withDecay(given);
    const [before = tf.zerosLike(gradient)] = given.kept;
    const sum = tf.add(before, tf.square(gradient));
    const slowed = rate / (1 + (t - 1) * lrDecay);
    const divisor = tf.add(tf.sqrt(sum), eps);
    return { subtracted: tf.div(tf.mul(gradient, slowed), divisor), shrunk: 0, kept: [sum] };
  };
}
