import * as tf from "@tensorflow/tfjs";
import type { Examples } from "../../data/dataset.ts";
import type { Tokens } from "./layers.ts";

/** Examples as the network takes them: token indices, and one-hot rows of the targets. */
export type Batch = { readonly tokens: Tokens; readonly targets: tf.Tensor2D };

export type Sizes = { readonly context: number; readonly vocabularySize: number };

/** The examples of these indices; `tokens` is `[B * T]`, `targets` `[B, V]`. */
export function batchOf(
  { contexts, targets }: Examples,
  indices: ArrayLike<number>,
  { context: T, vocabularySize: V }: Sizes,
): Batch {
  const B = indices.length;
  const tokens = new Int32Array(B * T);
  const oneHot = new Float32Array(B * V);
  for (let b = 0; b < B; b++) {
    const example = indices[b] ?? 0;
    for (let t = 0; t < T; t++) tokens[b * T + t] = contexts[example * T + t] ?? 0;
    oneHot[b * V + (targets[example] ?? 0)] = 1;
  }
  return { tokens: tf.tensor1d(tokens, "int32"), targets: tf.tensor2d(oneHot, [B, V]) };
}

/** Calls `use` with consecutive examples, `size` at a time; what it makes is disposed. */
export function eachTile(
  examples: Examples,
  size: number,
  sizes: Sizes,
  use: (tile: Batch) => void,
): void {
  for (let start = 0; start < examples.count; start += size) {
    const count = Math.min(size, examples.count - start);
    const indices = Int32Array.from({ length: count }, (_, i) => start + i);
    tf.tidy(() => use(batchOf(examples, indices, sizes)));
  }
}
