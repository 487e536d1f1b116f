/** Reports of runs that other programs train: what does not apply is left out, or said in a sentence. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ablate } from "./make.ts";
import { metric, recordedFolder, recordRun } from "./recorded-make.ts";

const folder = recordedFolder();

/** Writes the report of a grid and returns its words, without pictures and tags. */
async function reportOf(grid: string): Promise<string> {
  const { status } = await ablate(folder, "report", grid, "-o", "x.html", "--force");
  expect(status).toBe(0);
  return readFileSync(join(folder, "x.html"), "utf8")
    .replace(/<(style|script)[^>]*>[\s\S]*?<\/\1>/g, "")
    .replace(/<svg[\s\S]*?<\/svg>/g, "CHART ")
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ");
}

test("two seeds of two settings are compared by what their logs have", async () => {
  const text = await reportOf("cnn");

  expect(text).toContain("lr=0.1 is best, with a validation loss of 1.25 ± 0.07 over 2 seeds");
  expect(text).toContain("cnn/lr=0.1-seed=1 finished 1 11 of 40");
  expect(text).toContain("No log of these runs has a loss of training");
  expect(text).toContain("accuracy 0 → 0.8 0 → 0.7");
  expect(text).toContain("The logs of these runs have no probes");
  expect(text).not.toMatch(/record\.probes|older version|data unknown|\bnull\b|NaN|undefined|nats/);
});

test("without seeds nothing is said to be larger than chance, without a goal nothing to be best", async () => {
  recordRun(folder, {
    grid: "rl",
    label: "a",
    config: { lr: 1 },
    record: metric("val/acc", [0.5]),
  });
  recordRun(folder, {
    grid: "rl",
    label: "b",
    config: { lr: 2 },
    record: metric("val/acc", [0.7]),
  });

  const rl = await reportOf("rl");
  const sweep = await reportOf("sweep");

  expect(rl).toContain(
    "b is best, with a val/acc of 0.7000; without seeds nobody can tell whether by chance.",
  );
  expect(rl).toContain("Seeds: unknown.");
  expect(sweep).toContain("2 runs, seeds unknown, 42 steps in all.");
  expect(sweep).not.toMatch(/★|is best|1 seed/);
});

test("steps, ratios and probes of a recorder are drawn as those of our own runs", async () => {
  const text = await reportOf("gpt");

  expect(text).toMatch(/Does every parameter learn\? .*CHART/);
  expect(text).toContain("head.weight −3.00 → −3.00");
  expect(text).toContain("adamw h0.attn 0.7");
  expect(text).not.toMatch(/\bln \d|300 of|\bnull\b/);
});

test("settings of any JSON are shown as what they are", async () => {
  const text = await reportOf("keras");

  expect(text).toContain("train.lr auto");
  expect(text).toContain("data.augment.crop [32, {pad: 4}]");
  expect(text).toContain("recorded from logs csv");
});
