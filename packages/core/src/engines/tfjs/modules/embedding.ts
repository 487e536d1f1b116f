import * as tf from "@tensorflow/tfjs";
import { withGradient } from "../with-gradient.ts";

/** Token indices of a batch, `[B * T]` int32, row by row. */
export type Tokens = tf.Tensor1D;

/**
 * The embedding of each token. Its gradient adds up the rows of equal tokens.
 *
 * @param table - `[V, E]`
 * @param tokens - indices in `[0, V)`; `[B * T]`
 * @returns `[B * T, E]`
 */
export function embedding(table: tf.Tensor2D, tokens: Tokens): tf.Tensor2D {
  const [V] = table.shape;
  return withGradient<tf.Tensor2D>([table], () => ({
    value: tf.gather(table, tokens), // [B * T, E]
    gradient: (dy) => [tf.unsortedSegmentSum(dy, tokens, V)], // [V, E]
  }));
}
