import { expect, test } from "vitest";
import {
  type Checkpoint,
  type LoadedEngine,
  type OptimizerSpec,
  type RunSpec,
  SIMD,
  Trainer,
  type TrainSpec,
} from "../src/index.ts";
import { keptStates, stateName } from "../src/optimizers/optimizers.ts";
import { makeFewNames, makeSpec, type SpecChanges } from "./make.ts";
import { loadBackends, useBackend } from "./tfjs-make.ts";

const STEPS = 24;
const names = makeFewNames(3);
const weightDecay = 0.05;
const adam = { betas: [0.9, 0.99], eps: 1e-8, weightDecay } as const;
const sgd = { name: "sgd", momentum: 0.9, dampening: 0, nesterov: true, weightDecay } as const;
const rmsprop = { name: "rmsprop", alpha: 0.9, eps: 1e-8, weightDecay } as const;

const OPTIMIZERS: readonly OptimizerSpec[] = [
  sgd,
  { ...sgd, dampening: 0.3, nesterov: false },
  { name: "adam", ...adam },
  { name: "adamw", ...adam },
  { ...rmsprop, momentum: 0.5, centered: true },
  { ...rmsprop, momentum: 0, centered: false },
  { name: "adagrad", lrDecay: 0.1, weightDecay, initialAccumulatorValue: 0.2, eps: 1e-10 },
  { name: "lion", betas: [0.9, 0.99], weightDecay },
];

/** All that a checkpoint may have to carry, at once. */
const EVERYTHING: SpecChanges = {
  model: { hidden: [8, 8], dropout: 0.25, residual: "pre" },
  train: {
    steps: STEPS,
    batches: { from: "epochs", last: "keep" },
    groups: [{ match: "*.bias", lr: 0.02, weightDecay: 0 }],
    clip: { by: "norm", most: 0.5 },
    labelSmoothing: 0.1,
    lr: { rate: 0.05, warmup: 5, from: 0.01, then: "cosine", steps: STEPS, to: 0 },
  },
};

const engines: readonly (readonly [string, LoadedEngine])[] = [
  ["simd", SIMD],
  ...(await loadBackends()),
];

test.each(
  engines.flatMap(([name, engine]) =>
    OPTIMIZERS.map((optimizer) => [optimizer.name, name, { optimizer, engine }] as const),
  ),
)(
  "%s on %s, with dropout and epochs, goes on with the same bits",
  (_, name, { optimizer, engine }) => {
    if (name !== "simd") useBackend(name);
    const spec = makeSpec({ ...EVERYTHING, train: { ...EVERYTHING.train, optimizer } });

    const whole = trained(spec, engine, []);

    expect(trained(spec, engine, [0, 1, 10])).toEqual(whole);
    expect(whole.end.optimizer.map(({ name: tensor }) => tensor).sort()).toEqual(
      whole.parameters
        .flatMap((parameter) => keptStates(optimizer).map((state) => stateName(parameter, state)))
        .sort(),
    );
    expect(whole.buffer.metrics.every(Number.isFinite)).toBe(true);
  },
);

test.each<[string, Partial<TrainSpec>, SpecChanges["model"]]>([
  ["epochs whose last batch is dropped", { batches: { from: "epochs", last: "drop" } }, {}],
  ["dropout alone", {}, { dropout: 0.5 }],
  ["an epoch of one batch", { batches: { from: "epochs", last: "keep" }, batchSize: 500 }, {}],
])("cut at every step, %s goes on with the same bits", (_, train, model) => {
  const spec = makeSpec({ train: { ...train, steps: 8 }, ...(model && { model }) });
  const whole = trained(spec, SIMD, []);

  for (let cut = 0; cut <= 8; cut++) expect(trained(spec, SIMD, [cut])).toEqual(whole);
});

test("dropout has a generator of its own: the batches are those of a run without it", () => {
  const [plain, dropped] = [{}, { dropout: 0.5 }].map((model) => {
    const trainer = new Trainer(makeSpec({ model, train: { steps: 8 } }), names);
    advance(trainer, bufferOf(trainer, 8), 8);
    return trainer;
  });

  const { generator, dropout, ...rest } = dropped?.checkpoint().state ?? {};
  expect(generator).toEqual(plain?.checkpoint().state.generator);
  expect(dropout).not.toEqual(generator);
  expect(rest).toEqual({ step: 8 });
  expect(dropped?.weights()).not.toEqual(plain?.weights());
});

