import { expect, test } from "vitest";
import { planRuns } from "../src/plan/plan-runs.ts";
import { errorsOf, load } from "./spec-make.ts";

test.each([
  ["zip: {}", "a.yaml:1:6: zip: expected a list, got a map"],
  ["zip: []", "a.yaml:1:6: zip: must not be empty"],
  ["zip: [3]", "a.yaml:1:7: zip[0]: expected a map"],
  ["zip: [{}]", "a.yaml:1:7: zip[0]: must not be empty"],
  [
    "zip:\n  - { train.lr: 1, init.hidden.weight: { scheme: normal, sdt: 3 } }",
    'a.yaml:2:58: init.hidden.weight.sdt: unknown key, did you mean "init.hidden.weight.std"?',
  ],
  ["zip: [{ lr: 1 }]", 'a.yaml:1:9: lr: unknown key, did you mean "train.lr"?'],
  [
    "zip: [{ train: { lr: [1] } }]",
    "a.yaml:1:22: train.lr: expected a rate or a map of step to rate, got a list; values to compare stand under grid: { train.lr: [1] }",
  ],
  ["zip: [{ seeds: [1] }]", "a.yaml:1:9: zip[0].seeds: is the same for all runs of a config"],
  [
    "zip: [{ train.lr: 1, train: { lr: 2 } }]",
    "a.yaml:1:31: train.lr: given twice, first in line 1",
  ],
  [
    "zip: [{ train.lr: 1, train.steps: 2 }, { train.lr: 1 }]",
    "a.yaml:1:40: zip[1]: has no train.steps, which zip[0] has; the rows of zip give the same keys",
  ],
  [
    "zip: [{ train.lr: 1 }, { train.lr: 1, train.steps: 2 }]",
    "a.yaml:1:39: zip[1].train.steps: is not in zip[0]; the rows of zip give the same keys",
  ],
  [
    "zip: [{ train.lr: { range: [1, 3] }, train.steps: { range: [1, 4] } }]",
    "a.yaml:1:51: zip[0].train.steps: has 3 values, train.lr 2; what goes together has as many",
  ],
  [
    "zip: [{ train.lr: 1 }]\ngrid: { train.lr: [2] }",
    "a.yaml:2:9: grid.train.lr: is in zip as well; a key varies in one of them",
  ],
  [
    "grid: { train.lr.0: [1, 2] }",
    "a.yaml:1:9: grid.train.lr.0: is part of train.lr, which is one value; list whole values, as [{ 0: 1 }]",
  ],
  [
    "grid: { train.lr: [1, 2] }\nexclude: [{ train.lr: 3 }]",
    "a.yaml:2:23: exclude[0]: matches no run: train.lr is never 3, only 1, 2",
  ],
  [
    "zip: [{ train.lr: 1, train.steps: 1 }, { train.lr: 2, train.steps: 2 }]\nexclude:\n  - { train.lr: 1, train.steps: 2 }",
    "a.yaml:3:5: exclude[0]: matches no run: no run has all of these values",
  ],
  ["exclude: [{}]", "a.yaml:1:11: exclude[0]: must not be empty"],
  ["exclude: [a]", "a.yaml:1:11: exclude[0]: expected a map"],
  ["exclude: [{ train.lr: -1 }]", "a.yaml:1:23: train.lr: must be at least 0, got -1"],
  ["exclude: [{ trian.lr: 1 }]", 'a.yaml:1:13: trian: unknown key, did you mean "train"?'],
  [
    "exclude: [{ record.samples: 1 }]",
    "a.yaml:1:13: exclude[0].record: is the same for all runs of a config",
  ],
  [
    "exclude: [{ variant: a }]",
    "a.yaml:1:22: exclude[0].variant: no variant a, there are no variants",
  ],
  [
    "variants: { large: {}, small: {} }\nexclude: [{ variant: smal }]",
    'a.yaml:2:22: exclude[0].variant: no variant smal, did you mean "small"?',
  ],
  [
    "seeds: [1, 2]\nexclude: [{ seed: 3 }]",
    "a.yaml:2:19: exclude[0].seed: 3 is none of the seeds 1, 2",
  ],
  ["exclude: [{ train.lr: 0.1 }]", "a.yaml:1:11: exclude: leaves no run"],
  ["include: [3]", "a.yaml:1:11: include[0]: expected a map"],
  [
    "include: [{ train: { stepz: 1 } }]",
    'a.yaml:1:22: train.stepz: unknown key, did you mean "train.steps"?',
  ],
  [
    "include: [{ grid: { train.lr: [1] } }]",
    "a.yaml:1:13: include[0].grid: is the same for all runs of a config",
  ],
  [
    "include: [{ data.file: x }]",
    "a.yaml:1:24: include[0].data.file: is the same for all runs of a config, which train on one file",
  ],
  [
    "grid: { train.lr: [1, 2] }\nwhen: { train.steps: { model.bias: true } }",
    "a.yaml:2:9: when.train.steps: is no key of the grid, allowed: train.lr",
  ],
  [
    "grid: { train.lr: [1, 2] }\nwhen: { train.lr: { train.lr: 1 } }",
    "a.yaml:2:21: when.train.lr: asks for itself",
  ],
  [
    "grid: { train.lr: [1, 2], model.bias: [true, false] }\nwhen: { train.lr: { model.bias: true } }",
    "a.yaml:2:21: when.train.lr: asks for model.bias, which the grid has after it",
  ],
  [
    "grid: { train.lr: [1, 2] }\nwhen: { train.lr: { model.batch_norm: hidden } }",
    "a.yaml:2:39: when.train.lr: never applies: model.batch_norm is never hidden, only none",
  ],
  [
    "grid: { train.lr: [1, 2] }\nwhen: { train.lr: {} }",
    "a.yaml:2:19: when.train.lr: must not be empty",
  ],
  [
    "grid: { train.lr: [1, 2] }\nwhen: { train.lr: [] }",
    "a.yaml:2:19: when.train.lr: must not be empty",
  ],
  [
    "grid: { train.lr: [1, 2] }\nwhen: { train.lr: yes }",
    "a.yaml:2:19: when.train.lr: expected a map",
  ],
  [
    "when: { seeds: { train.lr: 1 } }",
    "a.yaml:1:9: when.seeds: is the same for all runs of a config",
  ],
  [
    "grid: { train.lr: { range: 3 } }",
    "a.yaml:1:28: grid.train.lr: range takes [first, end] or [first, end, step], numbers; the end is not included",
  ],
  [
    "grid: { train.lr: { range: [1, a] } }",
    "a.yaml:1:28: grid.train.lr: range takes [first, end] or [first, end, step], numbers; the end is not included",
  ],
  [
    "grid: { train.lr: [1, { range: [3, 1] }] }",
    "a.yaml:1:32: grid.train.lr: range from 3 to 1 by 1 has no values",
  ],
  [
    "grid: { train.lr: { range: [1, 3, 0] } }",
    "a.yaml:1:28: grid.train.lr: range needs a step that is not 0",
  ],
  ["seeds: { range: [0, 1e9] }", "a.yaml:1:17: seeds: range has 1000000000 values, at most 100000"],
  [
    "grid: { train.lr: { linspace: [1, 2] } }",
    "a.yaml:1:31: grid.train.lr: linspace takes [first, last, count], numbers",
  ],
  [
    "grid: { train.lr: { linspace: [1, 2, 1] } }",
    "a.yaml:1:31: grid.train.lr: linspace needs a whole count of at least 2, got 1",
  ],
  [
    "grid: { train.lr: { logspace: [1, 2, 2.5] } }",
    "a.yaml:1:31: grid.train.lr: logspace needs a whole count of at least 2, got 2.5",
  ],
  [
    "grid: { train.lr: { logspace: [0, 2, 3] } }",
    "a.yaml:1:31: grid.train.lr: logspace needs a first and a last value above 0",
  ],
  [
    "grid: { train.lr: { linspace: [-1, 1, 3] } }",
    "a.yaml:1:31: train.lr: must be at least 0, got -1",
  ],
  [
    "variants: { a: { descripton: x } }",
    'a.yaml:1:18: descripton: unknown key, did you mean "description"?',
  ],
  [
    "init.hidden.bias: orthogonal",
    "a.yaml:1:19: init.hidden.bias: orthogonal needs a matrix, this is a vector",
  ],
  [
    "model.hidden: [65536, 65536]",
    "a.yaml:1:15: model.hidden: 4,297,195,542 weights do not fit into 4 GiB of memory",
  ],
])("a mistake is reported once, where it is: %s", (text, message) => {
  const lines = errorsOf(text);

  expect(lines[0]).toBe(message);
  expect(
    lines
      .slice(1)
      .filter((line) => !/leaves no run|train.lr: must be at least 0, got 0/.test(line)),
  ).toEqual([]);
});

