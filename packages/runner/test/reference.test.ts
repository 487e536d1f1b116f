/** What is generated from the definitions of the keys, and the JSON Schema against real configs. */
import { readdirSync, readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { configSchemaText } from "../src/reference/json-schema.ts";
import { withTables } from "../src/reference/tables.ts";
import { errorsOf } from "./spec-make.ts";

const ROOT = new URL("../../../", import.meta.url);
const configs = readdirSync(new URL("configs/", ROOT)).filter((name) => name.endsWith(".yaml"));
const ajv = new Ajv({ allErrors: true });
ajv.addVocabulary(["patternErrorMessage"]); // the language server's own
const isSound = ajv.compile(schemaFile());

function schemaFile(): object {
  const schema: unknown = JSON.parse(read("configs/schema.json"));
  if (typeof schema !== "object" || schema === null) throw new TypeError("not a schema");
  return schema;
}

function read(path: string): string {
  return readFileSync(new URL(path, ROOT), "utf8");
}

test("docs/config.md and configs/schema.json are as `pnpm reference` writes them", () => {
  expect(withTables(read("docs/config.md"))).toBe(read("docs/config.md"));
  expect(configSchemaText()).toBe(read("configs/schema.json"));
});

test.each(configs)("the schema takes configs/%s", (name) => {
  expect(isSound(parse(read(`configs/${name}`))), JSON.stringify(isSound.errors)).toBe(true);
});

test("the schema takes every example of the documentation", () => {
  const [, ...parts] = read("docs/config.md").split("\n```yaml\n");
  const examples = parts.map((part) => part.slice(0, part.indexOf("```")));

  expect(examples.length).toBeGreaterThan(2);
  for (const example of examples) expect(isSound(parse(example)), example).toBe(true);
});

test("keys that look like numbers are matched by patterns, as the YAML language server needs it", () => {
  expect(read("configs/schema.json")).not.toContain("propertyNames");
  expect(read("configs/schema.json")).toContain('"^(0|[1-9]\\\\d{0,9})$"');
});

const DATA = "data: { file: names.txt }";

test.each([
  "",
  "init.hidden: { weight: normal }\ninit.output.bias: { scheme: normal, std: 1/100 }",
  "init: { hidden.weight: orthogonal }\ntrain.lr.0: 0.1\ntrain.l2.hidden1.weight: 5/3",
  "model: { batch_norm: { momentum: 0.5 }, hidden: [10/2, 3] }",
  "variants: { a: , b: { description: x, model: { bias: false } } }\nseeds: { range: [0, 5] }",
  "grid: { train: { lr: { logspace: [1e-3, 1, 4] } }, model.hidden: [[1], [2, 3]], train.steps: [{ range: [1, 3] }, 9] }",
  "zip: [{ train.lr: { linspace: [1, 2, 3] }, train.steps: { range: [1, 4] } }]",
  "grid: { train.lr: [0.1, { 0: 0.1, 100: 0.01 }], model.bias: [true, false] }\nexclude: [{ train.lr: 0.1, seed: 2 }]\nseeds: [2, 3]",
  "grid: { model.bias: [true, false], init.hidden.bias: [zeros, ones] }\nwhen: { init.hidden.bias: { model.bias: true } }",
  "grid: { model.bias: [true, false], init.hidden.bias: [zeros, ones] }\nwhen: { init: { hidden.bias: [{ model: { bias: true } }] } }",
  "include: [{ train.lr: 3 }, {}]",
  "model.layers: [{ linear: 10, bias: false }, { norm: batch, momentum: 0.5 }, tanh, { residual: [layer_norm, { linear: 10 }, { dropout: 1/4 }] }, { repeat: 2, layers: [gelu] }, { linear: output }]",
  "model: { norm: { kind: rms, epsilon: 1e-6 }, residual: none, dropout: 0.1 }",
  "model: { hidden: [], norm: none }",
  "train.optimizer: { name: adamw, betas: [0.9, 0.95], weight_decay: 1e-3 }",
  "train.optimizer: { momentum: 0.9 }",
  "grid: { train.optimizer: [sgd, { name: lion }], train.optimizer.weight_decay: [0, 0.1] }",
  "train: { lr: { warmup: 5, then: cosine, steps: 9 }, clip: { value: 0.5 }, batches: epochs }",
  "train: { lr: 0, clip: none, batches: { epochs: shuffled, last: drop }, label_smoothing: 0.1 }",
  'train.groups: [{ match: "*.bias", lr: 0.1 }, { match: role:weight, lr: { 0: 0.1, 5: 0 }, weight_decay: 0 }]',
  "model.hidden: [4, 4]\ninit: { hidden2: { weight: zeros }, hidden1.bias: ones, skip: 5 }",
  "model.hidden: [4, 4]\ngrid: { init.hidden2.weight: [zeros, normal] }",
  "record: { probes: { examples: batch }, best: true, evaluate: { every: 5 } }",
  "seeds: [-1, 18446744073709551615, 4_2]",
  "seeds: 1..5",
  "seeds: 1 .. 1_0, 99, -3..-1",
  "seeds: [1..5, 9, { range: [20, 22] }]",
  "sample: 40",
  "sample: { runs: all, seed: 7 }\norder: random",
  `train.l2: \${train.lr}\nmodel: { bias: "\${model.tie}", hidden: ["\${model.embedding}"] }\ninit.hidden.beta: \${init.hidden.bias}`,
  `grid: { train.l2: [0, "\${train.lr}"] }\ninit.embedding: { scheme: normal, std: "\${train.lr}" }`,
])("both the schema and ablate take %j", (text) => {
  const config = `${DATA}\n${text}`;

  expect(isSound(parse(config)), JSON.stringify(isSound.errors)).toBe(true);
  expect(errorsOf(config)).toEqual([]);
});

test.each([
  "trian: {}",
  "train.stepz: 1",
  "train: { lrr: 1 }",
  "train.lr: fast",
  "train.lr: -1",
  "train.lr: { 1.5: 1 }",
  "train.steps: 1.5",
  "train.steps: []",
  "train.batch_size: 0",
  "train.l2: { embedding: -1 }",
  "data: { file: x, context: 65 }",
  "model.hidden: 200",
  "model.layers: []",
  "model.activation: tanhh",
  "model.bias: 1",
  "model.batch_norm: { epsilon: -1 }",
  "model.batch_norm: some",
  "init.hidden.weight: nromal",
  "init.embedding: constant",
  "init.embedding: { scheme: normal, sdt: 1 }",
  "record: { samples: -1 }",
  "engine: abacus",
  "seeds: []",
  "seeds: 3",
  "name: a/b",
  "extends: 3",
  "variants: [a]",
  "variants: { a: { train.lr: -1 } }",
  "variants: { a: { seeds: [1] } }",
  "grid: { train.lr: 1 }",
  "grid: { train.lr: [] }",
  "grid: { lr: [1] }",
  "grid: { train.lr: [1, { range: [1] }] }",
  "grid: { train: { steps: [many] } }",
  "zip: { train.lr: [1] }",
  "zip: [{ train.lr: { 0: fast } }]",
  "exclude: [{}]",
  "exclude: [{ name: a }]",
  "include: [{ train.lr: [1] }]",
  "when: { train.lr: 3 }",
  "model.layers: [tanhh]",
  "model.layers: [{ linear: ten }]",
  "model.layers: [{ residual: [{ liner: 3 }] }]",
  "model.norm: group",
  "model.dropout: 1",
  "train.optimizer: adm",
  "train.optimizer: { name: adam, momentum: 0.9 }",
  "train.optimizer: { name: adam, betas: [0.9] }",
  "train.lr: { warmup: 5, then: sine }",
  "train.clip: { norm: 0 }",
  "train.clip: 1",
  "train.batches: epoch",
  "train.groups: [{ lr: 1 }]",
  "init: { hidden0: { weight: zeros } }",
  "init: { hidden2: { wait: zeros } }",
  "init.skip: -1",
  "record.probes: { examples: 257 }",
  "seeds: [1.5]",
  "seeds: 1-3",
  "seeds: 1..",
  "sample: 0",
  "sample: many",
  "sample: { runs: 3, seeds: 4 }",
  "order: shuffled",
  `seeds: ["\${train.lr}"]`,
  `train.lr: a\${train.l2}`,
])("both the schema and ablate refuse %j", (text) => {
  const config = text.startsWith("data") ? text : `${DATA}\n${text}`;

  expect(isSound(parse(config))).toBe(false);
  expect(errorsOf(config).length).toBeGreaterThan(0);
});

test.each([
  "train.lr: { 5: 1 }",
  "model.batch_norm: all\ntrain.batch_size: 1",
  "train.l2: { embeding: 1 }",
  "init.embedding: { scheme: uniform, low: 2 }",
  "init.hidden.bias: orthogonal",
  "init.hidden.gamma: { scheme: orthogonal }",
  "model.hidden: [65536, 65536]",
  "seeds: [1, 1]",
  "seeds: 5..1",
  "train: { steps: 1 }\ntrain.steps: 2",
  "zip: [{ train.lr: 1 }, { train.steps: 1 }]",
  "zip: [{ train.lr: 1 }]\ngrid: { train.lr: [1] }",
  "exclude: [{ train.lr: 7 }]",
  "grid: { train.lr: [1, 2] }\nwhen: { train.lr: { train.lr: 1 } }",
  "grid: { train.lr: { logspace: [-1, 2, 3] } }",
  "variants: { a: { data.file: x } }",
  "train.lr: 1/0",
])("only ablate finds what takes more than one value to see: %j", (text) => {
  const config = `${DATA}\n${text}`;

  expect(isSound(parse(config, { uniqueKeys: false }))).toBe(true);
  expect(errorsOf(config).length).toBeGreaterThan(0);
});
