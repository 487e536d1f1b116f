import { planParameters } from "@ablate/core";
import type { ModelConfig } from "../config/config.ts";
import type { Problem } from "../config/config-error.ts";
import { initSchema } from "../config/init-schema.ts";
import { hint } from "../config/suggest.ts";
import { nodeAt } from "../config/tree.ts";
import type { Sections } from "./sections.ts";

const DEFAULT_INIT = initSchema.parse({});

/** What is wrong in values that are fine one by one; quiet where the model itself is wrong. */
export function checkTogether({ model, train }: Sections): Problem[] {
  if (model.value === null) return [];
  return [
    ...checkMemory(model),
    ...checkBatchSize(model.value, train),
    ...checkL2(model.value, train),
  ];
}

/** Values and gradients of 4 bytes each fill the 4 GiB that an engine can address. */
const MOST_PARAMETERS = 2 ** 29;

function checkMemory({ value, tree }: Sections["model"]): Problem[] {
  if (value === null) return [];
  const widths = [value.embedding, ...value.hidden];
  const count = widths.slice(1).reduce((sum, width, i) => sum + width * (widths[i] ?? 0), 0);
  if (count <= MOST_PARAMETERS) return [];
  const { at } = nodeAt(tree, ["model", "hidden"]) ?? tree;
  const message = `model.hidden: ${count.toLocaleString("en-US")} weights do not fit into 4 GiB of memory`;
  return [{ ...at, message }];
}

function checkBatchSize(model: ModelConfig, { value, tree }: Sections["train"]): Problem[] {
  const batchSize = nodeAt(tree, ["train", "batch_size"]);
  if (model.batch_norm === "none" || batchSize === null || value?.batch_size !== 1) return [];
  const message = "batch norm needs at least 2: there is no unbiased variance of 1 example";
  return [{ ...batchSize.at, message: `train.batch_size: ${message}` }];
}

function checkL2(model: ModelConfig, { tree }: Sections["train"]): Problem[] {
  const l2 = nodeAt(tree, ["train", "l2"]);
  if (l2?.kind !== "map") return [];
  const names = parameterNames(model);
  return [...l2.entries]
    .filter(([name]) => !names.includes(name))
    .map(([name, { keyAt }]) => ({
      ...keyAt,
      message: `train.l2.${name}: no such parameter${hint(name, names)}`,
    }));
}

function parameterNames({ batch_norm: batchNorm, ...shape }: ModelConfig): string[] {
  const anyContext = 1;
  const anyVocabulary = 1;
  const model = { ...shape, batchNorm, context: anyContext };
  return planParameters({ model, init: DEFAULT_INIT }, anyVocabulary).map(({ name }) => name);
}
