import { resolve } from "node:path";
import { expect, test } from "vitest";
import type { CellConfig } from "../src/config/config.ts";
import { load, setting } from "./spec-make.ts";

function configOf(text: string): CellConfig {
  const [cell] = load(text).cells;
  if (cell === undefined) throw new Error("no cell");
  return cell.config;
}

const plain = { scale: 1 };
const fanIn = { mode: "fan_in", distribution: "normal" };
const normed = { gamma: { scheme: "ones", ...plain }, beta: { scheme: "zeros", ...plain } };

test("what is not written has its default: the notebook's v5", () => {
  const config = load("");

  expect(config).toMatchObject({ name: "a", description: "", seeds: [42] });
  expect(config.cells).toHaveLength(1);
  expect(config.cells[0]?.config).toEqual({
    data: { file: config.dataFile, context: 3, shuffle_seed: 42 },
    model: { embedding: 10, hidden: [200], activation: "tanh", bias: true, batch_norm: "none" },
    init: {
      embedding: { scheme: "normal", std: 1, ...plain },
      hidden: {
        weight: {
          scheme: "kaiming",
          gain: 5 / 3,
          mode: "fan_in",
          distribution: "normal",
          ...plain,
        },
        bias: { scheme: "normal", std: 0.01, ...plain },
        ...normed,
      },
      output: {
        weight: { scheme: "normal", std: 0.01, ...plain },
        bias: { scheme: "normal", std: 0, ...plain },
        ...normed,
      },
    },
    train: {
      steps: 200_000,
      batch_size: 32,
      lr: { 0: 0.1 },
      l2: 0,
      stop: { patience: "none", target: "none", budget: "none", every: 1000 },
    },
    record: {
      evaluate: "end",
      samples: 20,
      probes: { decades: [1, 2, 5], every: 10_000, saturated: 0.99 },
      checkpoint: "30s",
    },
    engine: "simd",
  });
});

test("the resolved config is a config that resolves to itself", () => {
  const text =
    "model.batch_norm: hidden\ntrain: { lr: { 0: 0.1, 5: 5/3 }, l2: { embedding: 0.1 } }";
  const config = configOf(text);

  expect(configOf(JSON.stringify(config))).toEqual(config);
});

test.each([
  ["zeros", { scheme: "zeros" }],
  ["ones", { scheme: "ones" }],
  ["{ scheme: constant, value: 1/4 }", { scheme: "constant", value: 0.25 }],
  ["normal", { scheme: "normal", std: 1 }],
  ["uniform", { scheme: "uniform", low: -1, high: 1 }],
  ["kaiming", { scheme: "kaiming", gain: 1, ...fanIn }],
  ["{ scheme: kaiming, gain: relu }", { scheme: "kaiming", gain: "relu", ...fanIn }],
  ["{ scheme: kaiming, gain: 5/3 }", { scheme: "kaiming", gain: 5 / 3, ...fanIn }],
  ["xavier", { scheme: "xavier", gain: 1, distribution: "normal" }],
  ["lecun", { scheme: "lecun", distribution: "normal" }],
  ["{ scheme: orthogonal, scale: 2 }", { scheme: "orthogonal", gain: 1, scale: 2 }],
])("the scheme %s is complete", (text, scheme) => {
  expect(configOf(`init.embedding: ${text}`).init.embedding).toEqual({
    ...plain,
    ...scheme,
  });
});

test.each([
  ["none", "none"],
  ["hidden", { where: "hidden", epsilon: 1e-5, momentum: 0.1, running: "variance" }],
  ["all", { where: "all", epsilon: 1e-5, momentum: 0.1, running: "variance" }],
  ["{ epsilon: 0 }", { where: "hidden", epsilon: 0, momentum: 0.1, running: "variance" }],
  ["{ running: std }", { where: "hidden", epsilon: 1e-5, momentum: 0.1, running: "std" }],
])("batch_norm: %s", (text, expected) => {
  const { model } = configOf(`model.batch_norm: ${text}`);

  expect(setting(model, ["batch_norm"])).toEqual(expected);
});

test.each([
  ["0.1", { 0: 0.1 }],
  ["1/10", { 0: 0.1 }],
  ["{ 0: 0.1, 1e5: 1/100 }", { 0: 0.1, 100000: 0.01 }],
])("lr: %s", (text, expected) => {
  expect(configOf(`train.lr: ${text}`).train.lr).toEqual(expected);
});

test.each([
  ["0.1", 0.1],
  ["{}", 0],
  ["{ embedding: 0 }", 0],
  ["{ embedding: 0.1, hidden1.weight: 1/10 }", { embedding: 0.1, "hidden1.weight": 0.1 }],
])("l2: %s", (text, expected) => {
  expect(configOf(`train.l2: ${text}`).train.l2).toEqual(expected);
});

test("batch norm's gamma and beta may be regularised where there are any", () => {
  const text = "model.batch_norm: all\ntrain.l2: { hidden1.bn.gamma: 1, output.bn.beta: 1 }";

  expect(configOf(text).train.l2).toEqual({ "hidden1.bn.gamma": 1, "output.bn.beta": 1 });
});

test.each([
  "init.hidden: { weight: normal }\ninit.hidden.bias: zeros\ntrain.steps: 5",
  "init: { hidden.weight: normal, hidden: { bias: zeros } }\ntrain.steps: 5",
])("dotted keys and nested maps mean the same: %j", (text) => {
  const nested = configOf("init: { hidden: { weight: normal, bias: zeros } }\ntrain: { steps: 5 }");
  const { init, train } = configOf(text);

  expect({ init, train }).toEqual({ init: nested.init, train: nested.train });
});

test("a parameter's name may follow train.l2 with its own dots", () => {
  expect(configOf("train.l2.hidden1.weight: 1").train.l2).toEqual({ "hidden1.weight": 1 });
});

test("a variant merges into sections and replaces single values whole", () => {
  const config = configOf(`model.batch_norm: { where: all, epsilon: 0 }
init.hidden: { weight: { scheme: normal, std: 3 }, bias: ones }
train: { lr: { 0: 1, 5: 2 }, l2: { embedding: 1 } }
variants:
  a:
    model.batch_norm: { momentum: 0.5 }
    init.hidden.weight: { scheme: normal }
    train: { lr: { 0: 3 }, l2: { output.weight: 2 } }
`);

  expect(config.model).toMatchObject({
    batch_norm: { where: "hidden", epsilon: 1e-5, momentum: 0.5 },
  });
  expect(config.init.hidden).toMatchObject({ weight: { std: 1 }, bias: { scheme: "ones" } });
  expect(config.train).toMatchObject({ lr: { 0: 3 }, l2: { "output.weight": 2 } });
});

test("an alias stands for its value", () => {
  const config = configOf("init: { embedding: &n { scheme: normal, std: 2 }, hidden.weight: *n }");

  expect(config.init.hidden.weight).toEqual({ scheme: "normal", std: 2, scale: 1 });
});

test("the file's data path is relative to the file, that of --set to the working folder", () => {
  const set = ["data.file=b.txt"];

  expect(load("").dataFile).toMatch(/ablate-spec-[^/]+\/names\.txt$/);
  expect(load("", { set }).dataFile).toBe(resolve("b.txt"));
  expect(load("data: { context: 2 }", { set }).cells[0]?.config.data).toEqual({
    file: resolve("b.txt"),
    context: 2,
    shuffle_seed: 42,
  });
});
