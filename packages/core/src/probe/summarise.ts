/** Turns a pass through a network into a probe: what is kept of it. */

import { softmax } from "../softmax/softmax.ts";
import { statisticsOf } from "../statistics.ts";
import {
  ACTIVATION_SCALE,
  GRADIENT_SCALE,
  type HistogramScale,
  histogramOf,
  WEIGHT_SCALE,
} from "./histogram.ts";
import type { LayerPass, NetworkPass, ParameterPass, Pass, UnitMoments } from "./network-pass.ts";
import type { LayerProbe, LogitsProbe, NormProbe, Probe, TensorProbe } from "./probe.ts";
import { saturationOf } from "./saturation.ts";

/** Examples whose logits are kept. */
const LOGIT_EXAMPLES = 4;

export type ProbeFacts = {
  readonly step: number;
  /** See `saturationOf`. */
  readonly threshold: number;
  /** Moments of the training set by layer, where they are known. */
  readonly trainset: ReadonlyMap<string, UnitMoments>;
};

/** Turns a pass through a network into what is kept of it. */
export function summarise(pass: NetworkPass, { step, ...facts }: ProbeFacts): Probe {
  const { parameters } = pass;
  const embedding = parameters.find(({ role }) => role === "embedding");
  return {
    step,
    examples: pass.examples,
    loss: pass.loss,
    layers: [
      {
        name: embedding?.layer ?? "embedding",
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
  parameters: readonly ParameterPass[],
  { threshold, trainset }: Omit<ProbeFacts, "step">,
): LayerProbe {
  const { name, kind, units, linear, preactivation, activation, stream } = layer;
  const own = parameters.filter((one) => one.layer === name);
  return {
    name,
    kind,
    units,
    tensors: {
      linear: tensor(linear.values),
      preactivation: tensor(preactivation.values, ACTIVATION_SCALE),
      activation: tensor(activation.values, ACTIVATION_SCALE),
      linear_gradient: tensor(linear.gradient),
      preactivation_gradient: tensor(preactivation.gradient),
      activation_gradient: tensor(activation.gradient, GRADIENT_SCALE),
      ...weightTensors(own.find(({ role }) => role === "weight")),
      ...(stream === null
        ? {}
        : {
            stream: tensor(stream.values, ACTIVATION_SCALE),
            stream_gradient: tensor(stream.gradient, GRADIENT_SCALE),
          }),
    },
    saturation: saturationOf(layer, threshold),
    norm: normProbe(layer, own, trainset.get(name) ?? null),
  };
}

function normProbe(
  { norm }: LayerPass,
  own: readonly ParameterPass[],
  trainset: UnitMoments | null,
): NormProbe | null {
  const gamma = own.find(({ role }) => role === "gain")?.values.slice();
  if (gamma === undefined) return null;
  const beta = own.find(({ role }) => role === "shift")?.values.slice();
  return {
    batch: norm?.batch ?? null,
    running: norm?.running ?? null,
    trainset: norm && trainset,
    gamma,
    beta: beta ?? new Float32Array(gamma.length),
  };
}

function weightTensors(weight: Pass | undefined): LayerProbe["tensors"] {
  if (weight === undefined) return {};
  return {
    weight: tensor(weight.values, WEIGHT_SCALE),
    weight_gradient: tensor(weight.gradient, GRADIENT_SCALE),
  };
}

function tensor(values: Float32Array, scale?: HistogramScale): TensorProbe {
  return {
    ...statisticsOf(values),
    histogram: scale === undefined ? null : histogramOf(values, scale),
  };
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
