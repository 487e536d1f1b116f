import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { type Activation, type LoadedEngine, type ShortForm, SIMD, Trainer } from "../src/index.ts";
import type { LayerProbe } from "../src/probe/probe.ts";
import { probeBatch } from "../src/probe/probe-batch.ts";
import { summarise } from "../src/probe/summarise.ts";
import {
  kaiming,
  makeFewNames,
  makeNames,
  makeSpec,
  normal,
  ones,
  trainAll,
  zeros,
} from "./make.ts";
import { seenIn, watchStep } from "./probe-make.ts";
import { loadBackends } from "./tfjs-make.ts";

const THRESHOLD = 0.99;
const torchNorm = { where: "all", epsilon: 1e-5, momentum: 0.1, running: "variance" } as const;
const notebookNorm = { where: "hidden", epsilon: 0.01, momentum: 0.1, running: "std" } as const;

const MODELS: [string, Partial<ShortForm>][] = [
  ["tanh", { hidden: [7, 6] }],
  ["relu", { activation: "relu", hidden: [7, 6] }],
  ["no nonlinearity, no bias", { activation: "none", bias: false }],
  ["batch norm everywhere, by variance", { batchNorm: torchNorm, hidden: [6, 5] }],
  ["batch norm on hidden layers, by std", { batchNorm: notebookNorm }],
];

const names = makeFewNames(3);
const backends = await loadBackends();
const engines: [string, LoadedEngine][] = [["simd", SIMD], ...backends];
const cases = engines.flatMap(([backend, engine]) =>
  MODELS.map(([kind, model]) => ({ backend, engine, kind, model })),
);

test.each(cases)("probes move no bit of training: $kind on $backend", ({ engine, model }) => {
  const spec = makeSpec({ model, train: { l2: 0.01, steps: 40 } });
  const whole = trainAll(spec, names, engine);
  const trainer = new Trainer(spec, names, { engine });
  const loss = new Float64Array(40);
  const ratios = new Float32Array(40 * trainer.parameters.length);

  trainer.probe(THRESHOLD);
  for (let row = 0; row < 40; row += 8) {
    trainer.advance({ loss, lr: new Float64Array(40), ratios }, 8, row);
    const before = trainer.weights();
    trainer.probe(THRESHOLD);
    expect(trainer.weights()).toEqual(before);
  }

  expect(loss).toEqual(whole.loss);
  expect(ratios).toEqual(whole.ratios);
  expect(trainer.weights()).toEqual(whole.trainer.weights());
  expect(trainer.sample(5, 1)).toEqual(whole.trainer.sample(5, 1));
  expect(trainer.evaluate()).toEqual(whole.trainer.evaluate());
  for (const one of [trainer, whole.trainer]) one.dispose();
});

test.each(cases.filter(({ engine }) => engine !== SIMD))(
  "what simd sees is what tfjs sees: $kind on $backend",
  ({ engine, model }) => {
    const layer = { weight: kaiming(1.5), bias: normal(0.3), gamma: normal(1), beta: normal(0.3) };
    const init = { hidden: layer, output: layer };
    const spec = makeSpec({ model, init, train: { l2: 0.3, batchSize: 19 } });

    const expected = watchStep(spec, names, { steps: 5 }).pass;
    const { pass } = watchStep(spec, names, { steps: 5, engine });

    expect(pass.loss).toBeCloseTo(expected.loss, 5);
    const seen = seenIn(pass);
    expect([...seen.keys()]).toEqual([...seenIn(expected).keys()]);
    for (const [what, { values, gradient }] of seenIn(expected)) {
      const scale = what.endsWith("bias") ? 1 : largest(gradient);
      expect(furthest(seen.get(what)?.values, values), what).toBeLessThan(1e-5 * largest(values));
      expect(furthest(seen.get(what)?.gradient, gradient), what).toBeLessThan(1e-5 * scale);
    }
    for (const [i, { norm }] of expected.layers.entries()) {
      const other = pass.layers[i]?.norm;
      expect(other === null).toBe(norm === null);
      for (const which of ["batch", "running"] as const) {
        for (const moment of ["mean", "std"] as const) {
          const values = norm?.[which][moment] ?? new Float32Array();
          expect(furthest(other?.[which][moment] ?? new Float32Array(), values)).toBeLessThan(1e-5);
        }
      }
    }
  },
);

