/** Diagnosis of trained nets: what every optimiser and every new part does while it is well, and what when it is not. */
import { readFileSync } from "node:fs";
import {
  type ActivationName,
  buildDataset,
  countingLosses,
  Diagnosis,
  type Finding,
  type InitScheme,
  modelOf,
  type OptimizerSpec,
  parseNames,
  type RunSpec,
  type ShortForm,
  THRESHOLDS,
  Trainer,
} from "@ablate/core";
import { expect, test } from "vitest";
import { factsOf } from "../src/diagnose/run-diagnosis.ts";

const names = parseNames(readFileSync(new URL("../../../data/names.txt", import.meta.url))).names;
const datasetOf = (context: number) => buildDataset(names, { context, shuffleSeed: 42 });
const usual = datasetOf(3);
const counting = countingLosses(usual);

const zeros: InitScheme = { scheme: "zeros", scale: 1 };
const ones: InitScheme = { scheme: "ones", scale: 1 };
const kaiming = (gain: number, scale = 1): InitScheme => ({
  ...({ scheme: "kaiming", mode: "fan_in", distribution: "normal" } as const),
  ...{ gain, scale },
});

const GAINS: Readonly<Partial<Record<ActivationName, number>>> = { tanh: 5 / 3, sigmoid: 1 };

type Net = {
  readonly model?: Partial<ShortForm>;
  readonly train?: Partial<RunSpec["train"]>;
  readonly lr?: number;
  readonly bias?: InitScheme;
  readonly steps?: number;
};

/** Six layers of tanh after 400 steps of plain SGD, changed as asked. */
function specOf({ model = {}, train = {}, lr = 0.1, bias = zeros, steps = 400 }: Net): RunSpec {
  const short = { hidden: Array<number>(5).fill(100), activation: "tanh" as const, ...model };
  const gain = short.activation === "none" ? 1 : (GAINS[short.activation] ?? Math.SQRT2);
  const layer = { bias, gamma: ones, beta: zeros };
  return {
    model: modelOf({ context: 3, embedding: 10, bias: true, ...short }),
    init: {
      embedding: { scheme: "normal", std: 1, scale: 1 },
      hidden: { ...layer, weight: kaiming(gain) },
      output: { ...layer, bias: zeros, weight: kaiming(1, 0.1) },
    },
    train: { steps, batchSize: 32, lr: [{ step: 0, rate: lr }], l2: 0, ...train },
    seed: 42,
    shuffleSeed: 42,
  };
}

/** Trains it, probed as runs are, and says what its diagnosis finds at the end. */
function findingsOf(net: Net): readonly Finding[] {
  const spec = specOf(net);
  const { model, train } = spec;
  const trainer = new Trainer(spec, model.context === 3 ? usual : datasetOf(model.context));
  const { parameters, metrics } = trainer;
  const record = { probes: { decades: [1, 2, 5], every: 0, saturated: 0.99 } };
  const facts = { ...factsOf({ model, train, record }), parameters, metrics };
  const diagnosis = new Diagnosis({ ...facts, thresholds: THRESHOLDS, counting });
  const probed = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].filter((at) => at < train.steps);
  for (const [i, at] of probed.entries()) {
    diagnosis.probe(trainer.probe(0.99));
    const count = (probed[i + 1] ?? train.steps) - at;
    const block = {
      loss: new Float64Array(count),
      lr: new Float64Array(count),
      ratios: new Float32Array(count * parameters.length),
      metrics: new Float64Array(count * metrics.length),
    };
    diagnosis.steps({ first: at, count: trainer.advance(block, count), ...block });
    if (trainer.isDone) break;
  }
  if (trainer.divergedAt === null) diagnosis.probe(trainer.probe(0.99));
  trainer.dispose();
  return diagnosis.findings();
}

const seen = (net: Net, rule: string) =>
  findingsOf(net).filter((one) => one.rule === rule && one.until === null);
