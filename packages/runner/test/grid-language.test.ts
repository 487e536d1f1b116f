import { expect, test } from "vitest";
import type { Overrides } from "../src/config/config.ts";
import { expandGrid } from "../src/plan/expand.ts";
import { planRuns } from "../src/plan/plan-runs.ts";
import { load, setting } from "./spec-make.ts";

function labels(text: string, overrides: Overrides = {}): string[] {
  return planRuns(load(text, overrides), "data").runs.map((run) => run.label);
}

function rates(text: string, overrides: Overrides = {}): number[] {
  return expandGrid(load(text, overrides)).map((run) =>
    Number(setting(run.resolved.train, ["lr", "0"])),
  );
}

test("variants are slowest, then zip, the grid, seeds; what is included comes last", () => {
  const text = `seeds: [1, 2]
grid: { model.embedding: [2, 3] }
zip: [{ train.lr: 1, train.steps: 10 }, { train.lr: 2, train.steps: 20 }]
variants: { b: {}, a: { model.bias: false } }
include: [{ train.lr: 9 }]
`;

  expect(labels(text)).toEqual([
    ...["b", "a"].flatMap((variant) =>
      ["lr=1-steps=10", "lr=2-steps=20"].flatMap((row) =>
        [2, 3].flatMap((embedding) =>
          [1, 2].map((seed) => `${variant}-${row}-embedding=${embedding}-seed=${seed}`),
        ),
      ),
    ),
    "lr=9-seed=1",
    "lr=9-seed=2",
  ]);
});

test("the rows of zip go together, and a label has only what differs between them", () => {
  const text = "zip: [{ train: { lr: 1 }, model.bias: false }, { train.lr: 2, model.bias: false }]";

  expect(labels(text)).toEqual(["lr=1", "lr=2"]);
  expect(load(text).cells.map(({ config }) => setting(config.model, ["bias"]))).toEqual([
    false,
    false,
  ]);
});

test("a row of makers is as many rows as they have values", () => {
  const text =
    "zip: [{ train.lr: { linspace: [1, 2, 3] }, model.embedding: { range: [5, 8] }, train.steps: 9 }, { train.lr: 7, model.embedding: 7, train.steps: 7 }]";

  expect(labels(text)).toEqual([
    "lr=1-steps=9-embedding=5",
    "lr=1.5-steps=9-embedding=6",
    "lr=2-steps=9-embedding=7",
    "lr=7-steps=7-embedding=7",
  ]);
});

test("exclude leaves out the runs that match all of an entry, and counts each at its first", () => {
  const config = load(`seeds: [1, 2]
grid: { train.lr: [1, 1/2], model.batch_norm: [none, hidden] }
exclude:
  - { train.lr: 0.5, model: { batch_norm: { where: hidden } } }
  - { seed: 2, train.lr: 1/2 }
  - { model.batch_norm: hidden, seed: 1 }
`);

  expect(expandGrid(config).map(({ label }) => label)).toEqual([
    "lr=1-batch_norm=none-seed=1",
    "lr=1-batch_norm=none-seed=2",
    "lr=1-batch_norm=hidden-seed=2",
    "lr=1_2-batch_norm=none-seed=1",
  ]);
  expect(planRuns(config, "data").excluded).toMatchObject([
    {
      rule: "train.lr: 0.5, model: { batch_norm: { where: hidden } }",
      count: 2,
      position: { line: 4, col: 5 },
    },
    { rule: "seed: 2, train.lr: 1/2", count: 1, position: { line: 5 } },
    { rule: "model.batch_norm: hidden, seed: 1", count: 1, position: { line: 6 } },
  ]);
});

test("exclude may ask for a variant and for a value that does not vary", () => {
  const text = `variants: { a: { train.lr: 1 }, b: {} }
grid: { model.bias: [true, false] }
exclude: [{ variant: a, model.bias: false }, { train.lr: 0.1, model.bias: true, train.steps: 200000 }]`;

  expect(labels(text)).toEqual(["a-bias=true", "b-bias=false"]);
});

test("a variant may be called by a number", () => {
  expect(labels("variants: { 1: {}, 2: { train.lr: 2 } }\nexclude: [{ variant: 1 }]")).toEqual([
    "2",
  ]);
});

test("a run that cannot be may be excluded", () => {
  const text = "grid: { model.batch_norm: [none, hidden], train.batch_size: [1, 2] }";

  expect(() => load(text)).toThrow("batch norm needs at least 2");
  expect(
    labels(`${text}\nexclude: [{ model.batch_norm: hidden, train.batch_size: 1 }]`),
  ).toHaveLength(3);
});

