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
  const metrics = "select name, points from metric_summary order by name";

  expect(stdout).toContain("learning rate 0 → 0.05 → 0 (cosine)");
  expect(jsonRows(await ablate(folder, "query", metrics, "--json"))).toEqual([
    { name: "clip_factor", points: 40 },
    { name: "gradient_norm", points: 40 },
  ]);
});
