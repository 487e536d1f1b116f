import * as tf from "@tensorflow/tfjs";
import type { Examples } from "../../data/dataset.ts";
import type { Tokens } from "./modules/embedding.ts";

/** Examples as the network takes them: tokens `[B * T]`, and rows of what each class is to get `[B, V]`. */
export type Batch = { readonly tokens: Tokens; readonly targets: tf.Tensor2D };

/**
 * Puts examples together.
 *
 * @param vocabularySize - V
 * @param smoothing - share of each target that goes to all classes alike
 */
export function batchOf(
  { contexts, targets, count }: Examples,
  indices: Int32Array,
  {
    vocabularySize: V,
    smoothing = 0,
  }: { readonly vocabularySize: number; readonly smoothing?: number },
): Batch {
  const T = contexts.length / count;
  const B = indices.length;
  const tokens = new Int32Array(B * T);
  const shares = new Float32Array(B * V).fill(smoothing / V);
  for (let b = 0; b < B; b++) {
    const example = indices[b] ?? 0;
    for (let t = 0; t < T; t++) tokens[b * T + t] = contexts[example * T + t] ?? 0;
    shares[b * V + (targets[example] ?? 0)] = 1 - smoothing + smoothing / V;
  }
  return { tokens: tf.tensor1d(tokens, "int32"), targets: tf.tensor2d(shares, [B, V]) };
}

/** Examples that are sent through the network at a time where there may be many. */
const TILE = 4096;

/** Calls `use` with the indices of consecutive examples, some at a time; tensors that it makes are disposed. */
export function eachTile({ count }: Examples, use: (indices: Int32Array) => void): void {
  for (let start = 0; start < count; start += TILE) {
    const indices = range(start, Math.min(start + TILE, count));
    tf.tidy(() => use(indices));
  }
}

export function range(start: number, end: number): Int32Array {
  return Int32Array.from({ length: end - start }, (_, i) => start + i);
}
