/** Finds the short form that says the same as a list of layers. */
import {
  allLayers,
  firstActivation,
  hiddenWidths,
  type ModelSpec,
  type NormSpec,
} from "@ablate/core";
import { canonicalJson } from "./canonical-json.ts";
import type { ShortModel } from "./config.ts";
import { toModelSpec } from "./to-run-spec.ts";

/** Hidden layers that a short form has at most. */
export const MOST_HIDDEN = 64;

/** Returns the short form of a network; null where it has none. What makes no difference in it is left out. */
export function shortOf(model: ModelSpec): ShortModel | null {
  if (hiddenWidths(model).length > MOST_HIDDEN) return null;
  const plain = plainForm(model);
  const forms: readonly ShortModel[] = [
    plain,
    { ...plain, residual: "pre" },
    { ...plain, residual: "post" },
  ];
  const wanted = canonicalJson(model);
  const { context } = model;
  return forms.find((form) => canonicalJson(toModelSpec(form, context)) === wanted) ?? null;
}

/** The only short form that may be meant, but for residual connections. */
function plainForm(model: ModelSpec): ShortModel {
  const { embedding, layers, tie } = model;
  const all = allLayers(model);
  const hidden = hiddenWidths(model);
  const norm = all.find((layer) => layer.kind === "norm");
  const where = layers.at(-1)?.kind === "norm" ? "all" : "hidden";
  const dropout = all.find((layer) => layer.kind === "dropout")?.rate;
  return {
    embedding,
    hidden,
    activation: hidden.length === 0 ? "tanh" : firstActivation(model),
    bias: all.findLast((layer) => layer.kind === "linear")?.bias ?? true,
    ...placed(norm, where),
    ...(dropout === undefined ? {} : { dropout }),
    ...(tie ? { tie } : {}),
  };
}

function placed(
  norm: NormSpec | undefined,
  where: "hidden" | "all",
): Pick<ShortModel, "batch_norm" | "norm"> {
  if (norm === undefined) return { batch_norm: "none" };
  if (norm.norm === "batch") {
    const { epsilon, momentum, running } = norm;
    return { batch_norm: { where, epsilon, momentum, running } };
  }
  const { norm: kind, epsilon } = norm;
  return { batch_norm: "none", norm: { kind, where, epsilon } };
}
