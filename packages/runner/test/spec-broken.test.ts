import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { errorsOf, errorsOfFile, writeConfig } from "./spec-make.ts";

const BOMB = `a: &a [x, x, x, x, x, x, x, x, x, x]
${[..."bcdefghij"].map((name, i) => `${name}: &${name} [${Array(10).fill(`*${"abcdefghij"[i]}`).join(", ")}]`).join("\n")}
`;

test.each([
  ["empty", "", "a.yaml:1:1: the file is empty, expected a config"],
  ["only a comment", "# nothing\n", "a.yaml:1:1: the file is empty, expected a config"],
  ["a list", "- a\n- b\n", "a.yaml:1:1: not a config: expected a map of keys, got a list"],
  ["plain text", "hello\n", "a.yaml:1:1: not a config: expected a map of keys, got plain text"],
  [
    "two documents",
    "name: a\n---\nname: b\n",
    "a.yaml:2:1: a second YAML document, a config is one",
  ],
  [
    "not YAML",
    "name: a\ntrain: { steps: 1\n",
    "a.yaml:3:1: not valid YAML: flow map in block collection must be sufficiently indented and end with a }",
  ],
  [
    "tabs",
    "train:\n\tsteps: 1\n",
    "a.yaml:2:1: not valid YAML: tabs are not allowed as indentation",
  ],
  ["an alias of nothing", "name: *b\n", "a.yaml:1:7: alias *b stands for nothing before it"],
  ["an alias of itself", "name: &b [*b]\n", "a.yaml:1:11: alias *b stands for what it is in"],
  ["a key that is a list", "? [a]\n: 1\n", "a.yaml:1:3: expected a key of plain text"],
  [
    "a merge key",
    "a: &a { b: 1 }\ntrain: { <<: *a }\n",
    "a.yaml:2:10: train.<<: merge keys are not part of YAML 1.2; use variants, extends or an alias for one value",
  ],
  [
    "a key of the language it is read with",
    "__proto__: { train: 1 }\n",
    "a.yaml:1:1: __proto__: is no key of a config",
  ],
  [
    "the same inside a value",
    'train.lr: { 0: 1, "__proto__": 2 }\n',
    "a.yaml:1:19: train.lr.__proto__: is no key of a config",
  ],
  [
    "a name that every object has",
    "data: { file: x }\nconstructor: 1\n",
    /^a\.yaml:2:1: constructor: unknown key, allowed: name, /,
  ],
  [
    "an older YAML",
    "%YAML 1.1\n---\nmodel.bias: yes\n",
    "a.yaml:1:1: YAML 1.1 is not read, a config is YAML 1.2",
  ],
  [
    "a tag of code",
    "name: !!js/function 'x'\n",
    "a.yaml:1:7: not valid YAML: unresolved tag: tag:yaml.org,2002:js/function",
  ],
  [
    "a set",
    "data: { file: x }\nseeds: !!set { 1, 2 }\n",
    "a.yaml:2:14: seeds: expected a list, got a map",
  ],
  [
    "a key with control characters",
    'data: { file: x }\n"\\e[31m\\na": 1\n',
    /^a\.yaml:2:1: \\u001b\[31m\\na: unknown key, /,
  ],
  [
    "lists three thousand deep",
    `a: ${"[".repeat(3000)}${"]".repeat(3000)}\n`,
    /^a\.yaml:1:\d+: nested too deeply$/,
  ],
  [
    "maps two hundred deep",
    `a: ${"{ a: ".repeat(200)}1${"}".repeat(200)}\n`,
    /^a\.yaml:1:\d+: nested too deeply$/,
  ],
])("a file that is %s is one clear error", (_, text, message) => {
  const [line] = errorsOfFile(writeConfig(text));

  if (typeof message === "string") expect(line).toBe(message);
  else expect(line).toMatch(message);
});

test("a file that is no UTF-8 is told so, with the place of the first byte", () => {
  expect(errorsOfFile(writeConfig(Buffer.from("name: a\nb: \xe9\n", "latin1")))).toEqual([
    "a.yaml:2:4: not UTF-8 text",
  ]);
  expect(errorsOfFile(writeConfig(Buffer.from("\ufeffname: a\n", "utf16le")))).toEqual([
    "a.yaml:1:1: not UTF-8 text",
  ]);
});

test("a byte order mark and line ends of any kind are taken", () => {
  const text = "\ufeffdata: { file: names.txt }\r\ntrain.steps: 0\r\n";

  expect(errorsOfFile(writeConfig(text))).toEqual([
    "a.yaml:2:14: train.steps: must be at least 1, got 0",
  ]);
});

test("a number beyond all numbers is reported once", () => {
  expect(
    errorsOf("train.steps: 1e999\nmodel.embedding: 99999999999999999999\nseeds: [1e400]"),
  ).toEqual([
    "a.yaml:1:14: train.steps: expected a number, got 1e999",
    "a.yaml:2:18: model.embedding: must be at most 65536, got 99999999999999999999",
    "a.yaml:3:9: seeds[0]: expected a whole number, got 1e400",
  ]);
});

test("an alias bomb is refused with its position", () => {
  expect(errorsOfFile(writeConfig(BOMB))).toEqual([
    expect.stringMatching(/^a\.yaml:\d+:\d+: aliases stand for more than 10000 values$/),
  ]);
});

test("a file nested a hundred thousand deep is an error, no crash", () => {
  const lines = errorsOfFile(writeConfig("[".repeat(100_000)));

  expect(lines).toEqual([expect.stringMatching(/^a\.yaml:\d+:\d+: /)]);
});

test("a file that is not there and a folder are errors", () => {
  const folder = mkdtempSync(join(tmpdir(), "ablate-spec-"));

  expect(errorsOfFile(join(folder, "no.yaml"))).toEqual(["a.yaml: no such file"]);
  expect(errorsOfFile(folder)).toEqual(["a.yaml: is a folder, expected a config file"]);
});

test("a key given twice is reported with the line of the first", () => {
  expect(errorsOf("train:\n  steps: 1\n  steps: 2\n")).toEqual([
    "a.yaml:3:3: train.steps: given twice, first in line 2",
  ]);
  expect(errorsOf("train: { steps: 1 }\ntrain.steps: 2\n")).toEqual([
    "a.yaml:2:1: train.steps: given twice, first in line 1",
  ]);
  expect(errorsOf("train.lr: { 0: 1, 1e1: 1, 10: 2 }\n")).toEqual([
    "a.yaml:1:24: train.lr.1e1: step 10 is given twice",
  ]);
});

test.each([
  ["trian: {}", 'a.yaml:1:1: trian: unknown key, did you mean "train"?'],
  ["train: { stepz: 1 }", 'a.yaml:1:10: train.stepz: unknown key, did you mean "train.steps"?'],
  ["train.stepz: 1", 'a.yaml:1:1: train.stepz: unknown key, did you mean "train.steps"?'],
  ["lr: 1", 'a.yaml:1:1: lr: unknown key, did you mean "train.lr"?'],
  [
    "train.nonsense: 1",
    "a.yaml:1:1: train.nonsense: unknown key, allowed: steps, batch_size, lr, l2, optimizer, groups, clip, batches, label_smoothing, stop",
  ],
  [
    "init.hidden.weight: { scheme: normal, sdt: 1 }",
    'a.yaml:1:39: init.hidden.weight.sdt: unknown key, did you mean "init.hidden.weight.std"?',
  ],
  [
    "nonsense: []",
    "a.yaml:1:1: nonsense: unknown key, allowed: name, description, data, model, init, train, record, thresholds, engine, seeds, sample, order, extends, variants, zip, grid, when, exclude, include",
  ],
  ["zips: []", 'a.yaml:1:1: zips: unknown key, did you mean "zip"?'],
  ["variants: { a: { trian.lr: 1 } }", 'a.yaml:1:18: trian: unknown key, did you mean "train"?'],
  ["grid: { train.lrr: [1] }", 'a.yaml:1:9: train.lrr: unknown key, did you mean "train.lr"?'],
  [
    "grid: { train: { lrr: [1] } }",
    'a.yaml:1:18: train.lrr: unknown key, did you mean "train.lr"?',
  ],
  ["grid: { lr: [1, 2] }", 'a.yaml:1:9: lr: unknown key, did you mean "train.lr"?'],
])("an unknown key is reported at the key: %s", (text, message) => {
  expect(errorsOf(text)).toEqual([message]);
});

test.each([
  ["train: 3", "a.yaml:1:8: train: expected a map, got 3"],
  ["train:", "a.yaml:1:7: train: expected a map, got nothing"],
  ["train.steps: many", 'a.yaml:1:14: train.steps: expected a number, got "many"'],
  ['train.steps: "3"', 'a.yaml:1:14: train.steps: expected a number, got "3"'],
  ["train.steps: 5/0", 'a.yaml:1:14: train.steps: expected a number, got "5/0"'],
  ["train.steps: 1.5", "a.yaml:1:14: train.steps: expected a whole number, got 1.5"],
  ["train.steps: 0", "a.yaml:1:14: train.steps: must be at least 1, got 0"],
  ["train.lr: -0.1", "a.yaml:1:11: train.lr: must be at least 0, got -0.1"],
  ["train.lr: .inf", "a.yaml:1:11: train.lr: expected a rate or a map of step to rate, got .inf"],
  ["train.lr: .nan", "a.yaml:1:11: train.lr: expected a rate or a map of step to rate, got .nan"],
  ["train.lr: { 0: -1 }", "a.yaml:1:16: train.lr.0: must be at least 0, got -1"],
  ["train.lr: { 5: 1 }", "a.yaml:1:11: train.lr: has no rate for step 0"],
  [
    "train.lr: { 0: 1, 1.5: 1 }",
    'a.yaml:1:19: train.lr.1.5: expected a step, a whole number from 0, got "1.5"',
  ],
  ["train.batch_size: 0", "a.yaml:1:19: train.batch_size: must be at least 1, got 0"],
  ["train.l2: -1", "a.yaml:1:11: train.l2: must be at least 0, got -1"],
  [
    "train.l2: { embeding: 1 }",
    'a.yaml:1:13: train.l2.embeding: no such parameter, did you mean "embedding"?',
  ],
  [
    'train.l2: { "*": 1 }',
    "a.yaml:1:13: train.l2.*: no such parameter, allowed: embedding, hidden1.weight, hidden1.bias, output.weight, output.bias",
  ],
  ["model.hidden: 200", "a.yaml:1:15: model.hidden: expected a list, got 200; write [200]"],
  ["model.layers: []", "a.yaml:1:15: model.layers: must not be empty"],
  ["model.hidden: [5, 0]", "a.yaml:1:19: model.hidden[1]: must be at least 1, got 0"],
  ["model.embedding: 0", "a.yaml:1:18: model.embedding: must be at least 1, got 0"],
  ["model.bias: yes", 'a.yaml:1:13: model.bias: expected true or false, got "yes"'],
  [
    "model.activation: tanhh",
    'a.yaml:1:19: model.activation: unknown value "tanhh", did you mean "tanh"?',
  ],
  [
    "model.batch_norm: hiden",
    'a.yaml:1:19: model.batch_norm: unknown value "hiden", did you mean "hidden"?',
  ],
  [
    "model.batch_norm: 3",
    "a.yaml:1:19: model.batch_norm: expected none, hidden, all or a map, got 3",
  ],
  [
    "model.batch_norm: { momentum: 2 }",
    "a.yaml:1:31: model.batch_norm.momentum: must be at most 1, got 2",
  ],
  [
    "model.batch_norm: { epsilon: -1 }",
    "a.yaml:1:30: model.batch_norm.epsilon: must be at least 0, got -1",
  ],
  [
    "model.batch_norm: all\ntrain.batch_size: 1",
    "a.yaml:2:19: train.batch_size: batch norm needs at least 2: there is no unbiased variance of 1 example",
  ],
  [
    "init.embedding: nromal",
    'a.yaml:1:17: init.embedding: unknown value "nromal", did you mean "normal"?',
  ],
  ["init.embedding: 3", "a.yaml:1:17: init.embedding: expected a scheme's name or a map, got 3"],
  ["init.embedding: constant", "a.yaml:1:17: init.embedding.value: is missing"],
  [
    "init.embedding: { scheme: normal, std: -1 }",
    "a.yaml:1:40: init.embedding.std: must be at least 0, got -1",
  ],
  [
    "init.embedding: { scheme: uniform, low: 2 }",
    "a.yaml:1:17: init.embedding: low must not be above high",
  ],
  ["data: { context: 3 }", "a.yaml:1:1: data.file: is missing"],
  ["data: { file: a, context: 0 }", "a.yaml:1:27: data.context: must be at least 1, got 0"],
  [
    "record: { evaluate: ends }",
    'a.yaml:1:21: record.evaluate: expected end, none or { every: STEPS }, got "ends"',
  ],
  ["engine: torch", 'a.yaml:1:9: engine: unknown value "torch", allowed: simd, tfjs'],
  ["name: a/b", "a.yaml:1:7: name: may have letters, digits, . _ = and - only"],
  ["seeds: []", "a.yaml:1:8: seeds: must not be empty"],
  ["seeds: 3", "a.yaml:1:8: seeds: expected a list, got 3; write [3], or 1..3 for 3 seeds"],
  [
    "seeds: 18446744073709551615",
    "a.yaml:1:8: seeds: expected a list, got 18446744073709551615; write [18446744073709551615]",
  ],
  ["seeds: [1, 1]", "a.yaml:1:12: seeds[1]: seed 1 is given twice"],
  ["seeds: [1.5]", "a.yaml:1:9: seeds[0]: expected a whole number, got 1.5"],
  [
    "seeds: [18446744073709551616]",
    "a.yaml:1:9: seeds[0]: must be from -2^63 to 2^64 - 1, as PyTorch's seeds are, got 18446744073709551616",
  ],
  ["variants: {}", "a.yaml:1:11: variants: must not be empty"],
  ["variants: { a: 3 }", "a.yaml:1:16: variants.a: expected a map"],
  [
    "variants: { a: { seeds: [1] } }",
    "a.yaml:1:18: variants.a.seeds: is the same for all runs of a config",
  ],
  ["grid: 3", "a.yaml:1:7: grid: expected a map, got 3"],
  ["grid: { train.lr: [] }", "a.yaml:1:19: grid.train.lr: must not be empty"],
  [
    "grid: { train.lr: 1 }",
    "a.yaml:1:19: grid.train.lr: expected a list of values, range, linspace or logspace",
  ],
  ["grid: { seeds: [1] }", "a.yaml:1:9: grid.seeds: is the same for all runs of a config"],
  [
    "grid: { train.lr: [1, -1], model.embedding: [1, 2, 3] }",
    "a.yaml:1:23: train.lr: must be at least 0, got -1",
  ],
  ["grid: { train.lr: [1], train: { lr: [2] } }", "a.yaml:1:33: grid.train.lr: given twice"],
])("a wrong value is reported once, where it is: %s", (text, message) => {
  expect(errorsOf(text)).toEqual([message]);
});

test("a file without data is told what is missing", () => {
  expect(errorsOfFile(writeConfig("# c\nname: a\n"))).toEqual([
    "a.yaml:2:1: data.file: is missing",
  ]);
});

test("all mistakes come at once, from top to bottom", () => {
  const lines = errorsOf(`name: a b
train:
  steps: 0
  lr: -1
  batch_sise: 3
variants:
  v1: { train.l2: { hidden2.weight: 0.1 } }
grid:
  model.embedding: [10, 0]
  train.lrr: [1]
`);

  expect(lines).toEqual([
    "a.yaml:1:7: name: may have letters, digits, . _ = and - only",
    "a.yaml:3:10: train.steps: must be at least 1, got 0",
    "a.yaml:4:7: train.lr: must be at least 0, got -1",
    'a.yaml:5:3: train.batch_sise: unknown key, did you mean "train.batch_size"?',
    'a.yaml:7:21: train.l2.hidden2.weight: no such parameter, did you mean "hidden1.weight"?',
    "a.yaml:9:25: model.embedding: must be at least 1, got 0",
    'a.yaml:10:3: train.lrr: unknown key, did you mean "train.lr"?',
  ]);
});

test("a value of the file is held to its range also where the grid replaces it", () => {
  expect(errorsOf("train.lr: -1\ngrid: { train.lr: [0.1] }")).toEqual([
    "a.yaml:1:11: train.lr: must be at least 0, got -1",
  ]);
});
