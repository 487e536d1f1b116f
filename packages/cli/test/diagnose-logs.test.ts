/** `ablate diagnose` of runs that other programs train, whose logs have metrics alone. */
import { appendFileSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { ablate, jsonRows } from "./make.ts";

const folder = mkdtempSync(join(tmpdir(), "ablate-diagnose-logs-"));

/** A loss that falls from 3 to 1. */
function learning(step: number): number {
  return 1 + 2 * Math.exp(-step / 60) + 0.05 * Math.sin(step * 12.9898);
}

const LOGS: Readonly<Record<string, (step: number) => readonly [loss: number, valid: number]>> = {
  healthy: (step) => [learning(step), learning(step) + 0.1],
  spike: (step) => [step === 200 ? 7 : learning(step), learning(step) + 0.1],
  nan: (step) => [step > 250 ? Number.NaN : learning(step), learning(step) + 0.1],
  climbing: (step) => [3 + step / 20, 3 + step / 20],
  overfit: (step) => [learning(step), 2 + Math.max(-step / 100, (step - 200) / 100)],
};

beforeAll(async () => {
  mkdirSync(join(folder, "runs"));
  for (const [name, numbersOf] of Object.entries(LOGS)) {
    const rows = Array.from({ length: 300 }, (_, step) => {
      const [loss, valid] = numbersOf(step);
      return `${step},${loss},${step % 10 === 0 ? valid : ""}`;
    });
    writeFileSync(
      join(folder, "runs", `${name}.csv`),
      `step,train_loss,val_loss\n${rows.join("\n")}\n`,
    );
  }
  expect((await ablate(folder, "record", "runs")).stderr).toBe("");
});

test.each([
  ["healthy", []],
  ["spike", ["warning loss-spike"]],
  ["nan", ["error divergence"]],
  ["climbing", ["warning divergence"]],
  ["overfit", ["warning validation-gap"]],
])("the loss of %s by metrics alone", async (name, expected) => {
  const { stdout, status } = await ablate(folder, "diagnose", `runs/${name}`, "--json");
  const found = jsonRows({ stdout, status, stderr: "" });

  expect(found.map(({ level, rule }) => `${level} ${rule}`)).toEqual(expected);
  expect(status).toBe(Number(expected.some((one) => one.startsWith("error"))));
});

test("a run in which the rules have found nothing is not called one that no rule has judged", async () => {
  const ui = await ablate(
    folder,
    ...["ui", "--once", "--size", "80x10", "--view", "findings", "--run", "healthy"],
  );

  expect(ui.stdout).toContain("nothing was found in runs/healthy");
});

test("a log without ratios says what it cannot tell, once", async () => {
  const { stdout } = await ablate(folder, "diagnose", "runs/spike");

  expect(stdout).toContain("runs/spike: finished, at step 299, 1 warning");
  expect(stdout).toContain(
    "its log has no update:data ratios and probes, so rules about them cannot be checked",
  );
});

test("a folder of logs has a verdict for each, the worst first", async () => {
  const { stdout } = await ablate(folder, "diagnose", "runs");

  expect(stdout).toContain("5 runs");
  expect(stdout.indexOf("runs/nan")).toBeLessThan(stdout.indexOf("runs/spike"));
  expect(stdout).toMatch(/runs\/healthy +finished, at step 299 +healthy/);
});

test("a run that is renamed while its log grows keeps its findings", async () => {
  const grown = mkdtempSync(join(tmpdir(), "ablate-grown-logs-"));
  const path = join(grown, "runs", "a.csv");
  const rows = Array.from({ length: 300 }, (_, step) => `${step},${LOGS.spike?.(step)[0]}\n`);
  mkdirSync(join(grown, "runs"));
  writeFileSync(path, `step,loss\n${rows.slice(0, 250).join("")}`);
  await ablate(grown, "record", "runs");
  await ablate(grown, "rename", "runs/a", "b");
  appendFileSync(path, rows.slice(250).join(""));
  await ablate(grown, "record", "runs");

  const sql = "select run, rule from findings";
  expect(jsonRows(await ablate(grown, "query", sql, "--json"))).toEqual([
    { run: "runs/b", rule: "loss-spike" },
  ]);
});

test("thresholds are set as those of runs that were trained here", async () => {
  const set = "thresholds.loss_spike=1000";
  const found = jsonRows(await ablate(folder, "diagnose", "runs/spike", "--json", "--set", set));

  expect(found).toEqual([]);
});
