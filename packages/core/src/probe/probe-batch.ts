import type { Examples } from "../data/dataset.ts";
import { TorchGenerator } from "../random/torch-generator.ts";

/** How many examples are probed: as many as in the notebook, see docs/design.md. */
const PROBE_EXAMPLES = 32;

/** Seed of a generator that nothing else draws from. */
const PROBE_SEED = 1_886_548_834;

/** The examples of every probe of every run on these data, drawn with replacement. */
export function probeBatch(train: Examples): Examples {
  const generator = new TorchGenerator(PROBE_SEED);
  return pickExamples(
    train,
    Int32Array.from({ length: PROBE_EXAMPLES }, () => generator.randint(train.count)),
  );
}

/** The examples at these indices, in their order. */
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
