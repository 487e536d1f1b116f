/** What runs record by names of their own, as commands show it. */
import { writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { openWriter } from "@ablate/store";
import { parametersOf } from "@ablate/store/test/make";
import { expect, test } from "vitest";
import { ablate, makeFolder } from "./make.ts";
import { reportIn, textOf } from "./report-make.ts";

/** A folder with a store: two runs, two seeds each, whose gradients differ. */
function recordedFolder(): string {
  const folder = makeFolder();
  const writer = openWriter(join(folder, "ablate.db"), { clock: () => Date.UTC(2026, 0, 2) });
  const claim = { token: "t", pid: process.pid, host: hostname() };
  const runs = [0.1, 1].flatMap((lr) => [1, 2].map((seed) => ({ lr, seed })));
  const stored = writer.planGrid({
    ...{ name: "g", description: "", spec: "name: g" },
    runs: runs.map(({ lr, seed }) => ({
      ...{
        hash: `0${lr}-${seed}`,
        name: `g/lr=${lr}-seed=${seed}`,
        label: `lr=${lr}-seed=${seed}`,
      },
      ...{ config: JSON.stringify({ train: { lr }, seed }), seed, engine: "simd", steps: 3 },
    })),
  });
  for (const [i, { lr, seed }] of runs.entries()) {
    const id = stored[i]?.id ?? 0;
    const norms = [0.5, 4, 16].map((norm) => norm * lr * (1 + seed / 100));
    writer.claimRun(id, claim, {}, parametersOf(["hidden1.weight"]));
    writer.appendSteps(id, "t", {
      ...{
        first: 0,
        count: 3,
        loss: new Float64Array(3).fill(2),
        lr: new Float64Array(3).fill(lr),
      },
      ...{ ratios: new Float32Array(3).fill(1e-3), metrics: Float64Array.from(norms) },
      metricNames: ["gradient_norm"],
    });
    writer.appendMetrics(id, "t", [{ name: "rare", step: 2, value: Number.POSITIVE_INFINITY }]);
    const end = { state: "finished", reason: "steps", error: null, trainSeconds: 1 } as const;
    writer.endRun(id, "t", { ...end, snapshot: null });
  }
  writer.close();
  return folder;
}

const folder = recordedFolder();

test("show has the last, the smallest and the largest number, each with its step", async () => {
  const { stdout } = await ablate(folder, "show", "lr=1-seed=1");
  expect(stdout).toMatch(/^ {2}gradient_norm +3 +16\.16 +2 +0\.505 +0 +16\.16 +2$/m);
  expect(stdout).toMatch(/^ {2}rare +1 +Infinity +2 +- +-$/m);

  const [run] = JSON.parse((await ablate(folder, "show", "lr=1-seed=1", "--json")).stdout);
  expect(run.metric_summary[0]).toMatchObject({
    name: "gradient_norm",
    points: 3,
    max: 16.16,
    max_step: 2,
  });
});

test.each([
  ["metric.gradient_norm>10", 2],
  ["metric.gradient_norm.max>1.62", 3],
  ["metric.gradient_norm.min<0.1 seed=1", 1],
  ["has:metric.rare", 4],
])("runs %s finds %d", async (filter, count) => {
  const { stdout } = await ablate(folder, "runs", filter, "--json");
  expect(JSON.parse(stdout)).toHaveLength(count);
});

test("a filter by a metric that no run has names one that is near", async () => {
  const { status, stderr } = await ablate(folder, "runs", "metric.gradient_nrm>1");
  expect(status).toBe(2);
  expect(stderr).toContain('did you mean "metric.gradient_norm"?');
});

test("compare takes a metric; of one without a goal nothing is the best", async () => {
  const by = ["compare", "g", "--by", "train.lr", "--metric", "metric.gradient_norm"];
  const { stdout } = await ablate(folder, ...by);
  expect(stdout).toMatch(/0\.1 +1\.624 ± 0\.01131 +2/);
  expect(stdout).toMatch(/\b1 +16\.24 ± 0\.1131 +2/);
  expect(stdout).toContain("no metric.gradient_norm is better than another");
  expect(stdout).not.toContain("*");
});

test("history has a column for each metric, and metrics is a table of its own", async () => {
  const csv = await ablate(folder, "export", "lr=1-seed=1", "-o", "-", "--format", "csv");
  expect(csv.stdout.split("\r\n").slice(0, 4)).toEqual([
    "run,step,loss,lr,ratio:hidden1.weight,metric.gradient_norm,metric.rare",
    "g/lr=1-seed=1,0,2,1,0.0010000000474974513,0.505,",
    "g/lr=1-seed=1,1,2,1,0.0010000000474974513,4.04,",
    "g/lr=1-seed=1,2,2,1,0.0010000000474974513,16.16,Infinity",
  ]);
  const args = ["export", "lr=1-seed=1", "--table", "metrics", "-o", "-", "--format", "csv"];
  expect((await ablate(folder, ...args)).stdout.split("\r\n")).toEqual([
    "run,name,step,value",
    "g/lr=1-seed=1,gradient_norm,0,0.505",
    "g/lr=1-seed=1,gradient_norm,1,4.04",
    "g/lr=1-seed=1,gradient_norm,2,16.16",
    "g/lr=1-seed=1,rare,2,Infinity",
    "",
  ]);
  const sql = "select step, value from metrics where run = 'g/lr=1-seed=1' and name = 'rare'";
  const { stdout } = await ablate(folder, "query", sql, "--json");
  expect(JSON.parse(stdout)).toEqual([{ step: 2, value: "Infinity" }]);
});

test("a run records what clipping and groups do, and keeps its best weights", async () => {
  const own = makeFolder();
  writeFileSync(join(own, "clip.yaml"), CLIPPED);
  expect((await ablate(own, "run", "clip.yaml", "--quiet")).status).toBe(0);

  const [run] = JSON.parse((await ablate(own, "show", "clip/run", "--json")).stdout);
  const names = run.metric_summary.map(({ name }: { name: string }) => name);
  expect(names).toEqual([
    ...["gradient_norm", "clip_factor", "lr.role:bias"],
    ...["system/cpu", "system/memory", "system/steps_per_s"],
  ]);
  expect(run.metric_summary[1].max).toBeLessThanOrEqual(1);
  expect(run.metric_summary[2]).toMatchObject({ points: 60, last: 0.02 });
  const { best_weights_step: step } = run;
  expect(step).toBe(run.best_valid_step);
  const page = await ablate(own, "show", "clip/run");
  expect(page.stdout).toMatch(/^ {2}best +validation loss \d\.\d+ at step \d+, kept \(--best\)$/m);

  const best = await ablate(own, "sample", "clip/run", "--best", "--json");
  expect(JSON.parse(best.stdout)[0].step).toBe(step);
  const weights = await ablate(own, "export", "clip/run", "--best", "-o", "best.safetensors");
  expect(weights.stderr).toBe("wrote the best weights of 1 run to best.safetensors\n");
  expect(JSON.parse((await ablate(own, "doctor", "--json")).stdout)).not.toContainEqual(
    expect.objectContaining({ ok: false }),
  );
});

/** A rate that ends too high: the best weights are not the last. */
const CLIPPED = `name: clip
data: { file: names.txt }
model: { embedding: 4, hidden: [8] }
train:
  { steps: 60, batch_size: 8, lr: { 0: 0.5, 20: 8 }, clip: { norm: 1 },
    groups: [{ match: "role:bias", lr: 0.02 }] }
record: { best: true, evaluate: { every: 10 } }
seeds: [1]
`;

test("a report draws each metric, a line for each group, and has its ends in a table", async () => {
  const html = await reportIn(folder, "g");
  const [, section = ""] = html.split("What else was recorded</h2>");
  const [own = ""] = section.split("</section>");

  expect(own).toContain(">gradient_norm</title>");
  expect(textOf(own)).toMatch(/gradient_norm\s*0\.0508 → 1\.620\.508 → 16\.2/);
});