test.each(backends)("a probe on %s leaks no tensor", (_, engine) => {
  const trainer = new Trainer(makeSpec({ model: { batchNorm: torchNorm } }), names, { engine });
  trainer.probe(THRESHOLD);
  const before = tf.memory().numTensors;

  trainer.probe(THRESHOLD);

  expect(tf.memory().numTensors).toBe(before);
  trainer.dispose();
});

test("the probe's examples are the same for every run on the same data", () => {
  const train = makeNames().train;

  const batch = probeBatch(train, 32);

  expect(batch).toEqual(probeBatch(train, 32));
  expect(batch.count).toBe(32);
  expect(new Set(batch.targets).size).toBeGreaterThan(5);
  const losses = [1, 2].map((seed) => {
    const output = { weight: normal(0), bias: zeros, gamma: ones, beta: zeros };
    return new Trainer(makeSpec({ seed, init: { output } }), names).probe(THRESHOLD).loss;
  });
  for (const loss of losses) expect(loss).toBeCloseTo(Math.log(names.vocabulary.length), 6);
});

test("a probe of more examples begins with those of one of fewer", () => {
  const train = makeNames().train;

  const [many, few] = [probeBatch(train, 256), probeBatch(train, 32)];

  expect(many.count).toBe(256);
  expect(many.targets.subarray(0, 32)).toEqual(few.targets);
});

test("a probe of the batch has the loss of the step that follows, and moves no bit of it", () => {
  const spec = makeSpec({ train: { steps: 8 } });
  const [plain, probed] = [trainAll(spec, names), new Trainer(spec, names)];
  const { parameters } = probed;
  const [loss, lr] = [new Float64Array(8), new Float64Array(8)];
  const ratios = new Float32Array(8 * parameters.length);

  const losses = Array.from({ length: 8 }, (_, step) => {
    const probe = probed.probe(THRESHOLD, "batch");
    expect(probe.examples).toBe(8);
    probed.advance({ loss, lr, ratios }, 1, step);
    return probe.loss;
  });

  expect(loss).toEqual(plain.loss);
  expect(ratios).toEqual(plain.ratios);
  for (const [step, found] of losses.entries()) expect(found).toBeCloseTo(loss[step] ?? 0, 6);
  expect(probed.probe(THRESHOLD, "batch").step).toBe(8);
});

test("a layer is probed before and after its nonlinearity, its weights and their gradients with it", () => {
  const { layers } = new Trainer(makeSpec({ model: { hidden: [7, 6] } }), names).probe(THRESHOLD);

  expect(layers.map(({ name, units }) => [name, units])).toEqual([
    ["embedding", 4],
    ["hidden1", 7],
    ["hidden2", 6],
    ["output", names.vocabulary.length],
  ]);
  expect(Object.keys(layers[0]?.tensors ?? {})).toEqual(["weight", "weight_gradient"]);
  const tensors = Object.entries(layers[1]?.tensors ?? {});
  expect(tensors.map(([kind, { histogram }]) => [kind, histogram !== null])).toEqual([
    ["linear", false],
    ["preactivation", true],
    ["activation", true],
    ["linear_gradient", false],
    ["preactivation_gradient", false],
    ["activation_gradient", true],
    ["weight", true],
    ["weight_gradient", true],
  ]);
  const counts = tensors.map(([, { histogram }]) => histogram?.counts.reduce((a, b) => a + b));
  expect(counts.filter((count) => count !== undefined)).toEqual([224, 224, 224, 84, 84]);
});

