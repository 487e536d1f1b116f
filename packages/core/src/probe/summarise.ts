/** Turns a pass through a network into a probe: what is kept of it. */

import { softmax } from "../softmax/softmax.ts";
import type { ParameterRole } from "../spec.ts";
import { statisticsOf } from "../statistics.ts";
import {
  ACTIVATION_SCALE,
  GRADIENT_SCALE,
  type HistogramScale,
  histogramOf,
  WEIGHT_SCALE,
} from "./histogram.ts";
import type { LayerPass, NetworkPass, ParameterPass, Pass, UnitMoments } from "./network-pass.ts";
import type { LayerProbe, LogitsProbe, Probe, Saturation, TensorProbe } from "./probe.ts";

/** Examples whose logits are kept. */
const LOGIT_EXAMPLES = 4;

export type ProbeFacts = {
  readonly step: number;
  /** The value beyond which tanh counts as saturated. */
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
  const { name, kind, units, linear, preactivation, activation, norm } = layer;
  const parameter = (wanted: ParameterRole) =>
    parameters.find((one) => one.layer === name && one.role === wanted);
  const gamma = parameter("gain")?.values.slice();
  const beta = parameter("shift")?.values.slice();
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
      ...weightTensors(parameter("weight")),
    },
    saturation: saturationOf(layer, threshold),
    norm:
      norm === null || gamma === undefined || beta === undefined
        ? null
        : { ...norm, trainset: trainset.get(name) ?? null, gamma, beta },
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

/**
 * The saturation of a layer, or null where it has no nonlinearity.
 *
 * @param threshold - tanh is flat where it is beyond it, on either side
 */
export function saturationOf(
  { units, nonlinearity, activation }: Pick<LayerPass, "units" | "nonlinearity" | "activation">,
  threshold: number,
): Saturation | null {
  if (nonlinearity === "none") return null;
  const { values } = activation;
  const bits = new Uint8Array(Math.ceil(values.length / 8));
  const flat = new Int32Array(units);
  let total = 0;
  const examples = values.length / units;
  const isRelu = nonlinearity === "relu";
  for (let example = 0, i = 0; example < examples; example++) {
    for (let unit = 0; unit < units; unit++, i++) {
      const value = values[i] ?? 0;
      if (isRelu ? value !== 0 : !(Math.abs(value) > threshold)) continue;
      bits[i >> 3] = (bits[i >> 3] ?? 0) | (128 >> (i & 7));
      flat[unit] = (flat[unit] ?? 0) + 1;
      total++;
    }
  }
  const dead = Int32Array.from(flat.keys()).filter((unit) => flat[unit] === examples);
  return { examples, units, share: total / values.length, dead, bits };
}
