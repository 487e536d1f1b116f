import * as tf from "@tensorflow/tfjs";
import { withGradient } from "../with-gradient.ts";

/**
 * Cross-entropy of each example under unnormalised logits, in nats: `-sum targets[b] log softmax(logits[b])`.
 *
 * @param logits - `[B, V]`
 * @param targets - shares of the classes: one-hot rows, or smoothed ones; `[B, V]`
 * @returns `[B]`
 *
 * Source: Goodfellow, Bengio & Courville, Deep Learning (2016), 6.2.2.3.
 */
export function crossEntropies(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Tensor1D {
  return tf.neg(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), 1)); // [B]
}

/** Mean cross-entropy of a batch, in nats. Its gradient is `(softmax(logits) - targets) / B`. */
export function crossEntropy(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar {
  const [B] = logits.shape;
  return withGradient([logits], () => ({
    value: tf.mean(crossEntropies(logits, targets)),
    saved: [tf.softmax(logits)],
    gradient: (dy, [probabilities = logits]) => {
      const difference = tf.sub(probabilities, targets); // [B, V]
      return [tf.mul(difference, tf.div(dy, B))];
    },
  }));
}
