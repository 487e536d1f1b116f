import { expect, test } from "vitest";
import { expandGrid } from "../src/plan/expand.ts";
import { dataHash, runHash } from "../src/plan/identity.ts";
import { planRuns } from "../src/plan/plan-runs.ts";
import { load } from "./spec-make.ts";

function labels(text: string): string[] {
  return planRuns(load(text), "data").runs.map((run) => run.label);
}

function hashOf(text: string, data = "data"): string | undefined {
  return planRuns(load(text), data).runs[0]?.hash;
}

test("variants are slowest, then the grid's keys in order, then seeds", () => {
  const text = `seeds: [1, 2]
grid: { train: { lr: [0.1, 1/100] }, model.embedding: [2], train.steps: [3, 4] }
variants: { b: {}, a: { model.hidden: [5] } }
`;

  expect(labels(text)).toEqual(
    ["b", "a"].flatMap((variant) =>
      ["0.1", "1_100"].flatMap((lr) =>
        [3, 4].flatMap((steps) =>
          [1, 2].map((seed) => `${variant}-lr=${lr}-steps=${steps}-seed=${seed}`),
        ),
      ),
    ),
  );
});

test.each([
  ["", ["run"]],
  ["seeds: [1, 2]", ["seed=1", "seed=2"]],
  ["variants: { v1: }", ["v1"]],
  ["grid: { train.lr: [3e-4, 1] }", ["lr=0.0003", "lr=1"]],
  ["grid: { model.hidden: [[4], [5, 6]] }", ["hidden=4", "hidden=5_6"]],
  ["grid: { model.bias: [true, false] }", ["bias=true", "bias=false"]],
  ["grid: { train.lr: [{ 0: 1, 5: 2 }] }", ["run"]],
  ["grid: { train.lr: [{ 0: 1, 5: 2 }, 3] }", ["lr=0_1_5_2", "lr=3"]],
  [
    "grid: { init.hidden.weight: [normal, { scheme: kaiming, gain: 5/3 }] }",
    ["weight=normal", "weight=kaiming_gain_5_3"],
  ],
  [
    "grid: { init.hidden.bias: [zeros, ones], init.output.bias: [zeros] }",
    ["bias=zeros", "bias=ones"],
  ],
  [
    "grid: { init.hidden.bias: [zeros, ones], init.output.bias: [zeros, ones] }",
    [
      "hidden.bias=zeros-output.bias=zeros",
      "hidden.bias=zeros-output.bias=ones",
      "hidden.bias=ones-output.bias=zeros",
      "hidden.bias=ones-output.bias=ones",
    ],
  ],
])("labels of %j", (text, expected) => {
  expect(labels(text)).toEqual(expected);
});

test("a name has at most 80 characters and ends with the hash where it is cut", () => {
  const { runs } = planRuns(load(`seeds: [1, 2]\nvariants: { ${"x".repeat(90)}: {} }`), "data");

  for (const run of runs) {
    expect(run.name).toHaveLength(80);
    expect(run.name).toBe(`a/${run.label}`);
    expect(run.label.endsWith(`-${run.hash.slice(0, 8)}`)).toBe(true);
  }
  expect(new Set(runs.map((run) => run.name)).size).toBe(2);
});

test("a run whose label another has is told from it by the values that differ", () => {
  const text = `variants: { lr=5: { train.steps: 3 } }\ninclude: [{ train.lr: 5 }]`;

  expect(labels(text)).toEqual(["lr=5", "lr=5-steps=200000-lr=5"]);
});

test("the same run twice is planned once, under its first name, with a note", () => {
  const { runs, notes } = planRuns(
    load("seeds: [1, 2]\nvariants: { a: {}, b: { train.lr: 1/10 }, c: { train.lr: 2 } }"),
    "data",
  );

  expect(runs.map((run) => run.label)).toEqual(["a-seed=1", "a-seed=2", "c-seed=1", "c-seed=2"]);
  expect(notes).toEqual(["variants a and b are the same run; it is trained once"]);
  expect(planRuns(load("grid: { train.lr: [0.1, 1/10] }"), "data").notes).toEqual([
    "runs lr=0.1 and lr=1_10 are the same run; it is trained once",
  ]);
});

test.each([
  ["train.steps: 3e6", "train.steps: 3000000"],
  ["train.lr: 0.1", "train.lr: { 0: 1/10 }"],
  ["train: { lr: { 0: 1, 5: 2 } }", "train.lr: { 5: 2, 0: 1 }"],
  ["model.batch_norm: hidden", "model.batch_norm: { momentum: 0.1, epsilon: 1e-5 }"],
  ["init.embedding: normal", "init.embedding: { std: 1.0, scheme: normal }"],
  ["train.l2: 0", "train.l2: { embedding: -0 }"],
  ["name: a", "name: b"],
  ["description: a", "description: b"],
  ["record: { samples: 1 }", "record: { samples: 2, evaluate: none }"],
  ["data: { file: a.txt }", "data: { file: b.txt }"],
  ["", "variants: { v: { description: x } }"],
])("%j and %j are the same run", (a, b) => {
  expect(hashOf(a)).toBe(hashOf(b));
});

test.each([
  ["seeds: [1]", "seeds: [2]"],
  ["data: { file: a, context: 2 }", "data: { file: a, context: 3 }"],
  ["data: { file: a, shuffle_seed: 1 }", "data: { file: a, shuffle_seed: 2 }"],
  ["train.steps: 5", "train.steps: 6"],
  ["model.bias: true", "model.bias: false"],
  ["init.embedding: zeros", "init.embedding: { scheme: normal, std: 0 }"],
])("%j and %j are different runs", (a, b) => {
  expect(hashOf(a)).not.toBe(hashOf(b));
});

test("other data make another run", () => {
  expect(hashOf("", dataHash(new Uint8Array([1])))).not.toBe(
    hashOf("", dataHash(new Uint8Array([2]))),
  );
  expect(dataHash(new TextEncoder().encode("abc"))).toBe(
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", // FIPS 180-2, B.1
  );
});

test("a planned run carries its config, whose hash is its own", () => {
  const [run] = planRuns(load("train.steps: 7"), "data").runs;

  expect(run).toMatchObject({ seed: 42, engine: "simd", steps: 7, name: "a/run" });
  expect(runHash(JSON.parse(run?.config ?? ""), "data")).toBe(run?.hash);
  expect(run?.hash).toMatch(/^[0-9a-f]{64}$/);
});

test("what differs is told by key, atomic values whole", () => {
  const runs = expandGrid(
    load("seeds: [1, 2]\nvariants: { a: {}, b: { train.lr: { 0: 1, 5: 2 } } }"),
  );

  expect(runs.map((run) => run.differs)).toEqual([
    { "train.lr": { 0: 0.1 }, seed: 1 },
    { "train.lr": { 0: 0.1 }, seed: 2 },
    { "train.lr": { 0: 1, 5: 2 }, seed: 1 },
    { "train.lr": { 0: 1, 5: 2 }, seed: 2 },
  ]);
  expect(expandGrid(load(""))[0]?.differs).toEqual({});
});
