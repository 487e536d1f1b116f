import { ln } from "../math.ts";
import type { Dataset, Examples } from "./dataset.ts";

/**
 * What counting costs instead of a network, in nats per character: what a run's loss is compared with, beside
 * ln V, which knowing nothing costs.
 */
export type Counting = {
  /** The entropy of the characters: how often each comes, whatever is before it. */
  readonly characters: number;
  /** The validation loss of a table of pairs, character after character, with 1 added to every count. */
  readonly pairs: number;
};

/** Counts the characters and the pairs of the training split. */
export function countingLosses({
  vocabulary,
  train,
  valid,
}: Pick<Dataset, "vocabulary" | "train" | "valid">): Counting {
  const V = vocabulary.length;
  const single = new Float64Array(V);
  const after = new Float64Array(V).fill(V);
  const pairs = new Float64Array(V * V).fill(1);
  eachPair(train, (before, target) => {
    single[target] = (single[target] ?? 0) + 1;
    after[before] = (after[before] ?? 0) + 1;
    pairs[before * V + target] = (pairs[before * V + target] ?? 0) + 1;
  });
  let characters = 0;
  for (const count of single) if (count > 0) characters -= count * ln(count / train.count);
  const logs = pairs.map((count, i) => ln(count / (after[Math.floor(i / V)] ?? 1)));
  let loss = 0;
  eachPair(valid, (before, target) => {
    loss -= logs[before * V + target] ?? 0;
  });
  return { characters: characters / train.count, pairs: loss / valid.count };
}

function eachPair(
  { count, contexts, targets }: Examples,
  visit: (before: number, target: number) => void,
): void {
  const T = contexts.length / count;
  for (let i = 0; i < count; i++) visit(contexts[(i + 1) * T - 1] ?? 0, targets[i] ?? 0);
}
