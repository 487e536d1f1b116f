import { expect, test } from "vitest";
import { SimdEngine } from "../src/engines/simd/simd-engine.ts";
import type { Engine, RunSpec } from "../src/index.ts";
import { planParameters } from "../src/index.ts";
import { initialise } from "../src/init/initialise.ts";
import { TorchGenerator } from "../src/random/torch-generator.ts";
import { makeFewNames, makeSpec, normal, stepOf } from "./make.ts";
import { init, MODELS } from "./models.ts";

/** A seed whose relu units all stay on their side of 0 when a parameter moves by the difference's step. */
const NO_UNIT_AT_THE_KINK = 9;

/** An engine whose tensor `name` is moved by `delta` at `index`. */
function makeEngine(spec: RunSpec, moved?: { name: string; index: number; delta: number }): Engine {
  const dataset = makeFewNames(spec.model.context);
  const generator = new TorchGenerator(spec.seed);
  const tensors = planParameters(spec, dataset.vocabulary.length).map(({ name, shape, init }) => ({
    name,
    shape,
    values: initialise(init, shape, generator),
  }));
  const target = tensors.find(({ name }) => name === moved?.name)?.values;
  if (target && moved) target[moved.index] = (target[moved.index] ?? 0) + moved.delta;
  const { model, train } = spec;
  return new SimdEngine({ model, train, dataset, tensors });
}

test.each(MODELS)("gradients are those of central differences: %s", (_, model, train) => {
  const spec = makeSpec({ model, init, train, seed: NO_UNIT_AT_THE_KINK });
  const batch = Int32Array.from({ length: spec.train.batchSize }, (_, i) => (i * 7) % 40);
  const lossWith = (name: string, index: number, delta: number) =>
    stepOf(makeEngine(spec, { name, index, delta }), batch, 0).loss;

  const engine = makeEngine(spec);
  const before = engine.tensors();
  stepOf(engine, batch, 1);
  const after = engine.tensors();

  for (const [p, { name, values }] of before.slice(0, engine.parameters.length).entries()) {
    for (const index of new Set([0, values.length >> 1, values.length - 1])) {
      const gradient = (values[index] ?? 0) - (after[p]?.values[index] ?? 0);
      const slope = (lossWith(name, index, 1e-3) - lossWith(name, index, -1e-3)) / 2e-3;
      expect(Math.abs(gradient - slope), `${name}[${index}]`).toBeLessThan(
        3e-4 + 3e-3 * Math.abs(slope),
      );
    }
  }
});

test("the update:data ratio is std of the update over std of the data after it, unbiased", () => {
  const engine = makeEngine(makeSpec({ init }));
  const before = engine.tensors();

  const batch = Int32Array.from({ length: 8 }, (_, i) => i);
  const { ratios } = stepOf(engine, batch, 0.5);

  for (const [p, { values, name }] of engine.tensors().entries()) {
    const update = values.map((value, i) => (before[p]?.values[i] ?? 0) - value);
    expect((ratios[p] ?? 0) / (std(update) / std(values)), name).toBeCloseTo(1, 4);
  }
});

test("a tensor of one element has no ratio, a constant one that does not move neither", () => {
  const engine = makeEngine(makeSpec({ model: { hidden: [1], activation: "relu" } }));

  const { ratios } = stepOf(engine, new Int32Array(8), 0);

  expect(engine.parameters.map(({ name }) => name)[2]).toBe("hidden1.bias");
  expect(ratios[2]).toBeNaN();
  expect(ratios[4]).toBeNaN();
});

test("a model that no memory can hold is refused with its size", () => {
  const spec = makeSpec({ model: { hidden: [8] } });
  const tensors = [{ name: "embedding", shape: [1], values: new Float32Array(1) }];
  const { model } = makeSpec({ model: { hidden: [60_000, 60_000] } });

  const build = () =>
    new SimdEngine({ model, train: spec.train, dataset: makeFewNames(3), tensors });

  expect(build).toThrow(/the model needs \d+ MiB/);
});

test("uniform logits cost ln V nats", () => {
  const flat = { ...init.output, weight: normal(0), bias: normal(0) };
  const engine = makeEngine(makeSpec({ init: { output: flat } }));

  const { loss } = stepOf(engine, new Int32Array(8), 0);

  expect(loss).toBeCloseTo(Math.log(makeFewNames(3).vocabulary.length), 6);
});

function std(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}
