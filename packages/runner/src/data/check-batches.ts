/** Checks whether the batches of an epoch can be trained on. */
import { batchNormsOf, type NameLists, planNetwork, trainingExamples } from "@ablate/core";
import { count } from "@ablate/text";
import type { Cell, GridConfig } from "../config/config.ts";
import type { Problem } from "../config/config-error.ts";
import { toModelSpec } from "../config/to-run-spec.ts";

/** Returns what is wrong with the batches of a config on these names; those that are drawn from all are never. */
export function checkBatches({ cells }: Pick<GridConfig, "cells">, lists: NameLists): Problem[] {
  const counts = new Map<number, number>();
  const examplesOf = ({ config: { data } }: Cell): number => {
    const seed = data.shuffle_seed;
    const known = counts.get(seed) ?? trainingExamples(lists, seed);
    counts.set(seed, known);
    return known;
  };
  const found = new Map<string, Problem>();
  for (const cell of cells) {
    const message = whyNoEpoch(cell, () => examplesOf(cell));
    if (message !== null && !found.has(message)) found.set(message, { ...cell.at, message });
  }
  return [...found.values()];
}

function whyNoEpoch({ config }: Cell, examples: () => number): string | null {
  const { batches, batch_size: size } = config.train;
  if (batches === undefined || batches === "sample") return null;
  const all = examples();
  if (batches.last === "drop") {
    return size <= all
      ? null
      : `train.batches: an epoch has ${count(all)} examples, too few for one batch of ${count(size)}; use a smaller train.batch_size, or last: keep`;
  }
  if (all % size !== 1 || !hasNormOverExamples(config)) return null;
  return `train.batches: the last batch of an epoch has 1 of ${count(all)} examples, and batch norm needs at least 2; set last: drop or another train.batch_size`;
}

/** Where there are rows to normalise over does not depend on it. */
const ANY_VOCABULARY = 2;

/** Over several positions there are several rows of one example. */
function hasNormOverExamples({ model, data }: Cell["config"]): boolean {
  const plan = planNetwork(toModelSpec(model, data.context), ANY_VOCABULARY);
  return batchNormsOf(plan).some(({ positions }) => positions === 1);
}
