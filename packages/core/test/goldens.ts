import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { type Evaluation, modelOf, type PlacedBatchNorm, type RunSpec } from "../src/index.ts";
import { log10 } from "../src/math.ts";
import { type History, kaiming, normal, ones, zeros } from "./make.ts";

export type GoldenMoments = { readonly mean: number; readonly std: number };

/** What leaves a layer, and its gradient; `saturated` is the share beyond 0.97. */
export type GoldenLayer = {
  readonly out: GoldenMoments;
  readonly grad: GoldenMoments;
  readonly saturated: number;
};

export type GoldenRun = {
  readonly lr: number;
  readonly l2?: readonly number[];
  readonly params: readonly string[];
  readonly init?: Readonly<
    Record<string, { readonly mean: number; readonly std: number; readonly first: number[] }>
  >;
  readonly step0?: GoldenMoments & {
    readonly saturated: number;
    readonly batch: readonly number[];
    readonly grads: Readonly<Record<string, GoldenMoments>>;
  };
  /** By step. */
  readonly layers?: Readonly<
    Record<
      string,
      Readonly<Record<string, GoldenLayer>> & {
        readonly grad_data_ratio: Readonly<Record<string, number>>;
      }
    >
  >;
  readonly loss: readonly (number | null)[];
  readonly log10_update_ratio: Readonly<Record<string, readonly (number | null)[]>>;
  readonly eval?: Readonly<Record<string, Readonly<Partial<Record<string, number>>>>>;
};

type Goldens = {
  readonly sizes: Readonly<Record<string, number>>;
  readonly vocab: number;
  readonly first_shuffled: readonly string[];
  readonly rng: Readonly<Record<string, number[]>>;
  readonly shallow: Readonly<Record<string, GoldenRun>>;
  readonly deep: Readonly<Record<string, GoldenRun>>;
};

/** PyTorch's numbers; test/goldens/README.md explains each field. */
export const goldens: Goldens = JSON.parse(
  readFileSync(new URL("goldens/pytorch.json", import.meta.url), "utf8"),
);

const NOTEBOOK_NORM: PlacedBatchNorm = {
  where: "hidden",
  epsilon: 0,
  momentum: 0.001,
  running: "std",
};
const TORCH_NORM: PlacedBatchNorm = {
  where: "all",
  epsilon: 1e-5,
  momentum: 0.1,
  running: "variance",
};

/** Standard deviations of W1, b1, W2, b2. */
const SHALLOW: Readonly<Record<string, readonly [number, number, number, number]>> = {
  v1: [1, 1, 1, 1],
  v2: [1, 1, 0.01, 0],
  v3: [0.1, 0.01, 0.01, 0],
  v4: [0.2, 0.01, 0.01, 0],
  v5: [5 / 3 / Math.sqrt(30), 0.01, 0.01, 0],
  v7: [5 / 3 / Math.sqrt(30), 0.01, 0.01, 0],
};

/** The run of part 1 that a golden describes, e.g. `v5-l2`. */
export function shallowSpec(name: string, golden: GoldenRun): RunSpec {
  const [w1, b1, w2, b2] = SHALLOW[name.slice(0, 2)] ?? [1, 1, 1, 1];
  const norm = { gamma: ones, beta: zeros };
  const [embedding = 0, weight = 0, bias = 0] = golden.l2 ?? [];
  return {
    model: modelOf({
      context: 3,
      embedding: 10,
      hidden: [200],
      activation: "tanh",
      bias: true,
      batchNorm: name === "v7" ? NOTEBOOK_NORM : "none",
    }),
    init: {
      embedding: normal(1),
      hidden: { weight: normal(w1), bias: normal(b1), ...norm },
      output: { weight: normal(w2), bias: normal(b2), ...norm },
    },
    train: {
      steps: golden.loss.length,
      batchSize: 32,
      lr: [{ step: 0, rate: golden.lr }],
      l2: { embedding, "hidden1.weight": weight, "hidden1.bias": bias },
    },
    seed: 42,
    shuffleSeed: 42,
  };
}