test("mistakes in all parts of a grid come at once, from top to bottom", () => {
  expect(
    errorsOf(`zip:
  - { train.lr: 1, init.hidden.weight: { scheme: normal, sdt: 3 } }
  - { train.lr: -2, init.hidden.weight: zeros }
grid: { model.bias: [true, maybe] }
exclude:
  - { train.lr: 7 }
when: { model.bias: { train.steps: 5 } }
include: [{ model.hidden: 3 }]
`).map((line) => line.split(": ")[0]),
  ).toEqual([
    "a.yaml:2:58",
    "a.yaml:3:17",
    "a.yaml:4:28",
    "a.yaml:6:17",
    "a.yaml:7:36",
    "a.yaml:8:27",
  ]);
});

test.each([
  [
    "init.output.gamma: zeros",
    "init.output.gamma: has no effect, the output layer has no norm (`where: all` gives it one)",
  ],
  [
    "init.output.beta: ones\nmodel.batch_norm: hidden",
    "init.output.beta: has no effect, the output layer has no norm (`where: all` gives it one)",
  ],
  [
    "variants: { a: { init.hidden.gamma: zeros } }",
    "init.hidden.gamma: has no effect, there is no norm",
  ],
  [
    "model.bias: false\ninit.hidden: { bias: ones }",
    "init.hidden.bias: has no effect, model.bias is false",
  ],
  [
    "train: { steps: 10, lr: { 0: 1, 10: 2 } }",
    "train.lr.10: has no effect, training ends after 10 steps",
  ],
])("what no run makes use of is a warning with its place: %s", (text, message) => {
  const { warnings } = load(text);

  expect(warnings.map((warning) => warning.message)).toEqual([message]);
  expect(warnings[0]?.line).toBeGreaterThan(0);
});

