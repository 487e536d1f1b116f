import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dataHash, loadConfig, planRuns } from "@ablate/runner";
import { openWriter } from "@ablate/store";
import { expect, test } from "vitest";
import { ablate, makeFolder } from "./make.ts";
import { train } from "./train.ts";

const GRID = `name: grid
data: { file: names.txt }
model: { hidden: [16] }
train: { steps: 50 }
record: { samples: 4 }
grid:
  model.batch_norm: [none, hidden]
  train.lr: [0.1, 1]
exclude:
  - { model.batch_norm: none, train.lr: 1 }
  - { train.lr: 0.1, seed: 2 }
seeds: [1, 2]
`;

function gridFolder(): string {
  const folder = makeFolder();
  writeFileSync(join(folder, "grid.yaml"), GRID);
  return folder;
}

test("plan prints a table of only the columns that differ, then counts, also of each rule", async () => {
  const folder = gridFolder();

  const { status, stdout, stderr } = await ablate(folder, "plan", "grid.yaml");

  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout.split("\n").slice(0, 9)).toEqual([
    "run                                   state  batch_norm  lr   seed",
    "grid/batch_norm=none-lr=0.1-seed=1    new    none        0.1  1",
    "grid/batch_norm=hidden-lr=0.1-seed=1  new    hidden      0.1  1",
    "grid/batch_norm=hidden-lr=1-seed=1    new    hidden      1    1",
    "grid/batch_norm=hidden-lr=1-seed=2    new    hidden      1    2",
    "",
    "4 runs: 4 new; 4 to train",
    "2 excluded by model.batch_norm: none, train.lr: 1 (grid.yaml:10)",
    "2 excluded by train.lr: 0.1, seed: 2 (grid.yaml:11)",
  ]);
  expect(existsSync(join(folder, "ablate.db"))).toBe(false);
});

test("a column that is the same in all runs that --only keeps is left out", async () => {
  const { stdout } = await ablate(gridFolder(), "plan", "grid.yaml", "--only", "lr=1");

  expect(stdout).toMatch(/^run +state +seed\n/);
});

test("states other than new and finished are counted", async () => {
  const folder = makeFolder();
  await ablate(
    folder,
    "run",
    "small.yaml",
    "--quiet",
    "--only",
    "plain",
    "--set",
    "train.lr=0.1,1e38",
  );

  const { stdout } = await ablate(folder, "plan", "small.yaml", "--set", "train.lr=0.1,1e38");

  expect(stdout).toContain("\n4 runs: 1 finished, 1 diverged, 2 new; 2 to train\n");
});

test("without a run to go by plan says so, with some it says which", async () => {
  const folder = makeFolder();
  const before = (await ablate(folder, "plan", "small.yaml")).stdout;
  await train(folder, "small.yaml", "--only", "plain");
  const more = ["--steps", "1000000"];
  const after = (await ablate(folder, "plan", "small.yaml", ...more)).stdout;
  const other = (await ablate(folder, "plan", "small.yaml", "--set", "train.batch_size=9")).stdout;
  const done = (await ablate(folder, "plan", "small.yaml", "--only", "plain")).stdout;

  const nothing = "time: no estimate, no stored run has the same model, batch size and engine\n";
  expect(before).toContain(nothing);
  expect(other).toContain(nothing);
  expect(after).toMatch(
    /time: about [^;]+ for 1 of them, no estimate for the others; one at a time, by the [\d,]+ steps\/s of 1 stored run of the same model, batch size and engine\n/,
  );
  expect(done).toContain("\n1 run: 1 finished; 0 to train\n");
  expect(done).not.toMatch(/^(time|store):/m);
});

test("the time is steps over the steps a second that the store has", async () => {
  const folder = makeFolder();
  await train(folder, "small.yaml", "--only", "plain", "--steps", "2000");
  const args = ["plan", "small.yaml", "--only", "plain", "--seeds", "1,2,3", "--steps", "5000000"];

  const { stdout } = await ablate(folder, ...args);
  const speed = Number(/by the ([\d,]+) steps/.exec(stdout)?.[1]?.replaceAll(",", ""));
  const [, hours = "0", minutes = "0", seconds = "0"] =
    /time: about (?:(\d+) h )?(?:(\d+) min)?(?: ?(\d+) s)?;/.exec(stdout) ?? [];
  const said = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);

  expect(speed).toBeGreaterThan(0);
  expect(said).toBeGreaterThan((15e6 / speed) * 0.9);
  expect(said).toBeLessThan((15e6 / speed) * 1.1);
});

