import * as tf from "@tensorflow/tfjs";
import { withGradient } from "../with-gradient.ts";

/**
 * Cross-entropy of each example under unnormalised logits, in nats: `-log softmax(logits[b])[targets[b]]`.
 *
 * @param logits - `[B, V]`
 * @param targets - class indices as one-hot rows; `[B, V]`
 * @returns `[B]`
 *
 * Source: Goodfellow, Bengio & Courville, Deep Learning (2016), 6.2.2.3.
 */
export function crossEntropies(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Tensor1D {
  return tf.neg(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), 1)); // [B]
}

/** Mean cross-entropy of a batch, in nats. */
export function crossEntropy(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar {
  return tf.mean(crossEntropies(logits, targets));
}

/** `crossEntropy` with its gradient written out: `(softmax(logits) - targets) / B`. */
export function fusedCrossEntropy(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar {
  const [B] = logits.shape;
  return withGradient([logits], () => ({
    value: crossEntropy(logits, targets),
    saved: [tf.softmax(logits)],
    gradient: (dy, [probabilities = logits]) => {
      const difference = tf.sub(probabilities, targets); // [B, V]
      return [tf.mul(difference, tf.div(dy, B))];
    },
  }));
}
