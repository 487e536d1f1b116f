import * as tf from "@tensorflow/tfjs";
import { withGradient } from "../with-gradient.ts";

/** Token indices of a batch, `[B * T]` int32, row by row. */
export type Tokens = tf.Tensor1D;

/**
 * The embeddings of each example's context, side by side.
 *
 * @param table - `[V, E]`
 * @param tokens - indices in `[0, V)`; `[B * T]`
 * @param context - T
 * @returns `[B, T * E]`
 */
export function embedding(table: tf.Tensor2D, tokens: Tokens, context: number): tf.Tensor2D {
  const rows = tf.gather(table, tokens); // [B * T, E]
  return tf.reshape(rows, [tokens.size / context, context * table.shape[1]]);
}

/** `embedding` with its gradient written out: rows of equal tokens are added up. */
export function fusedEmbedding(table: tf.Tensor2D, tokens: Tokens, context: number): tf.Tensor2D {
  const [V, E] = table.shape;
  return withGradient([table], () => ({
    value: embedding(table, tokens, context),
    gradient: (dy) => {
      const rows = tf.reshape(dy, [tokens.size, E]); // [B * T, E]
      return [tf.unsortedSegmentSum(rows, tokens, V)]; // [V, E]
    },
  }));
}
