import type { NetworkPlan, Parameter } from "@ablate/core";
import { canonicalJson } from "../config/canonical-json.ts";
import { leavesOf } from "../config/grid.ts";
import { type InitSettings, initSchema } from "../config/init-schema.ts";
import { nodeAt } from "../config/tree.ts";
import type { Effect } from "./effect.ts";
import type { Network } from "./networks.ts";
import { type Sections, valueAt } from "./sections.ts";

const USUAL: InitSettings = initSchema.parse({});

/** Notes the schemes that were written, which fill tensors that a network may not have. */
export function initEffects(
  { model, plan }: Network,
  { init, model: { value } }: Sections,
): Effect[] {
  const written = nodeAt(init.tree, ["init"]);
  if (plan === null || init.value === null || written?.kind !== "map") return [];
  const settings = init.value;
  const used = new Set(plan.parameters.map((parameter) => placeOf(parameter, settings)));
  return leavesOf(written, "init").flatMap(({ key, value: { at } }): Effect[] => {
    const path = key.split(".").slice(1);
    const [layer = "", role = ""] = path;
    if (role === "") return [];
    const [own, usual] = [valueAt(settings, path), valueAt(usualOf(layer, settings), [role])];
    const isUsed = used.has(`${layer}.${role}`) || canonicalJson(own) === canonicalJson(usual);
    const isShort = value !== null && !("layers" in value);
    const why = whyUnused(plan, { layer, role, isTied: model.tie, isShort });
    return [{ isUsed, problem: { ...at, message: `${key}: has no effect, ${why}` } }];
  });
}

/** What schemes of a layer are unless they are written. */
function usualOf(layer: string, settings: InitSettings): unknown {
  return layer === "hidden" || layer === "output" ? USUAL[layer] : settings.hidden;
}

const ROLES: Readonly<Record<Parameter["role"], string>> = {
  weight: "weight",
  bias: "bias",
  gain: "gamma",
  shift: "beta",
  embedding: "",
  other: "",
};

/** Names the scheme that fills a parameter: `hidden.gamma`. */
function placeOf({ layer, layerKind, role }: Parameter, settings: InitSettings): string {
  const key = ROLES[role];
  const isOwn = valueAt(settings, [layer, key]) !== undefined;
  return `${isOwn || layerKind !== "hidden" ? layer : "hidden"}.${key}`;
}

type Unused = {
  readonly layer: string;
  readonly role: string;
  readonly isTied: boolean;
  readonly isShort: boolean;
};

function whyUnused({ layers }: NetworkPlan, { layer, role, isTied, isShort }: Unused): string {
  const hidden = layers.filter(({ kind }) => kind === "hidden");
  const of = layers.filter(({ name, kind }) => name === layer || kind === layer);
  if (hidden.length === 0 && layer !== "output") return "there is no hidden layer";
  if (of.length === 0)
    return `there is no layer ${layer}, the last hidden one is hidden${hidden.length}`;
  if (role === "bias") return isShort ? "model.bias is false" : "no such layer has a bias";
  if (role === "weight") return isTied && layer === "output" ? TIED : EACH_ITS_OWN;
  if (of.every(({ norm }) => norm === null)) {
    return layer === "output" ? OUTPUT : "there is no norm";
  }
  return role === "beta" ? "an RMS norm has no shift" : EACH_ITS_OWN;
}

const OUTPUT = "the output layer has no norm (`where: all` gives it one)";
const TIED = "the weight of the output layer is the embedding (model.tie)";
const EACH_ITS_OWN = "each layer has one of its own";