test("units beyond the threshold for every example are dead, by index; without a nonlinearity none is", () => {
  const beta = { scheme: "constant", value: 9, scale: 1 } as const;
  const gamma = { scheme: "constant", value: 0.1, scale: 1 } as const;
  const hidden = { weight: kaiming(1), bias: zeros, gamma, beta };
  const probeOf = (activation: Activation, value: number) =>
    hiddenLayer(
      new Trainer(
        makeSpec({
          model: { activation, batchNorm: torchNorm, hidden: [3] },
          init: { hidden: { ...hidden, beta: { ...beta, value } } },
        }),
        names,
      ),
    ).saturation;

  expect(probeOf("tanh", 9)).toMatchObject({ share: 1, dead: Int32Array.of(0, 1, 2) });
  expect(probeOf("tanh", 9)?.bits).toEqual(new Uint8Array(12).fill(255));
  expect(probeOf("tanh", 0)).toMatchObject({ share: 0, dead: new Int32Array() });
  expect(probeOf("relu", -9)).toMatchObject({ share: 1, dead: Int32Array.of(0, 1, 2) });
  expect(probeOf("relu", 9)).toMatchObject({ share: 0, dead: new Int32Array() });
  expect(probeOf("none", 9)).toBeNull();
});

test("the saturation map has a bit for each example and unit, example by example", () => {
  const { pass } = watchStep(makeSpec({ init: { embedding: normal(3) } }), names, { steps: 0 });
  const [hidden] = pass.layers;
  const { saturation } = hiddenOf(
    summarise(pass, { step: 0, threshold: 0.8, trainset: new Map() }),
  );

  const beyond = Array.from(hidden?.activation.values ?? [], (value) => Math.abs(value) > 0.8);
  const bits = [...(saturation?.bits ?? [])].flatMap((byte) =>
    Array.from(byte.toString(2).padStart(8, "0"), (digit) => digit === "1"),
  );
  expect(bits).toEqual(beyond);
  expect(saturation?.share).toBe(beyond.filter(Boolean).length / beyond.length);
  expect(saturation?.share).toBeGreaterThan(0.1);
});

test("logits and probabilities of the first examples are kept", () => {
  const { logits, layers } = new Trainer(makeSpec(), names).probe(THRESHOLD);

  const V = names.vocabulary.length;
  expect(logits).toMatchObject({ examples: 4, tokens: V });
  expect(layers.at(-1)?.units).toBe(V);
  const row = [...logits.logits.subarray(V, 2 * V)].map(Math.exp);
  const total = row.reduce((sum, power) => sum + power);
  for (const [token, power] of row.entries()) {
    expect(logits.probabilities[V + token]).toBeCloseTo(power / total, 6);
  }
});

test.each(engines)("batch norm's moments stand side by side on %s", (_, engine) => {
  const spec = makeSpec({ model: { batchNorm: notebookNorm, hidden: [5] } });
  const { trainer } = trainAll(spec, names, engine);

  const before = hiddenLayer(trainer).norm;
  trainer.evaluate();
  const after = hiddenLayer(trainer).norm;

  expect(before?.trainset).toBeNull();
  expect(after).toMatchObject({ batch: before?.batch, running: before?.running });
  expect(furthest(after?.trainset?.mean, before?.running?.mean)).toBeLessThan(0.5);
  expect(furthest(after?.trainset?.std, before?.running?.std)).toBeLessThan(0.5);
  expect(after?.trainset?.std).not.toEqual(after?.running?.std);
  expect(after?.gamma).toHaveLength(5);
  expect(after?.gamma).not.toEqual(new Float32Array(5).fill(1));
  trainer.dispose();
});

test("more examples than there is room for are refused", () => {
  const spec = makeSpec({ train: { batchSize: 257 } });

  expect(() => watchStep(spec, names, { steps: 0 })).toThrow(
    "a probe of 257 examples, more than there is room for",
  );
});

function hiddenLayer(trainer: Trainer): LayerProbe {
  return hiddenOf(trainer.probe(THRESHOLD));
}

function hiddenOf({ layers }: { readonly layers: readonly LayerProbe[] }): LayerProbe {
  const hidden = layers.find(({ name }) => name === "hidden1");
  if (hidden === undefined) throw new Error("there is no hidden1");
  return hidden;
}

function furthest(values: Float32Array | undefined, expected: Float32Array | undefined): number {
  if (values === undefined || values.length !== expected?.length) return Number.NaN;
  return largest(values.map((value, i) => value - (expected[i] ?? Number.NaN)));
}

function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
