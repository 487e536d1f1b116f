/** Which file makes the modules of a kind. */
import { isBatchNorm, type NetworkPlan, type PlannedModule } from "../../../model/network-plan.ts";
import { EngineError } from "../../engine.ts";
import type { Matrix } from "../layout.ts";
import { makeActivation } from "./activation.ts";
import { makeBatchNorm } from "./batch-norm.ts";
import { type Contexts, makeEmbedding } from "./embedding.ts";
import { makeLinear } from "./linear.ts";
import type { Module, Port, Site } from "./module.ts";
import { isGrouped, makeTokenLinear } from "./token-linear.ts";

/** Makes all modules of a plan, in forward order. */
export function makeModules(site: Site, { modules: planned }: NetworkPlan): Module[] {
  const { contexts, rest } = startOf(site, planned);
  const [first] = rest;
  if (first?.kind === "linear" && first.weight !== null && paysToGroup(site, contexts)) {
    const modules = [makeTokenLinear(site, first, contexts)];
    return follow(site, modules, rest.slice(1));
  }
  return follow(site, [makeEmbedding(site, contexts)], rest);
}

/** Adds the modules that these are of, each behind the last one. */
function follow(site: Site, modules: Module[], planned: readonly PlannedModule[]): Module[] {
  for (const one of planned) {
    const before = modules.at(-1)?.output;
    if (before !== undefined) modules.push(...makeModule(site, one, before));
  }
  return modules;
}

type Start = { readonly contexts: Contexts; readonly rest: readonly PlannedModule[] };

/** Takes what puts tokens side by side off the beginning of a plan. */
function startOf({ context }: Site, planned: readonly PlannedModule[]): Start {
  const count = planned.findIndex(({ kind }) => kind !== "flatten");
  const last = planned[count - 1];
  const positions = last?.positions ?? context;
  const flatten = last?.kind === "flatten" ? last : null;
  const contexts = { planned: flatten, tokens: context / positions, positions };
  return { contexts, rest: planned.slice(count) };
}

function paysToGroup(site: Site, { tokens: context, positions }: Contexts): boolean {
  const { rows: vocabularySize, columns: embedding } = site.embedding.value;
  const batchSize = site.batchSize * positions;
  const rows = site.examples * positions;
  return isGrouped({ context, embedding, vocabularySize, batchSize, rows });
}

/** @param gradient - where the gradient of its output is, to be left as it is; its own choice unless given */
function makeModule(
  site: Site,
  planned: PlannedModule,
  input: Port,
  gradient?: Matrix,
): readonly Module[] {
  switch (planned.kind) {
    case "linear":
      return [makeLinear(site, planned, input, gradient)];
    case "norm":
      if (!isBatchNorm(planned)) break;
      return [makeBatchNorm(site, planned, input, gradient)];
    case "activation":
      return [makeActivation(site, planned, input, gradient)];
    default:
  }
  throw new EngineError("this engine has no such layers yet");
}
