/** A value of a config that is that of another key, from the file to the store. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ablate, jsonRows, makeFolder } from "./make.ts";

const SHORT = "data.file: names.txt\ntrain.steps: 3\nrecord: { samples: 0, evaluate: none }\n";

test("a factor is carried along, and what is stored is what it came to", async () => {
  const folder = makeFolder();
  const grid = "grid: { train.lr: [0.5, 0.25] }\n";
  writeFileSync(join(folder, "a.yaml"), `name: a\n${SHORT}train.l2: \${train.lr}\n${grid}`);
  const rows = "zip: [{ train.lr: 0.5, train.l2: 0.5 }, { train.lr: 0.25, train.l2: 0.25 }]\n";
  writeFileSync(join(folder, "b.yaml"), `name: b\n${SHORT}${rows}`);
  const { stderr, status } = await ablate(folder, "run", "a.yaml", "--quiet");

  expect([stderr, status]).toEqual(["", 0]);
  expect((await ablate(folder, "config", "a/lr=0.25")).stdout).toContain("\n  l2: 0.25\n");
  const planned = jsonRows(await ablate(folder, "plan", "b.yaml", "--json"));
  expect(planned.map(({ state }) => state)).toEqual(["finished", "finished"]);
});

test("--set takes one from another, and a mistake is told at its place", async () => {
  const folder = makeFolder();
  writeFileSync(join(folder, "a.yaml"), `${SHORT}train.lr: 0.5\n`);
  const planOf = (value: string) =>
    ablate(folder, "plan", "a.yaml", "--json", "--set", `train.l2=${value}`);

  expect(jsonRows(await planOf(`\${train.lr}`))).toMatchObject([
    { config: { train: { l2: 0.5 } } },
  ]);
  writeFileSync(join(folder, "a.yaml"), `${SHORT}train.lr: \${train.rl}\n`);
  expect(await ablate(folder, "plan", "a.yaml")).toEqual({
    status: 2,
    stdout: "",
    stderr: `a.yaml:4:11: train.lr: \${train.rl}: unknown key, did you mean \${train.lr}?
  4 | train.lr: \${train.rl}
    |           ^
`,
  });
});
