/** The engine's loss and gradients against central differences of a plain model in double precision. */
import { expect, test } from "vitest";
import { SimdEngine } from "../src/engines/simd/simd-engine.ts";
import {
  type Activation,
  type ModelSpec,
  planNetwork,
  planParameters,
  type ShortForm,
} from "../src/index.ts";
import { TorchGenerator } from "../src/random/torch-generator.ts";
import type { NormSpec } from "../src/spec.ts";
import { makeFewNames, makeSpec, stepOf } from "./make.ts";

type Tensors = ReadonlyMap<string, Float64Array>;
type Batch = { readonly contexts: readonly number[][]; readonly targets: readonly number[] };

const RATE = 1024;
const STEP = 1e-5;
const SAMPLED = 12;
const hiddenNorm = { where: "hidden", epsilon: 1e-5, momentum: 0.1, running: "variance" } as const;
const everyNorm = { where: "all", epsilon: 1e-3, momentum: 0.001, running: "std" } as const;

const cases: readonly (readonly [string, Partial<ShortForm>, number])[] = [
  ["hidden 1", { hidden: [1] }, 8],
  ["hidden 3, embedding 1, context 8", { hidden: [3], embedding: 1, context: 8 }, 17],
  ["hidden 101, embedding 7", { hidden: [101], embedding: 7 }, 19],
  ["one example", { hidden: [16] }, 1],
  ["512 examples", { hidden: [5], batchNorm: hiddenNorm }, 512],
  ["the output layer alone", { hidden: [] }, 8],
  ["relu", { hidden: [20, 10], activation: "relu", context: 1 }, 17],
  ["no nonlinearity", { hidden: [9, 9], activation: "none", context: 2 }, 19],
  ["batch norm on hidden layers", { hidden: [12, 7], batchNorm: hiddenNorm }, 17],
  ["batch norm everywhere, std", { hidden: [12, 7], batchNorm: everyNorm, context: 5 }, 19],
  [
    "relu with batch norm everywhere",
    { hidden: [30], activation: "relu", batchNorm: everyNorm },
    32,
  ],
  [
    "batch norm without nonlinearity",
    { hidden: [6], activation: "none", batchNorm: hiddenNorm },
    9,
  ],
  ["eight layers", { hidden: [9, 8, 7, 6, 5, 10, 11] }, 16],
  ["eight layers with batch norm", { hidden: [9, 8, 7, 6, 5, 10, 11], batchNorm: everyNorm }, 16],
];

test.each(cases)("%s", (_, changes, batchSize) => {
  const spec = makeSpec({ model: changes, train: { batchSize } });
  const { model } = spec;
  const dataset = makeFewNames(model.context);
  const V = dataset.vocabulary.length;
  const generator = new TorchGenerator(1);
  const given = planParameters(spec, V).map(({ name, shape }) => {
    const fanIn = shape.length === 2 && name !== "embedding" ? (shape[0] ?? 1) : 1;
    const size = shape.reduce((a, b) => a * b, 1);
    const offset = name.endsWith("gamma") ? 1 : 0;
    const values = Float32Array.from(
      generator.rand(size),
      (u) =>
        offset + ((2 * u - 1) * 1.7) / Math.sqrt(fanIn) / (fanIn === 1 && offset === 1 ? 4 : 1),
    );
    return { name, shape, values };
  });
  const engine = new SimdEngine({ model, train: { batchSize, l2: 0 }, dataset, tensors: given });
  const indices = Int32Array.from({ length: batchSize }, () =>
    generator.randint(dataset.train.count),
  );
  const { contexts, targets } = dataset.train;
  const T = model.context;
  const batch: Batch = {
    contexts: [...indices].map((i) => [...contexts.subarray(i * T, (i + 1) * T)]),
    targets: [...indices].map((i) => targets[i] ?? 0),
  };
  const tensors = new Map(given.map(({ name, values }) => [name, Float64Array.from(values)]));

  const loss = stepOf(engine, indices, RATE).loss;

  expect(loss).toBeCloseTo(lossOf(tensors, model, V, batch), 5);
  const after = new Map(engine.tensors().map(({ name, values }) => [name, values]));
  for (const { name, values } of given) {
    const stepped = after.get(name) ?? new Float32Array();
    const gradient = values.map((value, i) => (value - (stepped[i] ?? 0)) / RATE);
    const scale = Math.max(...gradient.map(Math.abs));
    for (const i of sample(values.length, generator)) {
      const exact = centralDifference(tensors, name, i, () => lossOf(tensors, model, V, batch));
      expect(Math.abs((gradient[i] ?? 0) - exact), `${name}[${i}]`).toBeLessThan(
        1e-3 * scale + 2e-6,
      );
    }
  }
});

