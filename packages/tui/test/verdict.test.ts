/** Verdicts on update:data never contradict what the rules have found. */
import type { Finding } from "@ablate/store";
import { expect, test } from "vitest";
import { updateFinding } from "../src/views/run/verdict.ts";
import { makeStore, type RunPlan, screen, session } from "./make.ts";
import { makeFinding } from "./probe-make.ts";

const slow: Finding = makeFinding({
  rule: "slow-updates",
  layer: "hidden1",
  param: "hidden1.weight",
  step: 200,
  value: 1e-5,
});

function lineOf(plan: Omit<RunPlan, "label">, name = "hidden1.weight"): string {
  const ui = session(makeStore([{ label: "a", ...plan }]), {
    columns: 120,
    settings: { view: "run" },
  });
  return screen(ui).find((text) => text.includes(name)) ?? "";
}

test("what a rule has found is the verdict, with its step, whatever the ratios are", () => {
  expect(lineOf({ findings: [slow] })).toMatch(/−3\.00 +too slow since 200/);
  const frozen = { ...slow, rule: "frozen" as const, level: "error" as const, step: 100 };
  expect(lineOf({ findings: [frozen] })).toMatch(/−3\.00 +frozen$/);
});

test("what is over is no verdict any more", () => {
  expect(lineOf({ findings: [{ ...slow, level: "info" }] })).toMatch(/−3\.00 +right$/);
});

test("a parameter without a band has a verdict where a rule has spoken", () => {
  const fast = {
    ...slow,
    rule: "fast-updates" as const,
    level: "info" as const,
    param: "output.bias",
  };

  expect(lineOf({ findings: [fast] }, "output.bias")).toMatch(/too fast since 200/);
  expect(lineOf({}, "output.bias")).toMatch(/not judged/);
});

test("where rules have judged by their own thresholds, what they did not find is right", () => {
  const ratio = () => 10 ** -4.2;

  expect(lineOf({ ratio })).toMatch(/−4\.20 +too slow$/);
  expect(lineOf({ ratio, isDiagnosed: true })).toMatch(/−4\.20 +right$/);
});

test("the first hundred steps are not judged, and nothing before the hundred after them", () => {
  expect(lineOf({ steps: 199, ratio: () => 1e-9 })).toMatch(/−9\.00 +too early/);
  const late = (_: number, step: number) => (step < 100 ? 1 : 1e-3);
  expect(lineOf({ steps: 200, ratio: late })).toMatch(/−3\.00 +right$/);
});

test("steps after the last whole hundred do not count, as with the rules", () => {
  const late = (_: number, step: number) => (step < 300 ? 1e-3 : 1e-9);

  expect(lineOf({ steps: 370, ratio: late })).toMatch(/−3\.00 +right$/);
});

test("of a hidden weight a finding at level info is over, of others it holds", () => {
  const info = { ...slow, level: "info" as const };

  expect(updateFinding([info], "hidden1.weight", { low: -4, high: -2 })).toBeUndefined();
  expect(updateFinding([info], "hidden1.weight", { low: null, high: null })).toBe(info);
  expect(updateFinding([slow], "hidden2.weight", { low: -4, high: -2 })).toBeUndefined();
});
