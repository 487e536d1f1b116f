import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ablate, jsonRows, makeFolder } from "./make.ts";

const BASE = `data: { file: names.txt }
model: { embedding: 3, hidden: [8] }
train: { steps: 10, batch_size: 4 }
record: { samples: 2 }
`;

/** Runs of every kind that a config can have. */
const KINDS: Readonly<Record<string, string>> = {
  "one run": "",
  seeds: "seeds: [1, 2]",
  variants: `variants:
  plain: { description: "as it is, without: anything" }
  "1": { train.lr: 1 }
seeds: [1, 2]`,
  zip: "zip: [{ train.lr: 0.1, train.steps: 5 }, { train.lr: { 0: 0.5, 3: 0.05 }, train.steps: 8 }]",
  include:
    "grid: { train.lr: [1, 2] }\ninclude: [{ train.l2: { embedding: 0.1, hidden1.weight: 0.2 } }]\nseeds: [1, 2]",
  "exclude by seed":
    "grid: { train.lr: [1, 2] }\nexclude: [{ train.lr: 1, seed: 2 }]\nseeds: [1, 2]",
  "batch norm": `grid:
  model.batch_norm: [none, hidden, all, { where: all, epsilon: 0, momentum: 0.001, running: std }]
  init.hidden.gamma: [ones, { scheme: constant, value: 0.5 }]
when:
  init.hidden.gamma: [{ model.batch_norm: hidden }, { model.batch_norm: all }]`,
  schemes: `grid:
  init.hidden.weight: [xavier, orthogonal, { scheme: kaiming, gain: tanh }, { scheme: normal, std: 1/3 }]
  model.bias: [true, false]`,
  engines: "grid: { engine: [simd, tfjs] }",
  "one run beside others": "include: [{ train.lr: 1 }]\nseeds: [1, 2]",
  "names too long": `grid:
  init.hidden.weight: [{ scheme: uniform, low: -0.123456789, high: 0.123456789 }, xavier]
  init.output.weight: [{ scheme: uniform, low: -0.123456789, high: 0.123456789 }, xavier]
  train.lr: [0.1, 0.2]
seeds: [1, 2]`,
};

test.each(Object.entries(KINDS))(
  "the config that --save writes has the same runs: %s",
  async (_, text) => {
    const folder = makeFolder();
    mkdirSync(join(folder, "deep"));
    writeFileSync(join(folder, "my.yaml"), `${BASE}${text}\n`);

    const saved = await ablate(folder, "plan", "my.yaml", "--save", "deep/saved.yaml");
    const before = jsonRows(await ablate(folder, "plan", "my.yaml", "--json"));
    const after = await ablate(folder, "plan", "deep/saved.yaml", "--json");

    expect([saved.status, saved.stderr]).toEqual([
      0,
      expect.stringMatching(/^wrote deep\/saved\.yaml\n/),
    ]);
    expect(jsonRows(after).map(({ hash }) => hash)).toEqual(before.map(({ hash }) => hash));
    expect(jsonRows(after).map(({ config }) => config)).toEqual(before.map(({ config }) => config));
    expect(readFileSync(join(folder, "deep", "saved.yaml"), "utf8")).toContain(
      "file: ../names.txt",
    );
  },
);

/** Rows of `zip`, which all have the same keys, and an included run. */
const EVERY_KIND = `${BASE}zip:
  - { train.lr: 0.1, model.batch_norm: none, engine: simd }
  - { train.lr: { 0: 0.5, 3: 0.05 }, model.batch_norm: { where: all, epsilon: 0, momentum: 0.001, running: std }, engine: simd }
  - { train.lr: 1/3, model.batch_norm: hidden, engine: tfjs }
include:
  - { train.l2: { embedding: 0.1, hidden1.weight: 0.2 }, init.hidden.weight: { scheme: kaiming, gain: tanh } }
`;

test("config RUN prints YAML that is the same run, for runs of every kind", async () => {
  const folder = makeFolder();
  writeFileSync(join(folder, "my.yaml"), EVERY_KIND);
  const run = await ablate(folder, "run", "my.yaml", "--quiet");
  const stored = jsonRows(await ablate(folder, "runs", "--json"));

  expect(run.status).toBe(0);
  expect(stored.map(({ engine }) => engine).sort()).toEqual(["simd", "simd", "simd", "tfjs"]);
  for (const { run: name, hash } of stored) {
    writeFileSync(
      join(folder, "again.yaml"),
      (await ablate(folder, "config", String(name))).stdout,
    );
    const again = await ablate(folder, "plan", "again.yaml", "--json");
    expect(jsonRows(again).map((one) => [one.run, one.hash, one.state])).toEqual([
      [name, hash, "finished"],
    ]);
  }
});

test("what --save wrote runs, and what it trains is what was planned", async () => {
  const folder = makeFolder();
  const only = ["--only", "plain", "--seeds", "1,2", "--steps", "20"];
  await ablate(folder, "plan", "small.yaml", ...only, "--save", "two.yaml");

  const run = await ablate(folder, "run", "two.yaml", "--quiet");
  const plan = jsonRows(await ablate(folder, "plan", "small.yaml", ...only, "--json"));

  expect([run.status, run.stderr]).toEqual([0, ""]);
  expect(plan.map(({ state }) => state)).toEqual(["finished", "finished"]);
});

test("an editor finds the schema of what --save wrote, unless its path cannot be written", async () => {
  const folder = makeFolder();
  const spaced = join(folder, "with space");
  mkdirSync(join(folder, "deep"));
  mkdirSync(spaced);

  await ablate(folder, "plan", "small.yaml", "--save", "deep/saved.yaml");
  await ablate(spaced, "plan", "../small.yaml", "--save", "saved.yaml");

  const [first = ""] = readFileSync(join(folder, "deep", "saved.yaml"), "utf8").split("\n");
  const schema = first.replace("# yaml-language-server: $schema=", "");
  expect(JSON.parse(readFileSync(join(folder, "deep", schema), "utf8"))).toHaveProperty("$schema");
  expect(readFileSync(join(spaced, "saved.yaml"), "utf8")).toMatch(/^# yaml-language|^name: /);
});

test("--save never writes over a file", async () => {
  const folder = makeFolder();
  const before = readFileSync(join(folder, "small.yaml"), "utf8");

  const { status, stdout, stderr } = await ablate(
    folder,
    "plan",
    "small.yaml",
    "--save",
    "small.yaml",
  );

  expect([status, stdout, stderr]).toEqual([
    2,
    "",
    "ablate: small.yaml exists and was not changed; name another file\n",
  ]);
  expect(readFileSync(join(folder, "small.yaml"), "utf8")).toBe(before);
});
