import type { Examples } from "../data/dataset.ts";
import { TorchGenerator } from "../random/torch-generator.ts";

/** How many examples are probed unless a config says otherwise: as many as in the notebook, see docs/design.md. */
export const PROBE_EXAMPLES = 32;

/** What a probe is of: so many fixed training examples, or those that the next step will be trained on. */
export type ProbeExamples = number | "batch";

/** Seed of a generator that nothing else draws from. */
const PROBE_SEED = 1_886_548_834;

/** The examples of every probe of every run on these data, drawn with replacement; fewer are the first of more. */
export function probeBatch(train: Examples, examples: number): Examples {
  const generator = new TorchGenerator(PROBE_SEED);
  return pickExamples(
    train,
    Int32Array.from({ length: examples }, () => generator.randint(train.count)),
  );
}

/** Returns the examples at these indices, in their order. */
export function pickExamples(
  { count, contexts, targets }: Examples,
  indices: ArrayLike<number>,
): Examples {
  const T = contexts.length / count;
  const picked = {
    count: indices.length,
    contexts: new Uint16Array(indices.length * T),
    targets: new Uint16Array(indices.length),
  };
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i] ?? 0;
    picked.contexts.set(contexts.subarray(index * T, (index + 1) * T), i * T);
    picked.targets[i] = targets[index] ?? 0;
  }
  return picked;
}
