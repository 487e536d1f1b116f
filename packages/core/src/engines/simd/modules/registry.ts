/** Which file makes the modules of a kind. */
import {
  isBatchNorm,
  type LinearModule,
  type NetworkPlan,
  type PlannedModule,
} from "../../../model/network-plan.ts";
import type { Matrix } from "../layout.ts";
import { makeActivation } from "./activation.ts";
import { makeBatchNorm } from "./batch-norm.ts";
import { makeDistinctLinear } from "./distinct-linear.ts";
import { makeDropout } from "./dropout.ts";
import { type Contexts, makeEmbedding } from "./embedding.ts";
import { makeFlatten } from "./flatten.ts";
import { makeLinear } from "./linear.ts";
import type { Module, Port, Site } from "./module.ts";
import { makeResidual } from "./residual.ts";
import { makeRowNorm } from "./row-norm.ts";
import { makeTiedLinear } from "./tied-linear.ts";
import { isGrouped, makeTokenLinear } from "./token-linear.ts";

/** Makes all modules of a plan, in forward order. */
export function makeModules(site: Site, { modules }: NetworkPlan): Module[] {
  const { contexts, rest } = startOf(site, modules);
  const [linear, ...behind] = rest;
  if (linear?.kind === "linear" && linear.weight !== null && paysToGroup(site, contexts)) {
    const first = makeTokenLinear(site, linear, contexts);
    return [first, ...makeList(site, behind, first.output)];
  }
  const first = makeEmbedding(site, contexts);
  return [first, ...makeList(site, rest, first.output)];
}

/**
 * Makes the modules of a list, each behind the last one.
 *
 * @param gradient - where the gradient of the last one's output is, to be left as it is
 */
function makeList(
  site: Site,
  planned: readonly PlannedModule[],
  input: Port,
  gradient?: Matrix,
): Module[] {
  const modules: Module[] = [];
  for (const [i, one] of planned.entries()) {
    const isLast = i === planned.length - 1;
    const before = modules.at(-1)?.output ?? input;
    modules.push(...makeModule(site, one, before, isLast ? gradient : undefined));
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

/** Rows of one example are often equal to those of another, unless dropout tells them apart. */
function linearMaker({ hasDropout }: Site, { weight, positions }: LinearModule): typeof makeLinear {
  if (weight === null) return makeTiedLinear;
  return positions > 1 && !hasDropout ? makeDistinctLinear : makeLinear;
}

/** @param gradient - where the gradient of its output is, to be left as it is; its own choice unless given */
function makeModule(
  site: Site,
  planned: PlannedModule,
  input: Port,
  gradient?: Matrix,
): readonly Module[] {
  switch (planned.kind) {
    case "linear": {
      const make = linearMaker(site, planned);
      return [make(site, planned, input, gradient)];
    }
    case "norm":
      return isBatchNorm(planned)
        ? [makeBatchNorm(site, planned, input, gradient)]
        : [makeRowNorm(site, planned, input, gradient)];
    case "activation":
      return [makeActivation(site, planned, input, gradient)];
    case "dropout":
      return [makeDropout(site, planned, input, gradient)];
    case "flatten":
      return [makeFlatten(site, planned, input, gradient)];
    case "residual":
      return makeResidual(site, planned, { input, gradient }, makeList);
  }
}
