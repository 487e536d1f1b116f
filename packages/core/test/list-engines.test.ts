/** What both engines make of every way to put layers together, beyond the steps that they train. */
import { expect, test } from "vitest";
import type { Engine, LoadedEngine } from "../src/engines/engine.ts";
import { type ModelSpec, planNetwork, SIMD } from "../src/index.ts";
import { pickExamples } from "../src/probe/probe-batch.ts";
import { TorchGenerator } from "../src/random/torch-generator.ts";
import { drawValues } from "./gradient-check.ts";
import { LISTS } from "./lists.ts";
import { makeFewNames, stepOf } from "./make.ts";
import { seenIn } from "./probe-make.ts";
import { loadBackends } from "./tfjs-make.ts";

const backends = await loadBackends();
const CASES = backends.flatMap(([backend, engine]) =>
  LISTS.map(([name, model]) => ({ backend, engine, name, model })),
);

/** An engine with random parameters after a step. */
function trained({ create }: LoadedEngine, model: ModelSpec): Engine {
  const dataset = makeFewNames(model.context);
  const generator = new TorchGenerator(4);
  const tensors = planNetwork(model, dataset.vocabulary.length).parameters.map((parameter) => ({
    ...parameter,
    values: drawValues(parameter, generator),
  }));
  const masks = new TorchGenerator(5);
  const engine = create({ model, train: { batchSize: 16, l2: 0.1 }, dataset, tensors, masks });
  const batch = Int32Array.from({ length: 16 }, () => generator.randint(dataset.train.count));
  stepOf(engine, batch, 0.1);
  return engine;
}

test.each(CASES)("a probe sees the same: $name on $backend", ({ engine, model }) => {
  const { train, vocabulary } = makeFewNames(model.context);
  const examples = pickExamples(train, [0, 1, 2, 3, 5, 8, 13, 21, 34]);
  const [one, other] = [trained(SIMD, model), trained(engine, model)];

  const [expected, pass] = [one.probe(examples), other.probe(examples)];

  expect(pass.loss).toBeCloseTo(expected.loss, 5);
  const seen = seenIn(pass);
  expect([...seen.keys()]).toEqual([...seenIn(expected).keys()]);
  for (const [what, { values, gradient }] of seenIn(expected)) {
    expectNear(seen.get(what)?.values, values, what);
    expectNear(seen.get(what)?.gradient, gradient, what);
  }
  const layers = planNetwork(model, vocabulary.length).layers;
  for (const [i, { units, positions, stages }] of layers.entries()) {
    const layer = expected.layers[i];
    const size = examples.count * positions * units;
    expect([layer?.positions, layer?.linear.values.length]).toEqual([positions, size]);
    expect(layer?.stream === null).toBe(!stages.has("stream"));
    expect(layer?.norm === null).toBe(pass.layers[i]?.norm === null);
  }
  for (const engine of [one, other]) engine.dispose();
});

test.each(CASES)("evaluations and predictions agree: $name on $backend", ({ engine, model }) => {
  const { train, valid } = makeFewNames(model.context);
  const [one, other] = [trained(SIMD, model), trained(engine, model)];

  for (const source of [train, "running", valid] as const) {
    for (const each of [one, other]) each.normaliseBy(source);
    expect(other.evaluate(train)).toBeCloseTo(one.evaluate(train), 4);
    expect(other.evaluate(valid)).toBeCloseTo(one.evaluate(valid), 4);
    expect([...other.moments().keys()]).toEqual([...one.moments().keys()]);
    for (const [layer, { mean, std }] of one.moments()) {
      expectNear(other.moments().get(layer)?.mean, mean, `${layer} mean`);
      expectNear(other.moments().get(layer)?.std, std, `${layer} std`);
    }
  }
  const logits = [one, other].map((each) => {
    const found = new Float32Array(makeFewNames(model.context).vocabulary.length);
    each.predict(train.contexts.subarray(0, model.context), found);
    each.dispose();
    return found;
  });
  expectNear(logits[1], logits[0] ?? new Float32Array(), "logits");
});

/** By the largest of the numbers, or as numbers around 1. */
function expectNear(found: Float32Array | undefined, values: Float32Array, what: string): void {
  expect(found?.length, what).toBe(values.length);
  const scale = Math.max(1e-2, ...values.map(Math.abs));
  const furthest = Math.max(...values.map((value, i) => Math.abs(value - (found?.[i] ?? 0))));
  expect(furthest / scale, what).toBeLessThan(1e-4);
}
