/** What rules judge, made by hand: one hidden thing at a time. */

import { type DiagnosedRun, type Subject, subjectOf, THRESHOLDS } from "../src/diagnose/subject.ts";
import { ln } from "../src/math.ts";
import type { UnitMoments } from "../src/probe/network-pass.ts";
import type { DiagnosedProbe, LayerProbe, TensorKind } from "../src/probe/probe.ts";
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

export function factsOf(changes: Partial<DiagnosedRun> = {}): DiagnosedRun {
  return {
    parameters: PARAMETERS,
    activation: "tanh",
    hasPenalty: false,
    saturatedBeyond: 0.99,
    thresholds: THRESHOLDS,
    ...changes,
  };
}

export function subject(changes: Partial<DiagnosedRun> = {}): Subject {
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

type Numbers = { readonly mean: readonly number[]; readonly std: readonly number[] };

/** What rules ask of a layer, in a few words. */
export type LayerInWords = {
  readonly units?: number;
  readonly std?: Readonly<Partial<Record<TensorKind, number>>>;
  readonly saturation?: { readonly share: number; readonly dead: readonly number[] };
  readonly norm?: {
    readonly batch: Numbers;
    readonly running: Numbers;
    readonly trainset: Numbers | null;
  };
};

export function layerOf(
  name: string,
  { units = 10, std = {}, saturation, norm }: LayerInWords = {},
): LayerProbe {
  const none = new Float32Array();
  const tensors = Object.entries(std).map(([kind, value]) => [
    kind,
    { mean: 0, std: value, min: 0, max: 0, histogram: null },
  ]);
  return {
    name,
    kind: parameter(name, []).layerKind,
    units,
    tensors: Object.fromEntries(tensors),
    saturation:
      saturation === undefined
        ? null
        : {
            ...{ examples: 1, units, bits: new Uint8Array() },
            ...{ share: saturation.share, dead: Int32Array.from(saturation.dead) },
          },
    norm:
      norm === undefined
        ? null
        : {
            batch: momentsOf(norm.batch),
            running: momentsOf(norm.running),
            trainset: norm.trainset && momentsOf(norm.trainset),
            ...{ gamma: none, beta: none },
          },
  };
}

function momentsOf({ mean, std }: Numbers): UnitMoments {
  return { mean: Float32Array.from(mean), std: Float32Array.from(std) };
}

export function probeOfLayers(layers: readonly LayerProbe[], step = 0): DiagnosedProbe {
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
