/** Values that stand for those of other keys: `${train.lr}`. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import type { Overrides } from "../src/config/config.ts";
import { ConfigError } from "../src/config/config-error.ts";
import { planRuns } from "../src/plan/plan-runs.ts";
import { errorsOf, load, setting, writeConfig } from "./spec-make.ts";

fc.configureGlobal({ seed: 18 }); // the same cases every time; a failure names it

function runsOf(text: string, overrides: Overrides = {}) {
  const data = "data: { file: /names.txt }\n";
  const { runs } = planRuns(load(data + text, overrides), "hash of the data");
  return runs;
}

const hashesOf = (text: string, overrides?: Overrides): readonly string[] =>
  runsOf(text, overrides).map(({ hash }) => hash);

test.each([
  [`train.l2: \${train.lr}`, "train.l2: 0.1"],
  [`train.l2: \${train.lr}\ntrain.lr: 1/3`, "train.l2: 1/3\ntrain.lr: 1/3"],
  [
    `train.optimizer: { name: adamw, weight_decay: '\${train.lr}' }`,
    "train.optimizer: { name: adamw, weight_decay: 0.001 }",
  ],
  [
    `train.optimizer: { name: adamw, weight_decay: '\${train.optimizer.eps}' }`,
    "train.optimizer: { name: adamw, weight_decay: 1e-8 }",
  ],
  [
    `train: { lr: { rate: 0.2, warmup: 5, then: cosine }, l2: '\${train.lr.rate}' }`,
    "train: { lr: { rate: 0.2, warmup: 5, then: cosine }, l2: 0.2 }",
  ],
  [
    `train.l2: { hidden1.weight: 0.5, embedding: '\${train.l2.hidden1.weight}' }`,
    "train.l2: { hidden1.weight: 0.5, embedding: 0.5 }",
  ],
  [`model.hidden: ['\${model.embedding}', 8, '\${data.context}']`, "model.hidden: [10, 8, 3]"],
  [
    `init.embedding: { scheme: normal, std: 0.3 }\ninit.hidden.bias: \${init.embedding}`,
    "init.embedding: { scheme: normal, std: 0.3 }\ninit.hidden.bias: { scheme: normal, std: 0.3 }",
  ],
  [
    `model.hidden: [5, 5]\ninit.output.bias: \${init.hidden2.bias}`,
    "model.hidden: [5, 5]\ninit.output.bias: { scheme: normal, std: 0.01 }",
  ],
  [
    `model.layers: [{ linear: 7 }, tanh, { linear: '\${model.embedding}' }, { linear: output }]`,
    "model.layers: [{ linear: 7 }, tanh, { linear: 10 }, { linear: output }]",
  ],
  [
    `train: { lr: '\${train.l2}', l2: '\${train.label_smoothing}', label_smoothing: 0.25 }`,
    "train: { lr: 0.25, l2: 0.25, label_smoothing: 0.25 }",
  ],
  [
    `train: { groups: [{ match: '*.bias', lr: '\${train.lr}', weight_decay: '\${train.l2}' }] }`,
    "train: { groups: [{ match: '*.bias', lr: 0.1, weight_decay: 0 }] }",
  ],
])("%s is the run that writes it out", (taken, written) => {
  const [run] = runsOf(taken);
  const [other] = runsOf(written);

  expect(run?.config).toBe(other?.config);
  expect(run?.hash).toBe(other?.hash);
});

test("a value is that of the same run: of its variant, row, factor, entry and --set", () => {
  const text = `
train: { lr: 0.1, l2: "\${train.lr}" }
variants: { a: {}, b: { train.lr: 0.2 } }
zip: [{ model.embedding: 4, data.context: 3 }, { model.embedding: 5, data.context: 4 }]
grid: { model.hidden: [["\${model.embedding}"], ["\${data.context}"]] }
include: [{ train.lr: 0.3 }]
`;
  const seen = (overrides: Overrides = {}) =>
    runsOf(text, overrides).map(({ resolved }) => [
      setting(resolved, ["train", "l2"]),
      setting(resolved, ["model", "hidden"]),
    ]);

  const rows = [[4], [3], [5], [4]];
  const hiddens = (l2: number) => rows.map((hidden) => [l2, hidden]);
  expect(seen()).toEqual([...hiddens(0.1), ...hiddens(0.2), [0.3, [200]]]);
  expect(new Set(seen({ set: ["train.lr=0.7"] }).map(([l2]) => l2))).toEqual(new Set([0.7]));
  expect(seen({ set: [`train.l2=\${train.label_smoothing}`] })[0]).toEqual([0, [4]]);
});

test("what is compared and what is named are values of the run", () => {
  const text = `train.l2: "\${train.lr}"
grid: { train.lr: [0.1, 0.2], model.dropout: ["\${train.label_smoothing}", 0.5] }
exclude: [{ train.l2: 0.1, model.dropout: 0 }]`;

  expect(runsOf(text).map(({ label }) => label)).toEqual([
    "lr=0.1-dropout=0.5",
    "lr=0.2-dropout=train.label_smoothing",
    "lr=0.2-dropout=0.5",
  ]);
});

test("what all runs share may take what does not vary", () => {
  const text = `record.evaluate: { every: '\${train.stop.every}' }\ntrain: { steps: 9, stop.every: 3 }`;

  expect(runsOf(text)[0]?.resolved.record.evaluate).toEqual({ every: 3 });
});

test("a config that is extended takes values of the file on top", () => {
  const below = writeConfig(`data.file: /names.txt\ntrain: { lr: 0.1, l2: "\${train.lr}" }\n`);

  expect(load(`extends: ${below}\ndata: {}\ntrain.lr: 0.4\n`).cells[0]?.config.train.l2).toBe(0.4);
});

test.each([
  [
    `train.l2: \${train.lrr}`,
    `2:11: train.l2: \${train.lrr}: unknown key, did you mean \${train.lr}?`,
  ],
  [`train.l2: \${lr}`, `2:11: train.l2: \${lr}: unknown key, did you mean \${train.lr}?`],
  [
    `train.l2: \${train.stop}`,
    `2:11: train.l2: \${train.stop}: is a group of keys, take one of them`,
  ],
  [`train.l2: \${}`, `2:11: train.l2: \${}: unknown key, expected one of a run, as train.lr`],
  [
    `train.l2: \${seeds}`,
    `2:11: train.l2: \${seeds}: unknown key, expected one of a run, as train.lr`,
  ],
  [
    `train.l2: \${HOME}`,
    `2:11: train.l2: \${HOME}: unknown key; variables of the environment are for paths`,
  ],
  [`train.l2: \${model.layers}`, `2:11: train.l2: \${model.layers}: has no value in this run`],
  [
    `train.l2: \${model.hidden}`,
    "2:11: train.l2: expected a number or a map by parameter name, got a list, which is that of model.hidden",
  ],
  [
    `train.lr: 2\nmodel.dropout: \${train.lr}`,
    "3:16: model.dropout: must be below 1, got 2, which is that of train.lr",
  ],
  [
    `train.l2: a\${train.lr}b`,
    `2:11: train.l2: expected a number or a map by parameter name, got "a\${train.lr}b"; a value of another key stands alone: "\${train.lr}"`,
  ],
  [
    `train.batch_size: \${train.lr`,
    `2:19: train.batch_size: expected a number, got "\${train.lr"; a value of another key stands alone: "\${train.lr}"`,
  ],
  [
    "train.batch_size: $train.lr",
    `2:19: train.batch_size: expected a number, got "$train.lr"; a value of another key stands alone: "\${train.lr}"`,
  ],
  [`train: { l2: \${train.lr} }`, `2:14: not valid YAML: \${train.lr} stands in quotes here`],
  [`train.l2: \${train.l2}`, "2:11: train.l2: a circle: train.l2 -> train.l2"],
  [
    `train: { lr: '\${train.l2}', l2: '\${model.dropout}' }\nmodel.dropout: \${train.lr}`,
    "3:16: model.dropout: a circle: model.dropout -> train.lr -> train.l2 -> model.dropout",
  ],
  [
    `exclude: [{ train.l2: '\${train.lr}' }]`,
    "2:23: exclude[0].train.l2: is compared, and takes no value from another key",
  ],
  [
    `record.samples: \${train.batch_size}\ngrid: { train.batch_size: [2, 3] }`,
    "2:1: record: takes a value that varies, and is the same for all runs of a config",
  ],
  [`seeds: ['\${train.steps}']`, `2:9: seeds[0]: expected a whole number, got "\${train.steps}"`],
  [
    `train.stepz: 3\ntrain.l2: \${train.lr}`,
    '2:1: train.stepz: unknown key, did you mean "train.steps"?',
  ],
])("%s: one sentence says what is wrong, and where", (text, said) => {
  const [at = "", message] = errorsOf(`data: { file: names.txt }\n${text}`);

  expect([at, message]).toEqual([`a.yaml:${said}`, undefined]);
});

test("--set takes values as well, and says what is wrong with them", () => {
  const set = [`train.l2=\${train.lrr}`];

  expect(errorsOf("train.lr: 0.3", { set })).toEqual([
    `--set train.l2=\${train.lrr}: train.l2: \${train.lrr}: unknown key, did you mean \${train.lr}?`,
  ]);
  expect(hashesOf("train.lr: 0.3", { set: [`train.l2=\${train.lr}`] })).toEqual(
    hashesOf("train: { lr: 0.3, l2: 0.3 }"),
  );
});

test("lists that double each other are refused", () => {
  const ten = (key: string): string => `[${Array(10).fill(`"\${${key}}"`).join(", ")}]`;
  const keys = ["model.hidden", "train.l2", "train.lr", "model.dropout", "init.skip"];
  const text = keys.map((key, i) => `${key}: ${ten(keys[i + 1] ?? "data.context")}`).join("\n");

  expect(errorsOf(text)[0]).toMatch(/stands for more than 10000 values$/);
});

const KEYS = [
  "train.lr",
  "train.l2",
  "train.label_smoothing",
  "model.dropout",
  "thresholds.dead_units",
];
const USUAL = [0.1, 0, 0, 0, 0.5];

/** What a key has in a run of these values: a number, or null in a circle. */
function plainly(
  values: ReadonlyMap<string, number | string>,
  key: string,
  left = 9,
): number | null {
  const value = values.get(key) ?? USUAL[KEYS.indexOf(key)] ?? 0;
  if (typeof value === "number") return value;
  return left === 0 ? null : plainly(values, value.slice(2, -1), left - 1);
}

