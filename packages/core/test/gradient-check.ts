/** An engine's loss and gradients against central differences of a plain model in double precision. */
import { expect } from "vitest";
import type { LoadedEngine, MaskSource } from "../src/engines/engine.ts";
import { type ModelSpec, planNetwork } from "../src/index.ts";
import { eachModule } from "../src/model/network-plan.ts";
import { TorchGenerator } from "../src/random/torch-generator.ts";
import type { Parameter } from "../src/spec.ts";
import { makeFewNames, stepOf } from "./make.ts";
import { type Batch, lossOf, type Tensors } from "./plain-network.ts";

const RATE = 1024;
const STEP = 1e-5;
const SAMPLED = 12;

export type Checked = {
  readonly model: ModelSpec;
  readonly batchSize: number;
  readonly labelSmoothing?: number;
  /** Examples of the step; as many as in a batch unless given. */
  readonly examples?: number;
};

/** Makes one step and compares its loss and every gradient. */
export function checkGradients(
  { create }: Pick<LoadedEngine, "create">,
  { model, batchSize, labelSmoothing = 0, examples = batchSize }: Checked,
): void {
  const dataset = makeFewNames(model.context);
  const V = dataset.vocabulary.length;
  const { parameters, modules } = planNetwork(model, V);
  const generator = new TorchGenerator(1);
  const given = parameters.map((parameter) => ({
    ...parameter,
    values: drawValues(parameter, generator),
  }));
  const masks = new RecordedMasks();
  const train = { batchSize, l2: 0, labelSmoothing };
  const engine = create({ model, train, dataset, tensors: given, masks });
  const indices = Int32Array.from({ length: examples }, () =>
    generator.randint(dataset.train.count),
  );
  const { contexts, targets } = dataset.train;
  const T = model.context;
  const tensors = new Map(given.map(({ name, values }) => [name, Float64Array.from(values)]));

  const { loss } = stepOf(engine, indices, RATE);

  const rates = eachModule(modules).flatMap((one) => (one.kind === "dropout" ? [one.rate] : []));
  const seen: Batch = {
    contexts: [...indices].map((i) => [...contexts.subarray(i * T, (i + 1) * T)]),
    targets: [...indices].map((i) => targets[i] ?? 0),
    factors: masks.masks.map((mask, i) => mask.map((kept) => kept / (1 - (rates[i] ?? 0)))),
    smoothing: labelSmoothing,
  };
  expect(loss).toBeCloseTo(lossOf(tensors, model, V, seen), 5);
  expect(masks.masks.length).toBe(rates.length);
  const after = new Map(engine.tensors().map(({ name, values }) => [name, values]));
  for (const { name, values } of given) {
    const stepped = after.get(name) ?? new Float32Array();
    const gradient = values.map((value, i) => (value - (stepped[i] ?? 0)) / RATE);
    const scale = Math.max(...gradient.map(Math.abs));
    for (const i of sample(values.length, generator)) {
      const exact = centralDifference(tensors, name, i, () => lossOf(tensors, model, V, seen));
      expect(Math.abs((gradient[i] ?? 0) - exact), `${name}[${i}]`).toBeLessThan(
        1e-3 * scale + 2e-6,
      );
    }
  }
  engine.dispose();
}

/** Gains around 1, weights by their fan-in, the rest around 0. */
export function drawValues(
  { role, shape, size }: Parameter,
  generator: TorchGenerator,
): Float32Array {
  const fanIn = role === "weight" ? (shape[0] ?? 1) : 1;
  const isGain = role === "gain";
  const reach = 1.7 / Math.sqrt(fanIn) / (isGain ? 4 : 1);
  return Float32Array.from(generator.rand(size), (u) => (isGain ? 1 : 0) + (2 * u - 1) * reach);
}

/** Masks of PyTorch's generator, kept as they were drawn. */
class RecordedMasks implements MaskSource {
  readonly masks: number[][] = [];
  readonly #generator = new TorchGenerator(2);

  bernoulli(keep: number, mask: Float32Array): void {
    this.#generator.bernoulli(keep, mask);
    this.masks.push([...mask]);
  }
}

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
