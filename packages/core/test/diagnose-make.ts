/** What rules judge, made by hand: one hidden thing at a time. */

import type { Look, LookLayer } from "../src/diagnose/look.ts";
import { type Facts, type Subject, subjectOf } from "../src/diagnose/subject.ts";
import { THRESHOLDS } from "../src/diagnose/thresholds.ts";
import { ln } from "../src/math.ts";
import type { Parameter, ParameterRole, StepBlock } from "../src/spec.ts";

export const CLASSES = 27;
export const LN_27: number = ln(CLASSES);

const ROLES: Readonly<Record<string, ParameterRole>> = {
  "": "embedding",
  ".weight": "weight",
  ".bias": "bias",
  ".bn.gamma": "gain",
  ".bn.beta": "shift",
};

/** Two hidden layers of ten units, 27 classes. */
export const PARAMETERS: readonly Parameter[] = [
  parameter("embedding", [27, 10]),
  parameter("hidden1.weight", [30, 10]),
  parameter("hidden1.bias", [10]),
  parameter("hidden2.weight", [10, 10]),
  parameter("hidden2.bias", [10]),
  parameter("output.weight", [10, 27]),
  parameter("output.bias", [27]),
];

export function factsOf(changes: Partial<Facts> = {}): Facts {
  return {
    parameters: PARAMETERS,
    activation: "tanh",
    hasPenalty: false,
    saturatedBeyond: 0.99,
    thresholds: THRESHOLDS,
    ...changes,
  };
}

export function subject(changes: Partial<Facts> = {}): Subject {
  return subjectOf(factsOf(changes));
}

/** A parameter of one of our names; `other` where its name is none of them. */
export function parameter(name: string, shape: readonly number[]): Parameter {
  const [layer = name] = name.split(".");
  const kinds = ["embedding", "hidden", "output"] as const;
  return {
    name,
    layer,
    layerKind: kinds.find((kind) => layer.startsWith(kind)) ?? "other",
    role: ROLES[name.slice(layer.length)] ?? "other",
    shape,
    size: shape.reduce((size, n) => size * n, 1),
  };
}

export function layerOf(name: string, changes: Partial<LookLayer> = {}): LookLayer {
  return { name, units: 10, std: {}, saturation: null, norm: null, ...changes };
}

export function lookOfLayers(layers: readonly LookLayer[], step = 0): Look {
  return { step, loss: LN_27, layers };
}

/** Steps from `first` that lose `loss` each, every parameter with the same ratio, but for those named. */
export function stepsOf(
  first: number,
  losses: readonly number[],
  ratios: Readonly<Record<string, number>> = {},
): StepBlock {
  const row = PARAMETERS.map(({ name }) => ratios[name] ?? 1e-3);
  return {
    first,
    count: losses.length,
    loss: Float64Array.from(losses),
    lr: new Float64Array(losses.length).fill(0.1),
    ratios: Float32Array.from(losses.flatMap(() => row)),
  };
}
