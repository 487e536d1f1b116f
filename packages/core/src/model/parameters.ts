/** The parameters of a model, and how each is initialised. */
import type { InitScheme, InitSpec, LayerInit, ModelSpec, Parameter, RunSpec } from "../spec.ts";
import { batchNormsOf, type NamedShape } from "./network-plan.ts";
import { planNetwork } from "./plan-network.ts";

/** A parameter together with the scheme that fills it. */
export type PlannedParameter = Parameter & { readonly init: InitScheme };

/**
 * Every parameter of a model in drawing order: `embedding`, then layer by layer `hidden1.weight`,
 * `hidden1.bias`, `hidden1.bn.gamma`, `hidden1.bn.beta`, ..., `output.weight`, and so on.
 * Weights are `[fan_in, fan_out]`.
 */
export function modelParameters(model: ModelSpec, vocabularySize: number): readonly Parameter[] {
  return planNetwork(model, vocabularySize).parameters;
}

/** What a model keeps beside its parameters: running mean and spread of each batch norm, in forward order. */
export function runningTensors(model: ModelSpec, vocabularySize: number): NamedShape[] {
  return batchNormsOf(planNetwork(model, vocabularySize)).flatMap((norm) => [
    norm.runningMean,
    norm.runningSpread,
  ]);
}

/** Lists every parameter of a run with its scheme, in drawing order. */
export function planParameters(
  { model, init }: Pick<RunSpec, "model" | "init">,
  vocabularySize: number,
): PlannedParameter[] {
  return modelParameters(model, vocabularySize).map((parameter) => ({
    ...parameter,
    init: schemeOf(parameter, init),
  }));
}

function schemeOf({ layer, layerKind, role }: Parameter, init: InitSpec): InitScheme {
  const group = layerKind === "output" ? init.output : init.hidden;
  const { weight, bias, gamma, beta }: LayerInit = { ...group, ...init.layers?.[layer] };
  switch (role) {
    case "weight":
      return weight;
    case "bias":
      return bias;
    case "gain":
      return gamma;
    case "shift":
      return beta;
    case "embedding":
    case "other":
      return init.embedding;
  }
}