test("include adds runs on top of the base alone, none of which is excluded", () => {
  const text = `train.lr: 5
variants: { a: { train.lr: 6 } }
grid: { model.embedding: [2, 3] }
exclude: [{ model.embedding: 3 }]
include: [{ model.embedding: 3 }, { train: { lr: 7 }, model.embedding: 10 }, {}]
`;

  expect(labels(text)).toEqual(["a-embedding=2", "embedding=3", "lr=7", "base"]);
  expect(rates(text)).toEqual([6, 5, 7, 5]);
});

test("without variants, zip and grid the base is a run beside those included", () => {
  expect(labels("include: [{ train.lr: 3 }]")).toEqual(["base", "lr=3"]);
});

test("a key whose condition does not hold keeps what it has below the grid, in one run", () => {
  const text = `init.hidden.gamma: zeros
grid: { model.batch_norm: [none, all], init.hidden.gamma: [ones, zeros], train.steps: [5, 6] }
when: { init.hidden.gamma: { model.batch_norm: all } }`;

  expect(labels(text)).toEqual([
    "batch_norm=none-steps=5",
    "batch_norm=none-steps=6",
    "batch_norm=all-gamma=ones-steps=5",
    "batch_norm=all-gamma=ones-steps=6",
    "batch_norm=all-gamma=zeros-steps=5",
    "batch_norm=all-gamma=zeros-steps=6",
  ]);
  expect(load(text).cells[0]?.config.init.hidden.gamma.scheme).toBe("zeros");
});

test("a condition may ask for a variant, for keys before its own, and for one of several", () => {
  const text = `variants: { a: {}, b: {} }
grid: { model.bias: [true, false], train.lr: [1, 2] }
when: { train.lr: [{ variant: a, model.bias: true }, { variant: b, model: { bias: false } }] }`;

  expect(labels(text)).toEqual([
    "a-bias=true-lr=1",
    "a-bias=true-lr=2",
    "a-bias=false",
    "b-bias=true",
    "b-bias=false-lr=1",
    "b-bias=false-lr=2",
  ]);
});

test("a condition may depend on a key that has a condition itself", () => {
  const text = `grid: { model.bias: [true, false], train.batch_size: [8, 9], train.lr: [1, 2] }
when: { train.batch_size: { model.bias: true }, train: { lr: { train.batch_size: 9 } } }`;

  expect(labels(text)).toEqual([
    "bias=true-batch_size=8",
    "bias=true-batch_size=9-lr=1",
    "bias=true-batch_size=9-lr=2",
    "bias=false",
  ]);
});

test.each([
  ["{ range: [0, 3] }", [0, 1, 2]],
  ["{ range: [0.1, 0.4, 0.1] }", [0.1, 0.2, 0.3]],
  ["{ range: [3, 0, -1] }", [3, 2, 1]],
  ["{ range: [1, 1.05, 1/4] }", [1]],
  ["{ linspace: [0, 1, 4] }", [0, 1 / 3, 2 / 3, 1]],
  ["{ linspace: [0.3, 0.1, 3] }", [0.3, 0.2, 0.1]],
  ["{ linspace: [5/3, 10/3, 2] }", [5 / 3, 10 / 3]],
  ["{ logspace: [0.001, 1, 4] }", [0.001, 0.01, 0.1, 1]],
  ["{ logspace: [100, 1e-7, 10] }", [100, 10, 1, 0.1, 0.01, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7]],
  ["{ logspace: [1, 2, 3] }", [1, Number(Math.SQRT2.toPrecision(12)), 2]],
  ["[7, { range: [0, 2] }, { linspace: [4, 5, 2] }]", [7, 0, 1, 4, 5]],
])("the maker %s makes exactly these values", (maker, values) => {
  const lambdas = (text: string, overrides: Overrides = {}): unknown[] =>
    load(text, overrides).cells.map(({ config }) => config.train.l2);

  expect(lambdas(`grid: { train.l2: ${maker} }`)).toEqual(values);
  if (!maker.startsWith("[")) expect(lambdas("", { set: [`train.l2=${maker}`] })).toEqual(values);
});

test("seeds may be made", () => {
  expect(load("seeds: { range: [1, 4] }").seeds).toEqual([1, 2, 3]);
  expect(load("seeds: [9, { range: [1, 3] }]").seeds).toEqual([9, 1, 2]);
  expect(load("", { set: ["seeds={ range: [1, 4] }"] }).seeds).toEqual([1, 2, 3]);
});