/** The estimate of a store's size is at most this factor from what it turns out to be. */
const FACTOR = 1.25;

test.each([
  ["few steps", ["--steps", "50"]],
  ["many steps", ["--steps", "6000"]],
  ["a deep network with batch norm", ["--steps", "2000", "--set", "model.hidden=[50,50,50,50]"]],
  ["many probes", ["--steps", "300", "--set", "record.probes={ every: 2 }"]],
  [
    "many probes of wide layers",
    [
      ...["--steps", "100", "--set", "model.hidden=[300,300]"],
      ...["--set", "record.probes={ every: 1 }", "--set", "record.evaluate=none"],
    ],
  ],
  [
    "residual blocks",
    [
      ...["--steps", "200", "--set", "model.hidden=[50,50,50,50]"],
      ...["--set", "model.residual=pre", "--set", "record.probes={ every: 2 }"],
    ],
  ],
  ["large weights", ["--steps", "50", "--set", "model.hidden=[2000]"]],
  [
    "an optimiser that keeps much, with clipping",
    [
      ...["--steps", "3000", "--set", "model.hidden=[300]", "--set", "train.optimizer=adamw"],
      ...["--set", "train.clip.norm=1", "--set", "record.best=true"],
      ...["--set", "record.evaluate={ every: 500 }"],
    ],
  ],
  ["many names", ["--steps", "50", "--set", "record.samples=10000"]],
])("the size of the store is estimated within a factor of 1.25: %s", async (_, args) => {
  const folder = makeFolder();
  const { stdout } = await ablate(folder, "plan", "small.yaml", ...args);
  expect((await ablate(folder, "run", "small.yaml", "--quiet", ...args)).status).toBe(0);

  const [, number = "", unit = ""] = /more, ([\d.]+) (kB|MB) in all/.exec(stdout) ?? [];
  const estimated = Number(number) * (unit === "MB" ? 1e6 : 1e3);
  const actual = statSync(join(folder, "ablate.db")).size;

  expect(estimated / actual).toBeGreaterThan(1 / FACTOR);
  expect(estimated / actual).toBeLessThan(FACTOR);
});

test("plan and run say once where less was recorded than is asked for, and --restart mends it", async () => {
  const folder = makeFolder();
  const less = ["record.samples=2", "record.evaluate=none", "record.probes=none"].flatMap(
    (setting) => ["--set", setting],
  );
  await train(folder, "small.yaml", "--steps", "20", ...less);
  const note =
    "small/plain, small/normed were recorded with less than record.evaluate, record.samples and record.probes asks for; `ablate run --restart` trains them again\n";

  const same = await ablate(folder, "plan", "small.yaml", "--steps", "20", ...less);
  const plan = await ablate(folder, "plan", "small.yaml", "--steps", "20");
  const run = await ablate(folder, "run", "small.yaml", "--steps", "20");
  const restart = await ablate(folder, "run", "small.yaml", "--steps", "20", "--restart");
  const after = await ablate(folder, "plan", "small.yaml", "--steps", "20");

  expect(same.stderr).toBe("");
  expect(plan.stderr).toBe(note);
  expect(run.stderr.startsWith(note)).toBe(true);
  expect(restart.stderr).not.toContain("recorded with less");
  expect(after.stderr).toBe("");
});

test("10,000 runs are planned with a store that has half of them", async () => {
  const folder = makeFolder();
  const file = join(folder, "many.yaml");
  writeFileSync(file, MANY);
  await train(folder, "many.yaml", "--only", "seed=1 lr<0.05");
  const config = loadConfig(file);
  const { name, description, text } = config;
  const { runs } = planRuns(config, dataHash(readFileSync(join(folder, "names.txt"))));
  const writer = openWriter(join(folder, "ablate.db"));
  writer.planGrid({ name, description, spec: text, runs: runs.slice(0, 5000) });
  writer.close();

  const { stdout } = await ablate(folder, "plan", "many.yaml");

  expect(stdout).toMatch(/\n10,000 runs: [\d,]+ pending, 4 finished, 5,000 new; 9,996 to train\n/);
  expect(stdout).toMatch(/\ntime: about /);
});

const MANY = `name: many
data: { file: names.txt }
model: { hidden: [8] }
train: { steps: 1 }
grid:
  train.lr: { linspace: [0.01, 1, 100] }
seeds: [{ range: [0, 100] }]
`;