test.each([
  ["train.lr: 1e39", "train.lr: 1e+39 is infinite"],
  ["train.lr: 1e-50", "train.lr: 1e-50 is 0"],
  [
    "train: { steps: 10, lr: { 0: 1, 5: 1e300/3 } }",
    "train.lr.5: 3.3333333333333335e+299 is infinite",
  ],
  ["train.l2: { embedding: 4e38 }", "train.l2.embedding: 4e+38 is infinite"],
  ["model.batch_norm: { where: all, epsilon: 1e-46 }", "model.batch_norm.epsilon: 1e-46 is 0"],
  ["model.batch_norm: { where: all, momentum: 1e-46 }", "model.batch_norm.momentum: 1e-46 is 0"],
  [
    "grid: { init.hidden.weight: [ones, { scheme: kaiming, gain: 1e40 }] }",
    "init.hidden.weight.gain: 1e+40 is infinite",
  ],
  ["init.embedding: { scheme: uniform, low: -1e39 }", "init.embedding.low: -1e+39 is infinite"],
])("a number that float32 does not have is a warning with its place: %s", (text, message) => {
  const { warnings } = load(text);
  const range = message.endsWith(" 0") ? "from 1.4e-45" : "up to 3.4e38";

  expect(warnings.map((warning) => warning.message)).toEqual([
    `${message} in float32, in which training computes; write a number ${range}`,
  ]);
  expect(warnings[0]?.line).toBeGreaterThan(0);
});