test("--set with one value wins over variants, zip, the grid and what is included", () => {
  const text = `variants: { a: { train.lr: 2 } }
zip: [{ train.lr: 3, train.steps: 8 }, { train.lr: 4, train.steps: 9 }]
grid: { model.bias: [true, false] }
include: [{ train.lr: 5, model.embedding: 3 }]`;

  expect(labels(text, { set: ["train.lr=7"] })).toEqual([
    "a-steps=8-bias=true",
    "a-steps=8-bias=false",
    "a-steps=9-bias=true",
    "a-steps=9-bias=false",
    "embedding=3",
  ]);
  expect(new Set(rates(text, { set: ["train.lr=7"] }))).toEqual(new Set([7]));
  expect(labels(text, { set: ["train.lr=7"], steps: 50 })).toEqual([
    "a-bias=true",
    "a-bias=false",
    "embedding=3",
  ]);
});

test("--set with several values is a factor that included runs have too", () => {
  const text =
    "zip: [{ train.lr: 3, train.steps: 8 }]\ninclude: [{ train.lr: 5, model.embedding: 3 }]";

  expect(labels(text, { set: ["train.lr=1,2"] })).toEqual([
    "lr=1",
    "lr=2",
    "embedding=3-lr=1",
    "embedding=3-lr=2",
  ]);
  expect(rates(text, { set: ["train.lr=1,2"] })).toEqual([1, 2, 1, 2]);
});

test("rules that the command line makes pointless are no mistakes", () => {
  const text = `seeds: [1, 2]
grid: { model.bias: [true, false], init.hidden.bias: [zeros, ones] }
when: { init.hidden.bias: { model.bias: true } }
exclude: [{ model.bias: false, seed: 2 }]`;

  expect(labels(text, { set: ["model.bias=false"], seeds: [1] })).toEqual(["run"]);
  expect(labels(text, { set: ["init.hidden.bias=zeros"] })).toHaveLength(3);
});

test("names are unique, at most 80 characters, of letters that a shell leaves alone", () => {
  const text = `seeds: [1, 2]
zip: [{ init.hidden.weight: { scheme: uniform, low: -1/3, high: 1e+3 }, train.lr: { 0: 0.1, 100: 1e-20 } }, { init.hidden.weight: normal, train.lr: 0.1 }]
grid: { model.hidden: [[100, 100, 100, 100, 100], [7]], init.output.weight: [{ scheme: kaiming, gain: tanh, distribution: uniform }, zeros] }
include: [{ description: "" }]`.replace(
    'include: [{ description: "" }]',
    "include: [{ train.steps: 3 }]",
  );
  const names = planRuns(load(text), "data").runs.map(({ name }) => name);

  expect(names).toHaveLength(18);
  expect(new Set(names).size).toBe(18);
  for (const name of names) expect(name).toMatch(/^a\/[A-Za-z0-9._=-]{1,78}$/);
});

test("ten thousand runs are planned, each with a hash and a name of its own", () => {
  const text = `seeds: { range: [0, 10] }
grid: { model.batch_norm: [none, hidden], init.hidden.weight: [normal, kaiming], train.lr: { linspace: [0.1, 1, 25] }, train.batch_size: { range: [2, 12] } }`;
  const { runs } = planRuns(load(text, { mostRuns: 10_000 }), "data");

  expect(runs).toHaveLength(10_000);
  expect(new Set(runs.map(({ hash }) => hash)).size).toBe(10_000);
  expect(new Set(runs.map(({ name }) => name)).size).toBe(10_000);
});

test.each([
  [
    "grid: { train.lr: { linspace: [1, 2, 1000] }, train.l2: { linspace: [1, 2, 1000] } }",
    "1,000,000 runs; more than 10,000 need --yes",
  ],
  [
    "grid: { train.lr: { linspace: [1, 2, 1000] }, train.l2: { linspace: [1, 2, 1000] } }\nexclude: [{ train.lr: 1 }]",
    "up to 1,000,000 runs; more than 10,000 need --yes",
  ],
  [
    "grid: { train.lr: { linspace: [1, 2, 10000] }, train.l2: { linspace: [1, 2, 10000] }, train.steps: { range: [1, 10001] } }",
    "1,000,000,000,000 combinations, at most 1,000,000",
  ],
  ["seeds: { range: [0, 10001] }", "10,001 runs; more than 10,000 need --yes"],
])("more runs than wanted are refused: %s", (text, message) => {
  expect(() => load(text, { mostRuns: 10_000 })).toThrow(message);
});

test("more runs than wanted before exclusion are fine where fewer are left", () => {
  const text = "grid: { train.lr: [1, 2, 3], train.steps: [1, 2] }\nexclude: [{ train.lr: 1 }]";

  expect(load(text, { mostRuns: 4 }).cells).toHaveLength(4);
  expect(() => load(text, { mostRuns: 3 })).toThrow("up to 6 runs; more than 3 need --yes");
});
