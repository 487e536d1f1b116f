import { softmax } from "../softmax/softmax.ts";
import { statisticsOf } from "../statistics.ts";
import {
  ACTIVATION_SCALE,
  GRADIENT_SCALE,
  type HistogramScale,
  histogramOf,
  WEIGHT_SCALE,
} from "./histogram.ts";
import type { LayerPass, Moments, NetworkPass, ParameterPass, Pass } from "./network-pass.ts";
import type {
  LayerProbe,
  LogitsProbe,
  NormProbe,
  Probe,
  TensorKind,
  TensorProbe,
} from "./probe.ts";
import { saturationOf } from "./saturation.ts";

/** Examples whose logits are kept. */
const LOGIT_EXAMPLES = 4;

export type ProbeFacts = {
  readonly step: number;
  /** Where tanh counts as saturated. */
  readonly threshold: number;
  /** Moments of the training set by layer, where they are known. */
  readonly trainset: ReadonlyMap<string, Moments>;
};

/** Turns a pass through a network into what is kept of it. */
export function summarise(pass: NetworkPass, { step, ...facts }: ProbeFacts): Probe {
  const parameters = new Map(pass.parameters.map((parameter) => [parameter.name, parameter]));
  const embedding = parameters.get("embedding");
  return {
    step,
    examples: pass.examples,
    loss: pass.loss,
    layers: [
      {
        name: "embedding",
        kind: "embedding",
        units: embedding?.shape.at(-1) ?? 0,
        tensors: weightTensors(embedding),
        saturation: null,
        norm: null,
      },
      ...pass.layers.map((layer) => layerProbe(layer, parameters, facts)),
    ],
    logits: logitsOf(pass),
  };
}

function layerProbe(
  layer: LayerPass,
  parameters: ReadonlyMap<string, ParameterPass>,
  { threshold, trainset }: Omit<ProbeFacts, "step">,
): LayerProbe {
  const { name, kind, units, linear, preactivation, activation } = layer;
  return {
    name,
    kind,
    units,
    tensors: [
      tensor("linear", linear.values),
      tensor("preactivation", preactivation.values, ACTIVATION_SCALE),
      tensor("activation", activation.values, ACTIVATION_SCALE),
      tensor("linear_gradient", linear.gradient),
      tensor("preactivation_gradient", preactivation.gradient),
      tensor("activation_gradient", activation.gradient, GRADIENT_SCALE),
      ...weightTensors(parameters.get(`${name}.weight`)),
    ],
    saturation: saturationOf(layer, threshold),
    norm: normProbe(layer, parameters, trainset.get(name) ?? null),
  };
}

function weightTensors(weight: Pass | undefined): TensorProbe[] {
  if (weight === undefined) return [];
  return [
    tensor("weight", weight.values, WEIGHT_SCALE),
    tensor("weight_gradient", weight.gradient, GRADIENT_SCALE),
  ];
}

function tensor(kind: TensorKind, values: Float32Array, scale?: HistogramScale): TensorProbe {
  return {
    kind,
    statistics: statisticsOf(values),
    histogram: scale === undefined ? null : histogramOf(values, scale),
  };
}

function normProbe(
  { name, norm }: LayerPass,
  parameters: ReadonlyMap<string, ParameterPass>,
  trainset: Moments | null,
): NormProbe | null {
  const gamma = parameters.get(`${name}.bn.gamma`)?.values.slice();
  const beta = parameters.get(`${name}.bn.beta`)?.values.slice();
  if (norm === null || gamma === undefined || beta === undefined) return null;
  return { ...norm, trainset, gamma, beta };
}

function logitsOf({ layers, examples }: NetworkPass): LogitsProbe {
  const output = layers.at(-1);
  const tokens = output?.units ?? 0;
  const count = Math.min(examples, LOGIT_EXAMPLES);
  const logits = output?.activation.values.slice(0, count * tokens) ?? new Float32Array();
  const probabilities = new Float32Array(logits.length);
  for (let start = 0; start < logits.length; start += tokens) {
    probabilities.set(softmax(logits.subarray(start, start + tokens)), start);
  }
  return { examples: count, tokens, logits, probabilities };
}
