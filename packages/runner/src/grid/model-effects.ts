import { allLayers } from "@ablate/core";
import { nodeAt } from "../config/tree.ts";
import type { Effect } from "./effect.ts";
import type { Network } from "./networks.ts";
import type { Sections } from "./sections.ts";

/** Notes keys of the short form that need a hidden layer, or one as wide as what enters it. */
export function modelEffects({ model }: Network, { value, tree }: Sections["model"]): Effect[] {
  if (value === null || "layers" in value) return [];
  const isWithout = value.hidden.length === 0;
  const isSquare = model.layers.some(({ kind }) => kind === "residual");
  const hasNorm = allLayers(model).some(({ kind }) => kind === "norm");
  const NONE = "there is no hidden layer";
  const checks: readonly (readonly [key: string, isUsed: boolean, why: string])[] = [
    ["activation", !isWithout || value.activation === "tanh", NONE],
    ["dropout", !isWithout || value.dropout === 0, NONE],
    ["batch_norm", !isWithout || hasNorm || value.batch_norm === "none", NONE],
    ["norm", !isWithout || hasNorm || value.norm === "none", NONE],
    [
      "residual",
      value.residual === "none" || isSquare,
      isWithout ? NONE : "no hidden layer is as wide as what enters it",
    ],
  ];
  return checks.flatMap(([key, isUsed, why]) => {
    const node = nodeAt(tree, ["model", key]);
    const message = `model.${key}: has no effect, ${why}`;
    return node === null ? [] : [{ isUsed, problem: { ...node.at, message } }];
  });
}