/** The six-layer run that a golden describes, e.g. `batchnorm@0.2` or `tanh@1.667-nodiv`. */
export function deepSpec(name: string, golden: GoldenRun): RunSpec {
  const [kind = "", setting = ""] = name.split("@");
  const gain = setting.startsWith("1.667") ? 5 / 3 : Number.parseFloat(setting);
  const hasNorm = kind === "batchnorm";
  const weight = setting.endsWith("-nodiv") ? normal(1, gain) : kaiming(gain);
  const outputPlain = setting.endsWith("-nodiv") ? normal(1, 0.1) : kaiming(1, 0.1);
  const rest = { bias: zeros, beta: zeros };
  return {
    model: modelOf({
      context: 3,
      embedding: 10,
      hidden: [100, 100, 100, 100, 100],
      activation: kind === "linear" ? "none" : "tanh",
      bias: true,
      batchNorm: hasNorm ? TORCH_NORM : "none",
    }),
    init: {
      embedding: normal(1),
      hidden: { weight, gamma: ones, ...rest },
      output: {
        weight: hasNorm ? weight : outputPlain,
        gamma: { scheme: "ones", scale: 0.1 },
        ...rest,
      },
    },
    train: {
      steps: golden.loss.length,
      batchSize: 32,
      lr: [{ step: 0, rate: golden.lr }],
      l2: 0,
    },
    seed: 2147483647,
    shuffleSeed: 42,
  };
}

const SHALLOW_NAMES: Readonly<Record<string, string>> = {
  C: "embedding",
  W1: "hidden1.weight",
  b1: "hidden1.bias",
  W2: "output.weight",
  b2: "output.bias",
  bngain: "hidden1.bn.gamma",
  bnbias: "hidden1.bn.beta",
};

/** Our name of each of a golden's parameters: `W1` or `3.Linear.weight` become `hidden1.weight`. */
export function ourNames(golden: GoldenRun): string[] {
  const linear = golden.params.filter((name) => name.endsWith("Linear.weight")).length;
  let layer = 0;
  return golden.params.map((name) => {
    const shallow = SHALLOW_NAMES[name];
    if (shallow !== undefined) return shallow;
    if (name.endsWith("Linear.weight")) layer++;
    const owner = layer === linear ? "output" : `hidden${layer}`;
    const [, kind, tensor] = name.split(".");
    return kind === "BatchNorm1d" ? `${owner}.bn.${tensor}` : `${owner}.${tensor}`;
  });
}

/** PyTorch's loss for one of our evaluations. */
export function goldenLoss(golden: GoldenRun, { split, statistics }: Evaluation): number {
  return golden.eval?.[split]?.[statistics === "none" ? "batch" : statistics] ?? Number.NaN;
}

export const LOSS_TOLERANCE = 1e-5;
const RATIO_TOLERANCE = 1e-4;

/** What a run that amplifies rounding can be held to; the others are held to everything. */
export const CHAOTIC: Readonly<
  Record<string, { readonly steps: number; readonly tolerance: number }>
> = {
  v1: { steps: 10, tolerance: 1e-3 },
  "tanh@1.667-nodiv": { steps: 1, tolerance: 1e-4 },
  "linear@1.667": { steps: 3, tolerance: 1e-2 },
};

/** Every golden run: its name, PyTorch's numbers, our spec. */
export const goldenRuns: readonly (readonly [string, GoldenRun, RunSpec])[] = [
  ...Object.entries(goldens.shallow).map(
    ([name, golden]) => [name, golden, shallowSpec(name, golden)] as const,
  ),
  ...Object.entries(goldens.deep).map(
    ([name, golden]) => [name, golden, deepSpec(name, golden)] as const,
  ),
];

/** Holds the ratios of the first `steps` steps against PyTorch's. */
export function compareRatios(
  golden: GoldenRun,
  { trainer, ratios }: History,
  steps: number,
): void {
  const count = trainer.parameters.length;
  const names = ourNames(golden);
  for (const [step, expected] of Object.entries(golden.log10_update_ratio)) {
    if (Number(step) >= steps) continue;
    for (const [i, value] of expected.entries()) {
      const name = names[i] ?? "";
      if (isNoise(name, names)) continue;
      const p = trainer.parameters.findIndex((parameter) => parameter.name === name);
      const ours = log10(ratios[Number(step) * count + p] ?? Number.NaN);
      const tolerance = steps < 1000 ? 1e-3 : RATIO_TOLERANCE;
      expect(Math.abs(ours - (value ?? Number.NaN)), `${name} at ${step}`).toBeLessThan(tolerance);
    }
  }
}

/** A bias in front of a batch norm has no gradient but rounding. */
export function isNoise(name: string, all: readonly string[]): boolean {
  return name.endsWith(".bias") && all.includes(name.replace(".bias", ".bn.gamma"));
}
