/** Norms, optimisers and curves in few words, wherever runs are told apart. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { ablate, jsonRows, makeFolder } from "./make.ts";
import { train } from "./train.ts";

const BASE = `data: { file: names.txt, context: 3, shuffle_seed: 42 }
model: { embedding: 4, hidden: [8] }
train: { steps: 4, batch_size: 8 }
record: { samples: 0 }
`;
const NORMS = `name: norms
${BASE}grid:
  model.norm: [none, batch, layer, { kind: rms, epsilon: 0.001 }]
  init.hidden.weight: [{ scheme: kaiming, gain: 1 }, { scheme: kaiming, gain: 3 }]
`;
const RATES = `name: rates
${BASE}grid:
  train.optimizer: [sgd, { name: sgd, momentum: 0.9 }, adamw, { name: adamw, weight_decay: 0.1 }]
`;
const CURVES = `name: curves
${BASE}grid:
  train.lr:
    - 0.2
    - { rate: 0.1, warmup: 2, then: cosine }
    - { rate: 0.1, then: linear, steps: 3 }
`;

const LIST = `name: list
data: { file: names.txt, context: 3, shuffle_seed: 42 }
model: { embedding: 4, layers: [{ linear: 8 }, layer_norm, tanh, { linear: 4 }] }
train: { steps: 4, batch_size: 8, clip: { norm: 1 }, lr: { rate: 0.1, then: cosine } }
record: { samples: 0 }
`;

let folder = "";

beforeAll(async () => {
  folder = makeFolder();
  const configs = { norms: NORMS, rates: RATES, curves: CURVES, list: LIST };
  for (const [name, text] of Object.entries(configs)) {
    writeFileSync(join(folder, `${name}.yaml`), text);
  }
  await train(folder, "norms.yaml");
  await train(folder, "rates.yaml");
  await train(folder, "list.yaml");
});

/** Returns the cells of the lines that begin with a word. */
function cells(text: string, start: string): readonly (readonly string[])[] {
  const lines = text.split("\n").filter((line) => line.startsWith(start));
  return lines.map((line) => line.split(/ {2,}/));
}

test("a grid over norms has one column of them, in the plan and in the comparison", async () => {
  const plan = await ablate(folder, "plan", "norms.yaml");
  const compared = await ablate(folder, "compare", "norms");

  const norms = ["none", "batch", "layer", "rms (epsilon 0.001)"].flatMap((norm) => [norm, norm]);
  expect(cells(plan.stdout, "run ")).toEqual([["run", "state", "norm", "weight"]]);
  expect(cells(plan.stdout, "norms/").map(([, , norm]) => norm)).toEqual(norms);
  expect(compared.stdout).not.toMatch(/batch_norm|has no pair/);
  expect(
    cells(compared.stdout, "norm=")
      .map(([, norm]) => norm)
      .slice(0, 8),
  ).toEqual(norms);
});

test("norms are one factor, whose values are paired with the same one", async () => {
  const rows = jsonRows(await ablate(folder, "compare", "norms", "--by", "batch_norm", "--json"));

  const effects = rows.filter(({ kind }) => kind === "effect");
  expect(effects.map(({ factor, pairs }) => [factor, pairs])).toEqual(
    [null, 2, 2, 2].map((pairs) => ["model.norm", pairs]),
  );
});

test("where no run has another norm than batch norm, it is shown as ever", async () => {
  const words = ["norms", "--only", "norm=none or norm=batch"];
  const { stdout } = await ablate(folder, "compare", ...words);

  expect(stdout).toContain("valid by model.batch_norm: difference from none");
  expect(stdout).toContain("\nhidden ");
});

test.for([
  ["norm=batch", 2],
  ["batch_norm=hidden", 2],
  ["norm=none", 2],
  ["norm!=none", 6],
  ["norm.epsilon=0.001", 2],
  ["optimizer=sgd", 8],
])("the filter %s finds %i runs", async ([filter, count]) => {
  const found = await ablate(folder, "runs", "norms", "--only", String(filter), "--json");

  expect(jsonRows(found)).toHaveLength(Number(count));
});

test("a list of layers says its norms itself, and is no run without one", async () => {
  const found = await ablate(folder, "runs", "--only", "norm=none", "--json");
  const differences = await ablate(folder, "diff", "list/run", "rates/optimizer=sgd");

  expect(jsonRows(found).map(({ run }) => run)).not.toContain("list/run");
  expect(cells(differences.stdout, "model.layers")[0]?.slice(1)).toEqual([
    "linear 8, layer_norm, tanh, linear 4, linear output",
    "-",
    "yes",
  ]);
  expect(cells(differences.stdout, "train.")).toEqual([
    ["train.lr", "0.1 (cosine to 0)", "0.1", "yes"],
    ["train.clip", "norm 1", "none", "yes"],
  ]);
});

test("of runs that have batch norm or none, `norm` finds both", async () => {
  const only = ["runs", "norms", "--only", "batch_norm=hidden", "--json"];
  const plan = await ablate(folder, "plan", "norms.yaml", "--only", "norm=batch", "--json");

  expect(jsonRows(plan).map(({ run }) => run)).toEqual(
    jsonRows(await ablate(folder, ...only)).map(({ run }) => run),
  );
});

test("two norms differ in one key, and an optimiser that is left out is SGD", async () => {
  const [batch, layer] = ["batch", "layer"].map(
    (norm) => `norms/norm=${norm}-weight=kaiming_gain_1`,
  );
  const norms = await ablate(folder, "diff", `${batch}`, `${layer}`);
  const rates = await ablate(folder, "diff", "rates/optimizer=sgd", "rates/optimizer=adamw");

  expect(cells(norms.stdout, "model.")).toEqual([["model.norm", "batch", "layer", "yes"]]);
  expect(cells(rates.stdout, "train.optimizer")).toEqual([
    ["train.optimizer", "sgd", "adamw", "yes"],
  ]);
});

test("of optimisers what is not usual is said", async () => {
  const { stdout } = await ablate(folder, "compare", "rates", "--effects");

  expect(
    stdout
      .split("\n")
      .slice(2)
      .map((line) => line.split(/ {2,}/)[0]),
  ).toEqual(
    expect.arrayContaining(["sgd", "sgd (momentum 0.9)", "adamw", "adamw (weight_decay 0.1)"]),
  );
});

test("a curve says where it ends unless that is the run's end", async () => {
  const { stdout } = await ablate(folder, "plan", "curves.yaml");

  expect(cells(stdout, "curves/").map(([, , lr]) => lr)).toEqual([
    "0.2",
    "0.1 (warmup 2, cosine to 0)",
    "0.1 (linear to 0 at 3)",
  ]);
});

test.for(["optimisers", "norms", "warm-up", "weight-decay", "hierarchical"])(
  "the plan of configs/%s.yaml fits 120 columns",
  async (name) => {
    const file = join(import.meta.dirname, "../../../configs", `${name}.yaml`);
    const { stdout } = await ablate(folder, "plan", file);

    const lines = stdout.split("\n").filter((line) => line.startsWith(`${name}/`));
    expect(lines).not.toEqual([]);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120);
  },
);
