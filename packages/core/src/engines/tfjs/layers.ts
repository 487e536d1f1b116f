/** The layers of a model, each with its gradient written out; a test compares them with automatic differentiation. */
import * as tf from "@tensorflow/tfjs";
import type { Activation } from "../../spec.ts";

/**
 * `x W + b`. Its gradients are a product each, and column sums for the bias.
 *
 * @param x - `[B, fan_in]`
 * @param weight - `[fan_in, fan_out]`
 * @param bias - `[fan_out]`, or null
 * @returns `[B, fan_out]`
 */
export function linear(x: tf.Tensor2D, weight: tf.Tensor2D, bias: tf.Tensor1D | null): tf.Tensor2D {
  return withGradient(bias === null ? [x, weight] : [x, weight, bias], () => {
    const product = tf.matMul<tf.Tensor2D>(x, weight); // [B, fan_out]
    return {
      value: bias === null ? product : tf.add(product, bias),
      saved: [x],
      gradient: (dy, [input = x]) => [
        tf.matMul(dy, weight, false, true), // [B, fan_in]
        tf.matMul(input, dy, true), // [fan_in, fan_out]
        ...(bias === null ? [] : [tf.sum(dy, 0)]), // [fan_out]
      ],
    };
  });
}

/** The nonlinearity of a model, element by element; tanh has the gradient `dy (1 - y^2)` as `dy - dy y^2`. */
export function activation(kind: Activation, x: tf.Tensor2D): tf.Tensor2D {
  if (kind !== "tanh") return kind === "relu" ? tf.relu(x) : x;
  return withGradient([x], () => {
    const y = tf.tanh(x);
    return {
      value: y,
      saved: [y],
      gradient: (dy, [saved = y]) => [tf.sub(dy, tf.mul(dy, tf.square(saved)))],
    };
  });
}

/** Token indices of a batch, `[B * T]` int32, row by row. */
export type Tokens = tf.Tensor1D;

/**
 * The embeddings of each example's context, side by side. Its gradient adds up the rows of equal tokens.
 *
 * @param table - `[V, E]`
 * @param tokens - indices in `[0, V)`; `[B * T]`
 * @param context - T
 * @returns `[B, T * E]`
 */
export function embedding(table: tf.Tensor2D, tokens: Tokens, context: number): tf.Tensor2D {
  const [V, E] = table.shape;
  return withGradient([table], () => ({
    value: tf.reshape(tf.gather(table, tokens), [tokens.size / context, context * E]),
    gradient: (dy) => {
      const rows = tf.reshape(dy, [tokens.size, E]); // [B * T, E]
      return [tf.unsortedSegmentSum(rows, tokens, V)]; // [V, E]
    },
  }));
}

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

/** An operation together with its gradient, as `withGradient` takes it. */
type Differentiable<T extends tf.Tensor> = {
  readonly value: T;
  /** What the gradient needs of the forward pass beside the operation's inputs. */
  readonly saved?: readonly tf.Tensor[];
  /** The gradient of each input, in their order, from that of the value. */
  readonly gradient: (dy: T, saved: readonly tf.Tensor[]) => tf.Tensor[];
};

/**
 * Runs `forward` as one operation of the tape: its backward pass is `gradient`, not what automatic
 * differentiation would make of the operations inside. Inputs are kept by who made them.
 *
 * @param inputs - what gradients are wanted of
 */
export function withGradient<T extends tf.Tensor>(
  inputs: readonly tf.Tensor[],
  forward: () => Differentiable<T>,
): T {
  const operation = tf.customGrad<T>((...given) => {
    const { value, saved = [], gradient } = forward();
    const save = given.at(-1);
    if (typeof save === "function") save([...saved]);
    return { value, gradFunc: (dy, kept) => gradient(dy, kept) };
  });
  return operation(...inputs);
}