const warnings = (net: Net) =>
  findingsOf(net)
    .filter(({ level }) => level !== "info")
    .map(({ message }) => message);

const adam = (name: "adam" | "adamw", weightDecay = 0): OptimizerSpec => ({
  ...{ name, weightDecay },
  ...{ betas: [0.9, 0.999], eps: 1e-8 },
});
const sgd = (weightDecay: number, momentum = 0): OptimizerSpec => ({
  name: "sgd",
  ...{ weightDecay, momentum, dampening: 0, nesterov: false },
});
const OPTIMISERS: readonly (readonly [OptimizerSpec, number])[] = [
  [sgd(0), 0.1],
  [sgd(0, 0.9), 0.02],
  [adam("adam"), 1e-3],
  [adam("adamw", 0.01), 1e-3],
  [{ name: "rmsprop", alpha: 0.99, eps: 1e-8, weightDecay: 0, momentum: 0, centered: false }, 5e-4],
  [{ name: "adagrad", lrDecay: 0, weightDecay: 0, initialAccumulatorValue: 0, eps: 1e-10 }, 1e-2],
  [{ name: "lion", betas: [0.9, 0.99], weightDecay: 0 }, 5e-5],
];
const layerNorm = { norm: "layer", epsilon: 1e-5, where: "hidden" } as const;
const HEALTHY: readonly (readonly [string, Partial<ShortForm>])[] = [
  ["six layers of tanh", {}],
  ["one hidden layer", { hidden: [200] }],
  ["six layers of relu", { activation: "relu" }],
  ["linear layers", { activation: "none" }],
  ["layer norm and gelu", { activation: "gelu", norm: layerNorm }],
  [
    "residual blocks",
    { activation: "gelu", residual: "pre", norm: layerNorm, hidden: Array<number>(6).fill(100) },
  ],
  ["a context of 8", { hidden: [200], context: 8 }],
  ["silu", { activation: "silu" }],
];

test.each(
  OPTIMISERS.flatMap(([optimizer, lr]) =>
    HEALTHY.map(([title, model]) => ({ title, model, optimizer, lr, name: optimizer.name })),
  ),
)("$title under $name at $lr is healthy", ({ model, optimizer, lr }) => {
  expect(warnings({ model, lr, train: { optimizer } })).toEqual([]);
});

test.each([
  ["decay of adamw", adam("adamw", 3), 1e-3, "by 0.3 % per step"],
  ["decay of sgd", sgd(0.03), 0.1, "by 0.3 % per step"],
  ["decay that momentum repeats", sgd(0.01, 0.9), 0.02, "by 0.2 % per step"],
  ["decay that adam divides", adam("adam", 0.03), 1e-3, "adam follows their sum"],
] as const)("%s eats a parameter", (_, optimizer, lr, said) => {
  const found = seen({ lr, train: { optimizer } }, "weight-decay");

  expect(found[0]).toMatchObject({ level: "warning", param: "embedding" });
  expect(found[0]?.message).toContain(said);
});

test("the decay of a group counts for it alone", () => {
  const groups = [{ match: "*.weight", weightDecay: 3 }];
  const train = { optimizer: adam("adamw", 0.01), groups };

  expect(seen({ lr: 1e-3, train }, "weight-decay")[0]?.param).toBe("hidden1.weight");
});

test("clipping that leaves a small part of nearly every gradient", () => {
  const [found] = seen({ train: { clip: { by: "norm", most: 0.1 } } }, "clipping");

  expect(found).toMatchObject({ level: "warning", step: 100 });
  expect(found?.message).toMatch(/^clipping acts on 100 % of the steps: it leaves 0\.0\d+ of/);
  expect(seen({ train: { clip: { by: "norm", most: 1 } } }, "clipping")).toEqual([]);
});

