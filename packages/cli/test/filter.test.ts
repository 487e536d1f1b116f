import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { ablate, jsonRows, makeFolder } from "./make.ts";

/** A folder whose `grid.yaml` has been run in part, for tests that only read. */
let folder = "";

const GRID = `name: grid
data: { file: names.txt }
model: { embedding: 4, hidden: [16] }
train: { steps: 20, batch_size: 8 }
variants: { v1: { init.hidden.weight: { scheme: kaiming, gain: 3 } }, v10: {}, v2: { train.l2: 1 } }
grid: { train.lr: [0.1, 0.01], model.embedding: [2] }
seeds: [1, 2]
`;

beforeAll(async () => {
  folder = makeFolder();
  writeFileSync(join(folder, "grid.yaml"), GRID);
  const { status } = await ablate(folder, "run", "grid.yaml", "--only", "v1-* lr>=0.1", "--quiet");
  expect(status).toBe(0);
});

async function namesOf(...args: readonly string[]): Promise<unknown[]> {
  return jsonRows(await ablate(folder, ...args, "--json")).map(({ run }) => run);
}

test("run --only trains what matches, and stores nothing else", async () => {
  expect(await namesOf("runs")).toEqual(["grid/v1-lr=0.1-seed=1", "grid/v1-lr=0.1-seed=2"]);
});

test.each([
  ["words", "v10 lr=0.01 seed=2", ["v10-lr=0.01-seed=2"]],
  ["fields of the config", "variant=v2 train.lr<0.1 seed:1", ["v2-lr=0.01-seed=1"]],
  ["what is stored", "state:finished seed=2", ["v1-lr=0.1-seed=2"]],
  ["what came of it", "has:valid_loss -seed=1", ["v1-lr=0.1-seed=2"]],
  ["what is new", "state=new gain>2 seed=1", ["v1-lr=0.01-seed=1"]],
  ["a name in quotes", '"v2-lr=0.1-seed=1"', ["v2-lr=0.1-seed=1"]],
])("plan --only goes by %s", async (_, filter, labels) => {
  expect(await namesOf("plan", "grid.yaml", "--only", filter)).toEqual(
    labels.map((label) => `grid/${label}`),
  );
});

test("--only given twice keeps what matches either, in the order of the plan", async () => {
  const args = ["--only", "v2 lr=0.1 seed=1", "--only", "v10 lr=0.1 seed=1"];

  expect(await namesOf("plan", "grid.yaml", ...args)).toEqual([
    "grid/v10-lr=0.1-seed=1",
    "grid/v2-lr=0.1-seed=1",
  ]);
});

test("runs are filtered by words, which are one filter, and by --only besides", async () => {
  expect(await namesOf("runs", "grid", "seed=2")).toEqual(["grid/v1-lr=0.1-seed=2"]);
  expect(await namesOf("runs", "-seed:2", "v1")).toEqual(["grid/v1-lr=0.1-seed=1"]);
  expect((await ablate(folder, "runs", "--", "-seed:2")).stdout).not.toContain("seed=2");
  expect(await namesOf("runs", "v1 or", "v7", "--only", "seed=1")).toEqual([
    "grid/v1-lr=0.1-seed=1",
  ]);
  expect(await namesOf("runs", "valid_loss>99")).toEqual([]);
});

test("a mistake in a filter of runs is a sentence and exit code 2", async () => {
  for (const [filter, sentence] of [
    ["lrr>1", 'lrr>1: no run has a field "lrr"; did you mean "lr"?'],
    ["(v5", 'filter: "(" at 0 is not closed'],
  ] as const) {
    const { status, stdout, stderr } = await ablate(folder, "runs", filter);
    expect([status, stdout, stderr]).toEqual([2, "", `ablate: ${sentence}\n`]);
  }
});

test("the help shows where a filter goes", async () => {
  expect((await ablate(folder, "runs", "--help")).stdout).toContain(
    "usage: ablate runs [FILTER...] [flags]",
  );
  expect((await ablate(folder, "--help")).stdout).toContain("  runs [FILTER...] ");
});
