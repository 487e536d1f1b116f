import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decodeSafetensors } from "@ablate/core";
import { expect, test } from "vitest";
import { ablate, jsonRows, makeFolder } from "./make.ts";

/** Learns, and from step 100 on too fast to keep it. */
const CONFIG = `
name: worse
data: { file: names.txt }
model: { hidden: [16], dropout: 0.1 }
train:
  steps: 160
  batch_size: 16
  lr: { 0: 0.1, 100: 8 }
  batches: { epochs: shuffled }
  optimizer: { name: sgd, momentum: 0.9 }
record: { evaluate: { every: 20 }, best: true, probes: { examples: batch } }
grid: { train.clip: [{ norm: 1 }] }
`;

async function trained(): Promise<string> {
  const folder = makeFolder();
  writeFileSync(join(folder, "worse.yaml"), CONFIG);
  const { status, stderr } = await ablate(folder, "run", "worse.yaml", "--quiet");
  expect(status, stderr).toBe(0);
  return folder;
}

test("the best weights are exported and sampled from beside the last", async () => {
  const folder = await trained();
  const lowest = "select step from evals where split = 'valid' order by loss limit 1";
  const [{ step } = {}] = jsonRows(await ablate(folder, "query", lowest, "--json"));

  await ablate(folder, "export", "worse", "-o", "best", "--best", "--format", "safetensors");
  const last = jsonRows(await ablate(folder, "sample", "worse", "--json"));
  const best = jsonRows(await ablate(folder, "sample", "worse", "--best", "--json"));

  expect(step).toBeLessThan(160);
  expect(new Set(best.map((row) => row.step))).toEqual(new Set([step]));
  expect(new Set(last.map((row) => row.step))).toEqual(new Set([160]));
  expect(best.map(({ text }) => text)).not.toEqual(last.map(({ text }) => text));
  const [file = ""] = readdirSync(join(folder, "best"));
  const { tensors, metadata } = decodeSafetensors(readFileSync(join(folder, "best", file)));
  expect(metadata.step).toBe(String(step));
  expect(tensors.some(({ name }) => name.includes("momentum_buffer"))).toBe(false);
});

test("a run that keeps no best weights has none to sample from, in one sentence", async () => {
  const folder = makeFolder();
  await ablate(folder, "run", "small.yaml", "--steps", "5", "--only", "plain", "--quiet");

  const { status, stderr } = await ablate(folder, "sample", "plain", "--best");

  expect([status, stderr]).toEqual([
    2,
    "ablate: small/plain has no best weights: record.best keeps them\n",
  ]);
});

test("the rate's curve is named beside the charts, and what steps measured is a series", async () => {
  const folder = makeFolder();
  const curve = "train.lr={ rate: 0.05, warmup: 5, then: cosine }";
  const set = ["--set", curve, "--set", "train.clip={ norm: 1 }"];
  await ablate(folder, "run", "small.yaml", "--steps", "40", "--only", "plain", "--quiet", ...set);

  const { stdout } = await ablate(folder, "show", "plain");
  const metrics =
    "select name, points from metric_summary where name not like 'system/%' order by name";

  expect(stdout).toContain("learning rate 0 → 0.05 → 0 (cosine)");
  expect(jsonRows(await ablate(folder, "query", metrics, "--json"))).toEqual([
    { name: "clip_factor", points: 40 },
    { name: "gradient_norm", points: 40 },
  ]);
});

const NORM = "model.norm=batch";

/** Of the names of `small.yaml`, 73 examples are for training. */
test.each([
  [
    ["record.best=true"],
    "--set record.best=true: record.best: nothing is evaluated while a run trains; set record.evaluate: { every: STEPS }",
  ],
  [
    ["record.probes.examples=batch", "train.batch_size=300"],
    "--set record.probes.examples=batch: record.probes.examples: a batch has 300 examples, a probe at most 256",
  ],
  [
    ["record.probes.examples=1", NORM],
    "--set record.probes.examples=1: record.probes.examples: batch norm needs at least 2",
  ],
  [
    ["train.batches={ epochs: shuffled, last: drop }", "train.batch_size=74"],
    "train.batches: an epoch has 73 examples, too few for one batch of 74; use a smaller train.batch_size, or last: keep",
  ],
  [
    ["train.batches={ epochs: shuffled, last: keep }", "train.batch_size=8", NORM],
    "train.batches: the last batch of an epoch has 1 of 73 examples, and batch norm needs at least 2; set last: drop or another train.batch_size",
  ],
])("plan refuses %j in one sentence", async (set, sentence) => {
  const folder = makeFolder();
  writeFileSync(join(folder, "plain.yaml"), "name: plain\ndata: { file: names.txt }\n");

  const { status, stderr } = await ablate(
    folder,
    ...["plan", "plain.yaml", ...set.flatMap((one) => ["--set", one])],
  );

  expect(status).toBe(2);
  expect(stderr.split("\n")[0]).toBe(
    sentence.startsWith("--set") ? sentence : `plain.yaml:1:1: ${sentence}`,
  );
});

test.each([
  ["record.best=true", "train.stop={ patience: 1000 }"],
  ["train.batches={ epochs: shuffled, last: drop }", "train.batch_size=73"],
  ["train.batches={ epochs: shuffled, last: keep }", "train.batch_size=8"],
  ["record.probes.examples=1", "model.norm=layer"],
])("plan takes %s with %s", async (...set) => {
  const folder = makeFolder();
  writeFileSync(join(folder, "plain.yaml"), "name: plain\ndata: { file: names.txt }\n");

  const { status, stderr } = await ablate(
    folder,
    ...["plan", "plain.yaml", ...set.flatMap((one) => ["--set", one])],
  );

  expect([status, stderr]).toEqual([0, ""]);
});
