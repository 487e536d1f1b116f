/** Runs of other programs side by side, alone and with runs that are trained here. */
import { expect, test } from "vitest";
import { ablate, jsonRows, makeFolder } from "./make.ts";
import { metric, recordedFolder, recordRun, recordSteps } from "./recorded-make.ts";

const folder = recordedFolder();

test("runs of one config are rows of several seeds where the log says these, else a row each", async () => {
  const cnn = await ablate(folder, "compare", "cnn");
  const sweep = await ablate(folder, "compare", "sweep");

  expect(cnn.stdout).toMatch(/^cnn: 4 runs, 2 rows, 2 seeds; mean/);
  expect(cnn.stdout).toMatch(/^lr=0\.1 +0\.1 +1\.2500 ± 0\.0707 \* +2 +10$/m);
  expect(
    sweep.stdout,
  ).toBe(`sweep: 2 runs, 2 rows, seeds unknown; by reward, as none has a valid_loss; mean ± std over the runs of a row
run    reward  n
first       3  1
again       4  1
no metric.reward is better than another
the runs do not differ in their configs
`);
});

test("a metric goes by its name, and its goal says which is the best", async () => {
  const byName = await ablate(folder, "compare", "cnn", "--metric", "accuracy");
  const byField = await ablate(folder, "compare", "cnn", "--metric", "metric.accuracy");

  expect(byName.stdout).toBe(byField.stdout);
  expect(byName.stdout).toMatch(/^lr=0\.1 +0\.1 +0\.8 ± 0 \* +2$/m);
  const { status, stderr } = await ablate(folder, "compare", "cnn", "--metric", "acuracy");
  expect([status, stderr]).toEqual([2, expect.stringContaining("did you mean accuracy?")]);
});

test("configs of any JSON stand beside each other, and no setting of ours is said of them", async () => {
  const both = await ablate(folder, "compare", "keras", "gpt");
  const [row] = jsonRows(await ablate(folder, "compare", "keras", "gpt", "--json"));

  expect(both.stdout).not.toMatch(/\bsgd\b/);
  expect(both.stdout).not.toContain("\u001b");
  expect(both.stdout).toMatch(/; `ablate diff A B` shows those of two runs, --json all$/m);
  expect(row?.settings).toMatchObject({ "train.lr": "auto", "key.with.dots.a.b": 1, init: null });
});

test("a grid with hundreds of settings is compared by those that differ", async () => {
  const large = makeFolder();
  const config = (lr: number) =>
    Object.fromEntries(
      [...Array(300)].map((_, i) => [`key${i}`, i === 7 ? { lr } : [i, null, {}]]),
    );
  for (const lr of [1, 2]) {
    const record = metric("val/accuracy", [0.5, lr / 3]);
    recordRun(large, { grid: "big", label: `run${lr}`, config: config(lr), seed: 1, record });
  }
  const all = makeFolder();
  for (const label of ["a", "b"]) {
    const keys = Object.fromEntries([...Array(300)].map((_, i) => [`k${i}`, label + i]));
    recordRun(all, { grid: "all", label, config: keys, record: metric("loss", [1]) });
  }

  const { stdout } = await ablate(large, "compare", "big");
  expect(stdout).toMatch(/^run +lr +val\/accuracy +n$/m);
  expect(stdout).toContain("by val/accuracy, as none has a valid_loss");
  const others = await ablate(all, "compare", "all");
  expect(others.stdout).toContain("288 more keys of the configs differ");
  expect(Math.max(...others.stdout.split("\n").map((line) => line.length))).toBeLessThan(300);
});

test("what is lost is said of recorded runs, too: failed, or ended on a loss that is not finite", async () => {
  const lossy = makeFolder();
  const record = metric("val_loss", [3, Number.NaN]);
  recordRun(lossy, { grid: "g", label: "nan", config: { lr: 9 }, seed: 1, record });
  recordRun(lossy, { grid: "g", label: "bad", config: { lr: 8 }, seed: 1, state: "failed" });
  recordRun(lossy, {
    grid: "g",
    label: "no",
    config: { lr: 7 },
    seed: 1,
    record: metric("acc", [1]),
  });
  const good = metric("val_loss", [3, 2]);
  recordRun(lossy, { grid: "g", label: "good", config: { lr: 1 }, seed: 1, record: good });

  const { stdout } = await ablate(lossy, "compare", "g");

  expect(stdout).toMatch(/^nan +9 +- +0 of 1 +not finite +-$/m);
  expect(stdout).toMatch(/^bad +8 +- +0 of 1 +failed +-$/m);
  expect(stdout).toMatch(/^no +7 +- +0 of 1 +-$/m);
  expect(stdout).toMatch(/^good +1 +2\.0000 \* +1 +10$/m);
});

test("what is asked for needs no reason; a loss of failed runs alone is one", async () => {
  const folder = makeFolder();
  const record: typeof good = (writer, id, token) => {
    metric("val_loss", [3, 2])(writer, id, token);
    metric("loss", [3, 2])(writer, id, token);
  };
  const good = metric("acc", [1]);
  recordRun(folder, { grid: "g", label: "a", config: { lr: 9 }, seed: 1, state: "failed", record });
  recordRun(folder, { grid: "h", label: "b", config: { lr: 9 }, seed: 1, record: good });

  const failed = await ablate(folder, "compare", "g");
  expect(failed.stdout).toContain("by loss, as all runs with a valid_loss failed; ");
  const asked = await ablate(folder, "compare", "h", "--metric", "acc");
  expect(asked.stdout).not.toContain("as none has");
  const { stdout } = await ablate(folder, "diagnose", "g");
  expect(stdout).toContain("no findings, but it failed");
  expect(stdout).not.toContain("healthy");
});

test("steps that end on a loss that is not finite are no result", async () => {
  const lossy = makeFolder();
  for (const [label, last] of [
    ["nan", Number.NaN],
    ["good", 2],
  ] as const) {
    recordRun(lossy, {
      grid: "g",
      label,
      config: { lr: last },
      seed: 1,
      ...recordSteps([3, last]),
    });
  }

  const { stdout } = await ablate(lossy, "compare", "g");

  expect(stdout).toMatch(/^nan .* 0 of 1 +not finite/m);
  expect(stdout).toMatch(/^good .*2\.5000/m);
});
