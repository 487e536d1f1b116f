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

test.each([
  ["train_loss", [], "loss"],
  ["train/loss", ["val_loss", "train/loss"], "loss"],
  ["train_loss", ["train_loss", "loss"], "train_loss"],
  ["train_loss", ["train_loss_step", "train_loss"], "train_loss"],
  ["loss", ["train_loss", "loss"], "loss"],
] as const)("%s beside %j stands for %s", (name, names, role) => {
  expect(metricFacts(name, names).role).toBe(role);
});
