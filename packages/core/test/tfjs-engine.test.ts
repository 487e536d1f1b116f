import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { TfjsEngine } from "../src/engines/tfjs/tfjs-engine.ts";
import {
  decodeSafetensors,
  type EngineOptions,
  loadEngine,
  planParameters,
  type RunSpec,
  type StepBuffer,
  sampleFromWeights,
  type Tensor,
  Trainer,
} from "../src/index.ts";
import { initialise } from "../src/init/initialise.ts";
import { eachModule } from "../src/model/network-plan.ts";
import { planNetwork } from "../src/model/plan-network.ts";
import { TorchGenerator } from "../src/random/torch-generator.ts";
import { drawSpec } from "./draw-spec.ts";
import { makeFewNames, makeSpec, trainAll } from "./make.ts";
import { init, MODELS, notebookNorm, torchNorm } from "./models.ts";
import { loadBackends, useBackend } from "./tfjs-make.ts";

const backends = await loadBackends();
const everywhere = backends.flatMap(([backend, engine]) =>
  MODELS.map(([name, model, train]) => ({ backend, engine, name, model, train })),
);

test.each(everywhere)("$name: $backend trains as simd does", ({ engine, model, train }) => {
  const spec = makeSpec({ model, init, train: { ...train, steps: 40 } });
  const dataset = makeFewNames(spec.model.context);

  const ours = trainAll(spec, dataset);
  const theirs = trainAll(spec, dataset, engine);

  expect(theirs.loss.length).toBe(40);
  expectClose(theirs.loss, ours.loss, 1e-5);
  for (const [i, ratio] of ours.ratios.entries()) {
    if (ratio < 1e-6) continue; // a bias in front of a batch norm: rounding
    if (Number.isNaN(ratio)) expect(theirs.ratios[i]).toBeNaN();
    else expect((theirs.ratios[i] ?? Number.NaN) / ratio).toBeCloseTo(1, 2);
  }
  expectSameTensors(theirs.trainer, ours.trainer);
  const [a, b] = [theirs.trainer.evaluate(), ours.trainer.evaluate()];
  expectClose(
    Float64Array.from(a, ({ loss }) => loss),
    Float64Array.from(b, ({ loss }) => loss),
    1e-5,
  );
  expect(theirs.trainer.sample(5, 3)).toEqual(ours.trainer.sample(5, 3));
  theirs.trainer.dispose();
});

const ZEROS = { scheme: "zeros", scale: 1 } as const;
const UNVARYING: readonly [string, Partial<RunSpec["init"]>][] = [
  ["hidden weights", { hidden: { ...init.hidden, weight: ZEROS } }],
  ["hidden weights and biases", { hidden: { ...init.hidden, weight: ZEROS, bias: ZEROS } }],
  ["embeddings", { embedding: ZEROS }],
  ["output weights", { output: { ...init.output, weight: ZEROS, bias: ZEROS } }],
];
const unvarying = backends.flatMap(([backend, engine]) =>
  UNVARYING.flatMap(([zero, changes]) =>
    ([0.01, 1e-5] as const).map((epsilon) => ({ backend, engine, zero, changes, epsilon })),
  ),
);

test.each(unvarying)(
  "units that do not vary in a batch, by $zero of 0, epsilon $epsilon, train on $backend as on simd",
  ({ engine, changes, epsilon }) => {
    const spec = makeSpec({
      model: { hidden: [20], batchNorm: { ...notebookNorm, where: "all", epsilon } },
      init: { ...init, ...changes },
      train: { steps: 5, lr: [{ step: 0, rate: 0.01 }] },
    });
    const dataset = makeFewNames(3);

    const theirs = trainAll(spec, dataset, engine);

    expect(theirs.loss).toHaveLength(5);
    expectClose(theirs.loss, trainAll(spec, dataset).loss, 1e-5);
    theirs.trainer.dispose();
  },
);

test.each(backends)(
  "weights and running statistics go into the engine on %s and come out",
  (_, { create }) => {
    const spec = makeSpec({ model: { batchNorm: torchNorm }, init });
    const { trainer } = trainAll(spec, makeFewNames(3));
    const tensors = tensorsOf(trainer);

    const engine = create(optionsOf(spec, tensors));

    expect(engine.tensors()).toEqual(tensors);
    engine.dispose();
  },
);

test.each(backends)("names are sampled from weights on %s as by simd", (_, engine) => {
  const spec = makeSpec({ model: { batchNorm: notebookNorm }, init });
  const weights = trainAll(spec, makeFewNames(3)).trainer.weights();
  const request = { spec, weights, count: 8, seed: 5 };

  expect(sampleFromWeights({ ...request, engine })).toEqual(sampleFromWeights(request));
});

/** Tensors are counted, so one that a step leaks shows at once; `pnpm test:long` takes the long way. */
const STEPS = process.env.ABLATE_LONG ? 10_000 : 1_000;

const LEAKLESS: readonly [string, () => RunSpec][] = [
  [
    `${STEPS} steps of batch norm and l2`,
    () => makeSpec({ model: { batchNorm: notebookNorm }, train: { steps: STEPS, l2: 0.01 } }),
  ],
  ...(["adam", "lion", "rmsprop"] as const).map((name): [string, () => RunSpec] => [
    `30 steps of every kind of module by ${name}`,
    () => drawn({ name, steps: 30 }),
  ]),
];
const leakless = backends.flatMap(([backend, engine]) =>
  LEAKLESS.map(([name, make]) => ({ backend, engine, name, make })),
);