test.each([
  "train: { lr: 1e-45, l2: 3.4e38 }",
  "init.hidden.weight: { scheme: normal, std: 0, scale: -1e-40 }",
  "thresholds: { divergence: 1e99 }\ntrain.stop: { target: 1e-60, every: 1 }",
  "init.output.gamma: ones",
  "init.output.gamma: zeros\ngrid: { model.batch_norm: [none, all] }",
  "init.hidden.bias: ones\nvariants: { a: { model.bias: false }, b: }",
  "train: { lr: { 0: 1, 10: 2 } }\ngrid: { train.steps: [10, 11] }",
])("what a run makes use of is no warning: %j", (text) => {
  expect(load(text).warnings).toEqual([]);
  expect(load("train: { steps: 100, lr: { 0: 1, 10: 2 } }", { steps: 5 }).warnings).toEqual([]);
});

test.each([
  [
    "variants: { a: {}, b: { train.lr: 1/10 } }",
    "variants a and b are the same run; it is trained once",
  ],
  [
    "grid: { train.lr: [0.1, 1/10] }",
    "runs lr=0.1 and lr=1_10 are the same run; it is trained once",
  ],
  [
    "zip:\n  - { train.lr: 1, model.bias: true }\n  - { train.lr: 2, model.bias: true }\n  - { train.lr: 1, model.bias: true }",
    "runs lr=1 (PATH:2:5) and lr=1 (PATH:4:5) are the same run; it is trained once",
  ],
  [
    "grid: { train.lr: [1, 2] }\ninclude: [{ train.lr: 2 }]",
    "runs lr=2 (PATH:1:23) and lr=2 (PATH:2:11) are the same run; it is trained once",
  ],
])("two entries that are the same run get a note that tells them apart: %s", (text, note) => {
  const config = load(`seeds: [1, 2]\n${text}`.replace("seeds: [1, 2]\n", ""));
  const { notes, runs } = planRuns(config, "data");

  expect(notes.map((line) => line.replaceAll(config.file, "PATH"))).toEqual([note]);
  expect(new Set(runs.map(({ hash }) => hash)).size).toBe(runs.length);
});

test("very many entries that are the same run are counted, not listed", () => {
  const text = "grid: { train.steps: { range: [1, 31] }, train.lr: [1, 1.0] }";
  const { notes } = planRuns(load(text), "data");

  expect(notes).toHaveLength(21);
  expect(notes.at(-1)).toBe(
    "10 more entries are the same run as another; each run is trained once",
  );
});

test("runs that differ only in what they make no use of get a note, and are gone with `when`", () => {
  const text =
    "seeds: [1, 2]\ngrid: { model.batch_norm: [none, hidden], init.hidden.gamma: [ones, zeros] }";
  const planned = planRuns(load(text), "data");

  expect(planned.runs).toHaveLength(8);
  expect(planned.notes).toEqual([
    "runs batch_norm=none-gamma=ones and batch_norm=none-gamma=zeros train the same numbers: init.hidden.gamma has no effect in them; `when` keeps one",
  ]);
  const when = "\nwhen: { init.hidden.gamma: { model.batch_norm: hidden } }";
  expect(planRuns(load(text + when), "data")).toMatchObject({ notes: [], runs: { length: 6 } });
});

test.each(["key", "train.key"])(
  "20,000 unknown keys like %s0 are all reported, in linear time",
  (key) => {
    const keys = Array.from({ length: 20_000 }, (_, i) => `${key}${i}: ${i}`);
    const errors = errorsOf(keys.join("\n"));

    expect(errors).toHaveLength(20_000);
    expect(errors.at(-1)).toContain(`a.yaml:20000:1: ${key}19999: unknown key`);
  },
);
