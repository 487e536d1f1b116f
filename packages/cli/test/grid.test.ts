import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ablate, jsonRows, makeFolder } from "./make.ts";

const BASE = `data: { file: ../names.txt }
model: { embedding: 2, hidden: [4] }
train: { steps: 5, batch_size: 4 }
record: { evaluate: none, samples: 0 }
`;

const GRID = `extends: configs/base.yaml
variants:
  wide: { model.hidden: [6] }
  deep: { model.hidden: [3, 3] }
zip:
  - { train.lr: 0.1, train.batch_size: 4 }
  - { train.lr: 1/4, train.batch_size: 8 }
grid:
  model.batch_norm: [none, hidden]
  init.hidden.gamma: [ones, { scheme: constant, value: 1/2 }]
when:
  init.hidden.gamma: { model.batch_norm: hidden }
exclude:
  - { variant: deep, model.batch_norm: none }
  - { train.lr: 0.25, seed: 2 }
include:
  - { train.lr: 0.01 }
seeds: { range: [1, 3] }
`;

const LABELS = [
  ...["lr=0.1-batch_size=4", "lr=1_4-batch_size=8"].flatMap((row) =>
    [
      "batch_norm=none",
      "batch_norm=hidden-gamma=ones",
      "batch_norm=hidden-gamma=constant_value_1_2",
    ].map((rest) => `wide-${row}-${rest}`),
  ),
  ...["lr=0.1-batch_size=4", "lr=1_4-batch_size=8"].flatMap((row) =>
    ["batch_norm=hidden-gamma=ones", "batch_norm=hidden-gamma=constant_value_1_2"].map(
      (rest) => `deep-${row}-${rest}`,
    ),
  ),
  "lr=0.01",
].flatMap((label) =>
  label.includes("1_4") ? [`${label}-seed=1`] : [`${label}-seed=1`, `${label}-seed=2`],
);

/** A folder with `grid.yaml`, which extends `configs/base.yaml`. */
function makeGrid(): string {
  const folder = makeFolder();
  mkdirSync(join(folder, "configs"));
  writeFileSync(join(folder, "configs", "base.yaml"), BASE);
  writeFileSync(join(folder, "grid.yaml"), GRID);
  return folder;
}

async function runsOf(folder: string, ...args: readonly string[]): Promise<unknown[]> {
  return jsonRows(await ablate(folder, ...args, "--json")).map(({ run }) => run);
}

test("a grid of all parts is planned, trained once and found again", async () => {
  const folder = makeGrid();
  const names = LABELS.map((label) => `grid/${label}`);

  expect(await runsOf(folder, "plan", "grid.yaml")).toEqual(names);
  const trained = await ablate(folder, "run", "grid.yaml", "--quiet");
  expect([trained.status, trained.stderr]).toEqual([0, ""]);

  const plan = jsonRows(await ablate(folder, "plan", "grid.yaml", "--json"));
  expect(plan.map(({ run, state }) => [run, state])).toEqual(
    names.map((name) => [name, "finished"]),
  );
});

test("--set, --steps and --seeds win over every part of a grid", async () => {
  const folder = makeGrid();
  const args = ["--set", "train.lr=0.5", "--steps", "3", "--seeds", "7"];
  const rows = jsonRows(await ablate(folder, "plan", "grid.yaml", ...args, "--json"));

  expect(rows).toHaveLength(11);
  expect(rows.map(({ config }) => config)).toEqual(
    rows.map(() =>
      expect.objectContaining({
        seed: 7,
        train: expect.objectContaining({ steps: 3, lr: { 0: 0.5 } }),
      }),
    ),
  );
});

test("the config of one run of a grid is that run again", async () => {
  const folder = makeGrid();
  await ablate(folder, "run", "grid.yaml", "--only", "deep", "--quiet");

  for (const { run, hash } of jsonRows(await ablate(folder, "runs", "--json")).slice(0, 3)) {
    writeFileSync(join(folder, "one.yaml"), (await ablate(folder, "config", String(run))).stdout);
    const [again] = jsonRows(await ablate(folder, "plan", "one.yaml", "--json"));
    expect([again?.hash, again?.state]).toEqual([hash, "finished"]);
  }
});
