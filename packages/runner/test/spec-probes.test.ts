import { expect, test } from "vitest";
import { planRuns } from "../src/plan/plan-runs.ts";
import { errorsOf, load } from "./spec-make.ts";

const DEFAULT = { decades: [1, 2, 5], every: 10_000, saturated: 0.99 };

test.each([
  ["record: {}", DEFAULT],
  ["record.probes: scheduled", DEFAULT],
  ["record.probes: none", "none"],
  ["record.probes: { every: 0 }", { ...DEFAULT, every: 0 }],
  [
    "record.probes: { decades: [], every: 100, saturated: 97/100 }",
    { decades: [], every: 100, saturated: 0.97 },
  ],
])("%s asks for %j", (text, probes) => {
  expect(load(text).cells[0]?.config.record.probes).toEqual(probes);
});

test.each([
  [
    "record.probes: nones",
    'a.yaml:1:16: record.probes: unknown value "nones", did you mean "none"?',
  ],
  ["record.probes: 100", "a.yaml:1:16: record.probes: expected none, scheduled or a map, got 100"],
  [
    "record.probes: { decades: [1, 10] }",
    "a.yaml:1:31: record.probes.decades[1]: must be at most 9, got 10",
  ],
  ["record.probes: { every: -1 }", "a.yaml:1:25: record.probes.every: must be at least 0, got -1"],
  [
    "record.probes: { saturated: 2 }",
    "a.yaml:1:29: record.probes.saturated: must be at most 1, got 2",
  ],
  [
    "record.probes: { evry: 1 }",
    'a.yaml:1:18: record.probes.evry: unknown key, did you mean "record.probes.every"?',
  ],
])("%s is reported where it is", (text, message) => {
  expect(errorsOf(text)).toEqual([message]);
});

test("what is probed is not part of a run's identity", () => {
  const hashOf = (text: string) => planRuns(load(text), "").runs[0]?.hash;

  expect(hashOf("record.probes: none")).toBe(hashOf("record.probes: { every: 7 }"));
});
