import { expect, test } from "vitest";
import { planRuns } from "../src/plan/plan-runs.ts";
import { errorsOf, load } from "./spec-make.ts";

const NO_STOP = { patience: "none", target: "none", budget: "none", every: 1000 };

test.each([
  ["record: {}", { evaluate: "end", checkpoint: "30s" }],
  ["record: { evaluate: { every: 500 } }", { evaluate: { every: 500 } }],
  ["record: { checkpoint: none }", { checkpoint: "none" }],
  ["record: { checkpoint: { every: 2000 } }", { checkpoint: { every: 2000 } }],
  ["record: { checkpoint: 90s }", { checkpoint: "1m30s" }],
  ["record: { checkpoint: 1.5h }", { checkpoint: "1h30m" }],
  ["record: { checkpoint: 250ms }", { checkpoint: "250ms" }],
])("%s records %j", (text, record) => {
  const config = load(text).cells[0]?.config;

  expect(config?.record).toMatchObject(record);
  expect(load(JSON.stringify({ ...config, data: { file: "n" } })).cells[0]?.config.record).toEqual(
    config?.record,
  );
});

test.each([
  ["train: { steps: 5000 }", NO_STOP, undefined],
  [
    "train.stop: { patience: 2000, budget: 120s }",
    { ...NO_STOP, patience: 2000, budget: "2m" },
    { every: 1000, patience: 2000, target: null, budgetSeconds: 120 },
  ],
  [
    "train.stop: { target: 5/2, every: 10 }",
    { ...NO_STOP, target: 2.5, every: 10 },
    { every: 10, patience: null, target: 2.5, budgetSeconds: null },
  ],
  [
    "train.stop: { budget: 1h, every: 10 }",
    { ...NO_STOP, budget: "1h", every: 10 },
    { every: 0, patience: null, target: null, budgetSeconds: 3600 },
  ],
])("%s stops by %j", (text, stop, spec) => {
  const config = load(text);

  expect(config.cells[0]?.config.train.stop).toEqual(stop);
  expect(planRuns(config, "").runs[0]?.spec.train.stop).toEqual(spec);
});

test("a variant takes back what its config stops by", () => {
  const runs = planRuns(
    load("train.stop.patience: 2000\nvariants: { a: {}, b: { train.stop.patience: none } }"),
    "",
  ).runs;

  expect(runs.map(({ spec }) => spec.train.stop?.patience)).toEqual([2000, undefined]);
});

test.each([
  [
    "record.evaluate: always",
    'a.yaml:1:18: record.evaluate: expected end, none or { every: STEPS }, got "always"',
  ],
  [
    "record.checkpoint: 30",
    "a.yaml:1:20: record.checkpoint: expected none, a duration like 30s, or { every: STEPS }, got 30",
  ],
  [
    "record.checkpoint: 0s",
    'a.yaml:1:20: record.checkpoint: expected none, a duration like 30s, or { every: STEPS }, got "0s"',
  ],
  ["train.stop.patience: 0", "a.yaml:1:22: train.stop.patience: must be at least 1, got 0"],
  [
    "train.stop.target: low",
    'a.yaml:1:20: train.stop.target: expected a loss in nats, or none, got "low"',
  ],
  [
    "train.stop.budget: 10",
    "a.yaml:1:20: train.stop.budget: expected a duration like 30s, 5m or 1h30m, or none, got 10",
  ],
  ["train.stop.every: 0", "a.yaml:1:19: train.stop.every: must be at least 1, got 0"],
  [
    "train.stop: { patence: 5 }",
    'a.yaml:1:15: train.stop.patence: unknown key, did you mean "train.stop.patience"?',
  ],
])("%s is reported where it is", (text, message) => {
  expect(errorsOf(text)).toEqual([message]);
});

test.each([
  [
    "train.stop: { patience: 500, every: 1000 }",
    "train.stop.patience: acts as 1000, the validation loss is measured every 1000 steps (train.stop.every)",
  ],
  [
    "train: { steps: 800, stop: { target: 2 } }",
    "train.stop: has no effect, the validation loss is measured every 1000 steps and training ends after 800",
  ],
  [
    "train.stop: { budget: 5m, every: 10 }",
    "train.stop.every: has no effect, there is no patience or target",
  ],
])("%s is warned about", (text, message) => {
  expect(load(text).warnings.map((warning) => warning.message)).toEqual([message]);
});

test("families are equal where runs differ in their number of steps alone", () => {
  const familyOf = (text: string) => planRuns(load(text), "").runs[0]?.family;
  const family = familyOf("train: { steps: 100 }");

  expect(familyOf("train: { steps: 7 }\nrecord.samples: 3")).toBe(family);
  expect(familyOf("train.stop.every: 7")).toBe(family);
  expect(familyOf("train.stop.patience: 5000")).not.toBe(family);
  expect(familyOf("train.lr: 0.2")).not.toBe(family);
  expect(familyOf("seeds: [1]")).not.toBe(family);
  expect(planRuns(load(""), "other data").runs[0]?.family).not.toBe(family);
});
