import * as tf from "@tensorflow/tfjs";
import type { OptimizerSpec } from "../../../spec.ts";
import type { UpdateRule } from "./update.ts";
import { withDecay } from "./weight-decay.ts";

type Sgd = Extract<OptimizerSpec, { name: "sgd" }>;

/** `lr * grad`, or `lr` times a buffer that follows it. */
export function sgd({ momentum, dampening, nesterov }: Sgd): UpdateRule {
  return (given) => {
    const { rate, t, kept } = given;
    const gradient = withDecay(given);
    const [before] = kept;
    if (before === undefined) return { subtracted: tf.mul(gradient, rate), shrunk: 0, kept };
    const buffer =
      t === 1 ? gradient : tf.add(tf.mul(before, momentum), tf.mul(gradient, 1 - dampening));
    const direction = nesterov ? tf.add(gradient, tf.mul(buffer, momentum)) : buffer;
    return { subtracted: tf.mul(direction, rate), shrunk: 0, kept: [buffer] };
  };
}
