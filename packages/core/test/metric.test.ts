import { expect, test } from "vitest";
import { metricFacts } from "../src/metric.ts";

test.each([
  ["val/accuracy", "max"],
  ["Accuracy/val", "max"],
  ["accuracy_epoch", "max"],
  ["perplexity/test", "min"],
  ["Loss/validation", "min"],
  ["train/loss", "min"],
  ["epoch", null],
  ["train", null],
  ["tokens_per_step", null],
] as const)("%s is better the %s", (name, goal) => {
  expect(metricFacts(name).goal).toBe(goal);
});