test.each(leakless)(
  "$name leak no tensor on $backend, nor do evaluations, probes and samples",
  ({ backend, engine, make }) => {
    useBackend(backend);
    const before = tf.memory().numTensors;
    const spec = make();
    const trainer = new Trainer(spec, makeFewNames(spec.model.context), { engine });
    const buffer = makeBuffer(trainer, 100);
    trainer.advance(buffer, 1);
    const started = tf.memory().numTensors;

    while (!trainer.isDone) trainer.advance(buffer, 100);
    expect(trainer.step).toBe(spec.train.steps);
    expect(tf.memory().numTensors).toBe(started);
    trainer.probe(0.97);
    expect(tf.memory().numTensors).toBe(started);
    trainer.evaluate();
    trainer.sample(5, 1);
    trainer.checkpoint();
    trainer.dispose();

    expect(tf.memory().numTensors).toBe(before);
  },
);

/** A run of every kind of module by one of the optimisers that keep something, with clipping and groups. */
function drawn({ name, steps }: { readonly name: string; readonly steps: number }): RunSpec {
  const draws = new TorchGenerator(3);
  for (;;) {
    const spec = drawSpec((limit) => draws.randint(limit), steps);
    const modules = eachModule(planNetwork(spec.model, 27).modules);
    const kinds = new Set(modules.map(({ kind }) => kind));
    const { optimizer, clip, groups, batches } = spec.train;
    const isWhole = kinds.size === KINDS && clip && groups && !batches;
    if (isWhole && optimizer?.name === name) return spec;
  }
}

/** Linear, norm, activation, dropout, flatten and residual. */
const KINDS = 6;

test.each(backends)("the same run has the same bits every time on %s", (_, engine) => {
  const spec = makeSpec({ model: { batchNorm: torchNorm }, init, train: { steps: 50 } });
  const [a, b] = [1, 2].map(() => trainAll(spec, makeFewNames(3), engine));

  expect(a?.loss).toEqual(b?.loss);
  expect(a?.ratios).toEqual(b?.ratios);
});

test("a tensor of one element has no ratio, a constant one that does not move neither", async () => {
  const engine = await loadEngine("tfjs", "wasm");
  const spec = makeSpec({
    model: { hidden: [1] },
    train: { lr: [{ step: 0, rate: 0 }], steps: 1 },
  });
  const { ratios, trainer } = trainAll(spec, makeFewNames(3), engine);

  expect(trainer.parameters[2]?.name).toBe("hidden1.bias");
  expect([ratios[2], ratios[4]]).toEqual([Number.NaN, Number.NaN]);
  trainer.dispose();
});

test("a parameter that is missing is named", async () => {
  const spec = makeSpec();
  const tensors = drawTensors(spec).filter(({ name }) => name !== "output.weight");
  useBackend("wasm");

  const make = () => new TfjsEngine(optionsOf(spec, tensors));

  expect(make).toThrow("tfjs: output.weight is missing");
});

test("the plain JavaScript backend runs when it is asked for, and says so", async () => {
  const engine = await loadEngine("tfjs", "cpu");
  const spec = makeSpec({ init, train: { steps: 5 } });

  const history = trainAll(spec, makeFewNames(3), engine);

  expect(engine).toMatchObject({ backend: "cpu", version: "4.22.0", reason: "asked for" });
  expectClose(history.loss, trainAll(spec, makeFewNames(3)).loss, 1e-5);
  history.trainer.dispose();
});

test("loading the engine leaves no listener that would swallow the process's errors", async () => {
  await loadEngine("tfjs", "wasm");

  const names = process.listeners("uncaughtException").map(String);
  expect(names.filter((text) => text.includes("ExitStatus"))).toEqual([]);
});

function tensorsOf(trainer: Trainer): readonly Tensor[] {
  return decodeSafetensors(trainer.weights()).tensors;
}

function makeBuffer(trainer: Trainer, steps: number): StepBuffer {
  return {
    loss: new Float64Array(steps),
    lr: new Float64Array(steps),
    ratios: new Float32Array(steps * trainer.parameters.length),
  };
}

function drawTensors(spec: RunSpec): Tensor[] {
  const generator = new TorchGenerator(spec.seed);
  return planParameters(spec, makeFewNames(3).vocabulary.length).map(
    ({ name, shape, init: scheme }) => ({
      name,
      shape,
      values: initialise(scheme, shape, generator),
    }),
  );
}

function optionsOf({ model, train }: RunSpec, tensors: readonly Tensor[]): EngineOptions {
  return { model, train, dataset: makeFewNames(3), tensors };
}

function expectSameTensors(a: Trainer, b: Trainer): void {
  const expected = tensorsOf(b);
  for (const [i, { name, shape, values }] of tensorsOf(a).entries()) {
    expect([name, shape]).toEqual([expected[i]?.name, expected[i]?.shape]);
    expectClose(values, expected[i]?.values ?? new Float32Array(), 1e-4);
  }
}

function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs((actual[i] ?? Number.NaN) - (expected[i] ?? 0));
    expect(difference, `[${i}]`).toBeLessThan(tolerance);
  }
}
