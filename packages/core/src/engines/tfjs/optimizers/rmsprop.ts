import * as tf from "@tensorflow/tfjs";
import { keptStates } from "../../../optimizers/optimizers.ts";
import type { OptimizerSpec } from "../../../spec.ts";
import type { UpdateRule } from "./update.ts";
import { withDecay } from "./weight-decay.ts";

type RmsProp = Extract<OptimizerSpec, { name: "rmsprop" }>;

/**
 * The gradient over the root of its mean square; centred: over its std.
 *
 * Source: Tieleman & Hinton (2012), Lecture 6.5; centred: Graves (2013), arXiv:1308.0850.
 */
export function rmsprop(spec: RmsProp): UpdateRule {
  const { alpha, eps, momentum, centered } = spec;
  const names = keptStates(spec).map(({ name }) => name);
  return (given) => {
    const gradient = withDecay(given);
    const zero = tf.zerosLike(gradient);
    const before = (name: string) => given.kept[names.indexOf(name)] ?? zero;
    const follow = (old: tf.Tensor, now: tf.Tensor) => tf.add(tf.mul(old, alpha), now);
    const scaled = tf.mul(tf.mul(gradient, 1 - alpha), gradient);
    const square = follow(before("square_avg"), scaled);
    const mean = follow(before("grad_avg"), tf.mul(gradient, 1 - alpha));
    const variance = centered ? tf.sub(square, tf.square(mean)) : square;
    const divisor = tf.add(tf.sqrt(variance), eps);
    const buffer = tf.add(tf.mul(before("momentum_buffer"), momentum), tf.div(gradient, divisor));
    const subtracted =
      momentum > 0 ? tf.mul(buffer, given.rate) : tf.div(tf.mul(gradient, given.rate), divisor);
    const after: Readonly<Record<string, tf.Tensor>> = {
      square_avg: square,
      grad_avg: mean,
      momentum_buffer: buffer,
    };
    return { subtracted, shrunk: 0, kept: names.map((name) => after[name] ?? zero) };
  };
}