test("adam does not see how large a clipped gradient is", () => {
  const clip = { by: "norm", most: 0.01 } as const;
  const [found] = seen({ lr: 1e-3, train: { optimizer: adam("adam"), clip } }, "clipping");

  expect(found?.message).toContain("adam already divides by the size of the gradients");
});

test("dropout that leaves a few units", () => {
  const found = seen({ model: { hidden: [8], dropout: 0.5 } }, "dropout");

  expect(found[0]?.message).toContain("dropout leaves 4 of 8 units of hidden1");
  expect(seen({ model: { hidden: [200], dropout: 0.5 } }, "dropout")).toEqual([]);
});

test("a residual stream that every block makes larger", () => {
  const hidden = Array<number>(10).fill(100);
  const blocks = { activation: "relu", residual: "pre", hidden } as const;

  const [found] = findingsOf({ model: blocks, steps: 50 }).filter(
    ({ rule }) => rule === "growing-stream",
  );

  expect(found?.message).toMatch(/^residual streams grow with depth/);
  expect(seen({ model: { ...blocks, norm: layerNorm } }, "growing-stream")).toEqual([]);
});

test.each([
  ["relu", "0"],
  ["gelu", "in the flat part of gelu"],
  ["softplus", "in the flat part of softplus"],
  ["sigmoid", "saturated"],
] as const)("%s dies of a bias of -9, and is said to be all %s", (activation, said) => {
  const bias: InitScheme = { scheme: "constant", value: -9, scale: 1 };
  const [found] = seen({ model: { activation }, bias, steps: 20 }, "dead-units");

  expect(found).toMatchObject({ level: "error", step: 0 });
  expect(found?.message).toContain(`dead: all ${said} for every example`);
});

test("leaky relu has no dead units, but shrinks", () => {
  const bias: InitScheme = { scheme: "constant", value: -9, scale: 1 };
  const found = findingsOf({ model: { activation: "leaky_relu" }, bias, steps: 20 });
  const rules = found.map(({ rule }) => rule);

  expect(rules).not.toContain("dead-units");
  expect(rules).toContain("vanishing-gradients");
  expect(found.find(({ rule }) => rule === "shrinking-activations")?.message).toContain(
    "(sqrt(2) is usual for leaky_relu)",
  );
});

test("sigmoid saturates as tanh does, and relu does not", () => {
  const bias: InitScheme = { scheme: "constant", value: 6, scale: 1 };
  const of = (activation: ActivationName) =>
    seen({ model: { activation }, bias, steps: 20 }, "saturated");

  expect(of("sigmoid")[0]?.message).toContain("saturated: |2 sigmoid - 1| > 0.99");
  expect(of("relu")).toEqual([]);
});

test("what a schedule or a group sets to 0 is not frozen, and what it makes slow is not too slow", () => {
  const phase = [
    { step: 0, rate: 0.1 },
    { step: 200, rate: 0 },
  ];
  const cosine = { rate: 0.1, warmup: 100, from: 0, then: "cosine", steps: 400, to: 0 } as const;

  expect(warnings({ train: { lr: phase } })).toEqual([]);
  expect(warnings({ train: { groups: [{ match: "embedding", lr: 0 }] } })).toEqual([]);
  expect(warnings({ train: { lr: cosine } })).toEqual([]);
  expect(seen({ train: { lr: { ...cosine, rate: 0.001 } } }, "slow-updates")).not.toEqual([]);
});

test("a flat loss says how low label smoothing lets it be", () => {
  const bias: InitScheme = { scheme: "constant", value: -9, scale: 1 };
  const model = { hidden: [50], activation: "relu" } as const;
  const net = { model, bias, steps: 4200, train: { labelSmoothing: 0.6 } };
  const floor = /label smoothing of 0\.6 keeps it above 2\.56/;

  expect(findingsOf(net).find(({ rule }) => rule === "plateau")?.message).toMatch(floor);
  expect(findingsOf(net).map(({ rule }) => rule)).not.toContain("underfitting");
});
