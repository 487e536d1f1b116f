/** Rows of equal tokens are multiplied once in training: nothing that is recorded tells. */
import { expect, test } from "vitest";
import { SimdEngine } from "../src/engines/simd/simd-engine.ts";
import { planParameters } from "../src/index.ts";
import { initialise } from "../src/init/initialise.ts";
import { pickExamples } from "../src/probe/probe-batch.ts";
import { TorchGenerator } from "../src/random/torch-generator.ts";
import type { LayerSpec, RunSpec } from "../src/spec.ts";
import { makeFewNames, makeSpec, stepOf } from "./make.ts";

const BATCH = 24;
const linear = (width: number | "output"): LayerSpec => ({ kind: "linear", width, bias: true });
const tanh: LayerSpec = { kind: "activation", activation: "tanh" };
const half: LayerSpec = { kind: "flatten", factor: 2 };
const norm: LayerSpec = {
  ...{ kind: "norm", norm: "batch", epsilon: 1e-5, momentum: 0.1 },
  running: "variance",
};
const block: LayerSpec = { kind: "residual", layers: [linear(7), tanh] };

function makeEngine(layers: readonly LayerSpec[]): SimdEngine {
  const short = makeSpec({ model: { context: 8 }, train: { batchSize: BATCH } });
  const spec: RunSpec = { ...short, model: { ...short.model, layers } };
  const dataset = makeFewNames(8);
  const generator = new TorchGenerator(3);
  const tensors = planParameters(spec, dataset.vocabulary.length).map(({ init, ...tensor }) => ({
    ...tensor,
    values: initialise(init, tensor.shape, generator),
  }));
  return new SimdEngine({ model: spec.model, train: spec.train, dataset, tensors });
}

test.each<[string, LayerSpec[]]>([
  ["three levels", [half, linear(9), norm, tanh, half, linear(7), norm, tanh, half]],
  ["a residual block over positions", [half, linear(7), tanh, block, norm, half, half]],
  ["two linear layers over positions", [half, linear(7), linear(6), tanh, half, half]],
])("a step has the loss of all rows to the bit and their gradients: %s", (_, layers) => {
  const engine = makeEngine([...layers, linear("output")]);
  const batch = Int32Array.from({ length: BATCH }, (_, i) => (i * 5) % 11);
  const examples = pickExamples(makeFewNames(8).train, batch);
  const { loss, parameters } = engine.probe(examples);
  const before = parameters.map(({ values }) => values.slice());
  const gradients = parameters.map(({ gradient }) => gradient.slice());

  expect(stepOf(engine, batch, 1).loss).toBe(loss);

  for (const [p, { name, values }] of engine.tensors().slice(0, before.length).entries()) {
    const [from, gradient] = [before[p] ?? [], gradients[p] ?? new Float32Array()];
    const largest = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
    for (const [i, value] of values.entries()) {
      const moved = (from[i] ?? 0) - value;
      expect(Math.abs(moved - (gradient[i] ?? 0)), name).toBeLessThan(2e-6 + 1e-5 * largest);
    }
  }
});