function sample(size: number, generator: TorchGenerator): number[] {
  if (size <= SAMPLED) return Array.from({ length: size }, (_, i) => i);
  return Array.from({ length: SAMPLED }, () => generator.randint(size));
}

function centralDifference(tensors: Tensors, name: string, i: number, loss: () => number): number {
  const values = tensors.get(name) ?? new Float64Array();
  const value = values[i] ?? 0;
  values[i] = value + STEP;
  const high = loss();
  values[i] = value - STEP;
  const low = loss();
  values[i] = value;
  return (high - low) / (2 * STEP);
}

/** Mean cross-entropy of a batch, batch norm by the batch's own moments. */
function lossOf(
  tensors: Tensors,
  model: ModelSpec,
  V: number,
  { contexts, targets }: Batch,
): number {
  const of = (name: string) => tensors.get(name) ?? new Float64Array();
  const E = model.embedding;
  let rows = contexts.map((tokens) =>
    tokens.flatMap((token) => [...of("embedding").subarray(token * E, (token + 1) * E)]),
  );
  for (const { name, units: fanOut, norm, nonlinearity } of planNetwork(model, V).layers) {
    const w = of(`${name}.weight`);
    const bias = tensors.get(`${name}.bias`) ?? new Float64Array(fanOut);
    rows = rows.map((x) =>
      Array.from({ length: fanOut }, (_, j) =>
        x.reduce((sum, value, i) => sum + value * (w[i * fanOut + j] ?? 0), bias[j] ?? 0),
      ),
    );
    if (norm !== null)
      rows = normalised(rows, of(`${name}.bn.gamma`), of(`${name}.bn.beta`), norm.spec);
    rows = rows.map((row) => row.map(functionOf(nonlinearity)));
  }
  const losses = rows.map((logits, b) => {
    const largest = Math.max(...logits);
    const sum = logits.reduce((s, logit) => s + Math.exp(logit - largest), 0);
    return Math.log(sum) + largest - (logits[targets[b] ?? 0] ?? 0);
  });
  return mean(losses);
}

function normalised(
  rows: readonly number[][],
  gamma: Float64Array,
  beta: Float64Array,
  spec: NormSpec,
): number[][] {
  if (spec.norm !== "batch") throw new Error("no batch norm");
  const { epsilon, running } = spec;
  const moments = [...gamma].map((_, j) => {
    const column = rows.map((row) => row[j] ?? 0);
    const mu = mean(column);
    const variance = column.reduce((s, x) => s + (x - mu) ** 2, 0) / (rows.length - 1);
    const divisor =
      running === "std" ? Math.sqrt(variance) + epsilon : Math.sqrt(variance + epsilon);
    return { mu, divisor };
  });
  return rows.map((row) =>
    row.map((x, j) => {
      const { mu, divisor } = moments[j] ?? { mu: 0, divisor: 1 };
      return ((gamma[j] ?? 0) * (x - mu)) / divisor + (beta[j] ?? 0);
    }),
  );
}

function functionOf(activation: Activation): (x: number) => number {
  if (activation === "tanh") return Math.tanh;
  return activation === "relu" ? (x) => Math.max(x, 0) : (x) => x;
}

function mean(list: readonly number[]): number {
  return list.reduce((s, v) => s + v, 0) / list.length;
}