const layer = fc
  .dictionary(
    fc.constantFrom(...KEYS),
    fc.oneof(fc.constantFrom(0.25, 0.125), fc.constantFrom(...KEYS.map((key) => `\${${key}}`))),
  )
  .map((one) => new Map(Object.entries(one)));
const ofRuns = layer.map(
  (one) => new Map([...one].filter(([key]) => !key.startsWith("thresholds"))),
);

test("random references are as following them by hand", () => {
  fc.assert(
    fc.property(
      layer,
      fc.array(ofRuns, { minLength: 1, maxLength: 3 }),
      ofRuns,
      (base, all, set) => {
        const variants = Object.fromEntries(
          all.map((one, i) => [`v${i}`, Object.fromEntries(one)]),
        );
        const text = stringify({ data: { file: "n" }, ...Object.fromEntries(base), variants });
        const overrides = { set: [...set].map(([key, value]) => `${key}=${value}`) };
        const runs = all.map((one) => new Map([...base, ...one, ...set]));
        const expected = runs.map((values) => KEYS.map((key) => plainly(values, key)));
        const shared = new Set(expected.map((values) => values.at(-1)));

        if (expected.flat().includes(null) || shared.size > 1) {
          expect(errorsOf(text, overrides).join("\n")).toMatch(
            /a circle: |takes a value that varies/,
          );
        } else {
          const found = load(text, overrides).cells.map(
            ({ config: { train, model, thresholds } }) => [
              setting(train, ["lr", "0"]),
              train.l2,
              train.label_smoothing ?? 0,
              setting(model, ["dropout"]) ?? 0,
              thresholds?.dead_units ?? 0.5,
            ],
          );
          expect(found).toEqual(expected);
        }
      },
    ),
    { numRuns: 150 },
  );
});

test("nothing that can be nested crashes", () => {
  const name = fc.constantFrom(
    ...KEYS,
    "model.hidden",
    "train.optimizer",
    "init.hidden.bias",
    "train",
    "x",
    "",
  );
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      name.map((one) => `\${${one}}`),
      fc.constantFrom(0.5, 3, "adamw", null, `\${`, `a\${train.lr}`),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(
        fc.constantFrom("name", "scheme", "std", "0", "eps", "layers", "repeat", "x.y"),
        tie("value"),
      ),
    ),
  }));
  const keys = fc.constantFrom(
    ...KEYS,
    "model.hidden",
    "model.layers",
    "train.optimizer",
    "init.hidden.bias",
    "init.hidden3.bias",
    "train.stop",
    "train",
    "record.evaluate",
    "engine",
    "data.context",
  );
  fc.assert(
    fc.property(fc.dictionary(keys, value), fc.dictionary(keys, value), (base, variant) => {
      const text = stringify({ data: { file: "n" }, ...base, variants: { a: variant } });
      try {
        expect(load(text).cells).toHaveLength(1);
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        expect(error.problems.length).toBeGreaterThan(0);
      }
    }),
    { numRuns: 300 },
  );
});