test("outputs that are skipped before the first draw are those that a run would have drawn", () => {
  const drawn = new Trainer(makeSpec(), names);
  const { words, next } = drawn.checkpoint().state.generator;

  const skipped = new Trainer(makeSpec({ init: { skip: 1 } }), names);

  expect(skipped.weights()).not.toEqual(drawn.weights());
  expect(skipped.checkpoint().state.generator).toEqual({ words, next: next + 1, spare: null });
});

test("a checkpoint of another optimiser is refused in one sentence", () => {
  const withOptimizer = (optimizer?: OptimizerSpec) =>
    makeSpec(optimizer === undefined ? {} : { train: { optimizer } });
  const resumed = (checkpoint: Checkpoint, optimizer?: OptimizerSpec) =>
    new Trainer(withOptimizer(optimizer), names, { checkpoint });
  const momentum = new Trainer(withOptimizer(sgd), names).checkpoint();

  expect(() => resumed(momentum, { name: "adam", ...adam })).toThrow(
    "the checkpoint lacks embedding.exp_avg",
  );
  expect(() => resumed(momentum)).toThrow(
    "the checkpoint has embedding.momentum_buffer, which its optimiser does not keep",
  );
  const [first, ...others] = momentum.optimizer;
  expect(() => resumed({ ...momentum, optimizer: others }, sgd)).toThrow("lacks embedding.");
  const wrong = {
    ...first,
    name: "embedding.momentum_buffer",
    shape: [1],
    values: new Float32Array(1),
  };
  expect(() => resumed({ ...momentum, optimizer: [wrong, ...others] }, sgd)).toThrow(
    "embedding.momentum_buffer has shape [1] in the checkpoint",
  );
});

test("a checkpoint that lacks dropout's generator, or has another place in the epoch, is refused", () => {
  const dropout = makeSpec({ model: { dropout: 0.5 } });
  const epochs = makeSpec({ train: { batches: { from: "epochs", last: "keep" } } });
  const without = new Trainer(makeSpec(), names).checkpoint();
  const odd = { ...without, state: { ...without.state, taken: 99_999 } };

  expect(() => new Trainer(dropout, names, { checkpoint: without })).toThrow(
    "no state of the generator",
  );
  expect(() => new Trainer(epochs, names, { checkpoint: odd })).toThrow(
    "no state of the generator",
  );
});

test("the rates of groups and what clipping measured are metrics of every step", () => {
  const trainer = new Trainer(makeSpec(EVERYTHING), names);
  const buffer = bufferOf(trainer, STEPS);

  advance(trainer, buffer, STEPS);

  expect(trainer.metrics).toEqual(["gradient_norm", "clip_factor", "lr.*.bias"]);
  for (let step = 0; step < STEPS; step++) {
    const [norm = 0, factor = 0, rate] = buffer.metrics.subarray(3 * step, 3 * step + 3);
    expect(factor).toBeCloseTo(Math.min(1, 0.5 / (norm + 1e-6)), 6);
    expect(rate).toBe(0.02 * ((buffer.lr[step] ?? 0) / 0.05));
  }
});

/** Trains to the end, through a checkpoint at every cut. */
function trained(spec: RunSpec, engine: LoadedEngine, cuts: readonly number[]) {
  let trainer = new Trainer(spec, names, { engine });
  const buffer = bufferOf(trainer, spec.train.steps);
  for (const cut of cuts) {
    advance(trainer, buffer, cut - trainer.step);
    const checkpoint = structuredClone(trainer.checkpoint());
    trainer.dispose();
    trainer = new Trainer(spec, names, { engine, checkpoint });
  }
  advance(trainer, buffer, spec.train.steps);
  const end = trainer.checkpoint();
  const evaluations = trainer.evaluate();
  const { parameters } = trainer;
  trainer.dispose();
  return { buffer, end, evaluations, parameters };
}

function advance(trainer: Trainer, buffer: ReturnType<typeof bufferOf>, steps: number): void {
  trainer.advance(buffer, steps, trainer.step);
}

function bufferOf({ parameters, metrics }: Trainer, steps: number) {
  return {
    loss: new Float64Array(steps),
    lr: new Float64Array(steps),
    ratios: new Float32Array(steps * parameters.length),
    metrics: new Float64Array(steps * metrics.length),
  };
}
