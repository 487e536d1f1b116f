/** What rules say of runs that differ in the seed alone, said once. */
import type { Finding } from "@ablate/core";
import { expect, test } from "vitest";
import { groupFindings, heldText, measuredAt } from "../src/analysis/grouped-findings.ts";

type Said = Partial<Finding> & Pick<Finding, "message">;

const finding = (said: Said): Finding => ({
  ...{ level: "warning", rule: "saturated", layer: "hidden1", param: null },
  ...{ step: 0, value: 0.5, until: null },
  ...said,
});

/** Groups the findings of runs `a`, `b`, ... */
const group = (...runs: readonly (readonly Said[])[]) =>
  groupFindings("abcdef".slice(0, runs.length).split(""), (run) =>
    (runs["abcdef".indexOf(run)] ?? []).map(finding),
  );

const saturated = (share: number, said: Partial<Finding> = {}): Said => ({
  value: share,
  message: `hidden1 ${Math.round(share * 100)} % saturated: |tanh| > 0.99 at step 2,000; scale its weights down`,
  ...said,
});

test("the same rule and place of three seeds is one finding with the extent of its values", () => {
  const [one, ...others] = group(
    [saturated(0.656)],
    [saturated(0.53, { step: 50 })],
    [saturated(0.61)],
  );

  expect(others).toEqual([]);
  expect(one).toMatchObject({
    message: "hidden1 53 to 66 % saturated",
    values: [0.53, 0.656],
    step: 0,
    since: [0, 50],
    measured: [2000, 2000],
    until: null,
  });
  expect(one?.found.map(({ run }) => run)).toEqual(["a", "b", "c"]);
});

test("levels, places and what is over are findings of their own, the most serious first", () => {
  const dead = (level: Finding["level"], more: Partial<Finding> = {}): Said => ({
    ...{ rule: "dead-units", level, message: "94 of 200 units of hidden1 dead: all saturated" },
    ...more,
  });

  const found = group(
    [dead("info"), dead("warning", { layer: "hidden2" })],
    [dead("error"), dead("info", { until: 500 })],
    [dead("info", { until: 1000 })],
  );

  expect(
    found.map(({ level, layer, until, found: { length } }) => [level, layer, until, length]),
  ).toEqual([
    ["error", "hidden1", null, 1],
    ["warning", "hidden2", null, 1],
    ["info", "hidden1", null, 1],
    ["info", "hidden1", 1000, 2],
  ]);
});

test("a group of one run says what the run's finding says up to the evidence", () => {
  const [one] = group([saturated(0.66)]);

  expect(one).toMatchObject({
    message: "hidden1 66 % saturated",
    values: [0.66, 0.66],
    since: [0, 0],
  });
  expect(group([], [])).toEqual([]);
});

test("values that are not finite have no extent, and a rule that nobody knows is grouped as any other", () => {
  const rule = JSON.parse('"of-a-later-version"');
  const [one] = group(
    [{ rule, value: null, message: "odd by 3" }],
    [{ rule, value: null, message: "odd by 12" }],
  );

  expect(one).toMatchObject({ rule, values: null, message: "odd by 3 to 12" });
});

test.each([
  ["|tanh| > 0.99 at step 2,000; hardly any gradient passes", 0, null, 2000],
  [
    "too fast: 0.0156 (log10 -1.81) above 0.01, median of steps 1,900 to 1,999; lower the rate",
    100,
    null,
    1999,
  ],
  [
    "shrink with depth (x 0.2), no longer at step 50: std 0.4, 0.1 at step 20; raise the gain",
    0,
    50,
    20,
  ],
  [
    "validation gap 0.31: validation loss 2, training loss 1 after 1,000 steps; it learns",
    500,
    null,
    1000,
  ],
  ["validation gap 0.3: validation loss 0.5 at step 90, 0.2 at step 40; it learns", 50, null, 90],
  ["overconfident softmax (loss 26.84 at init, ln 27 = 3.30): the first steps squash", 0, null, 0],
  ["diverged: the loss of step 312 is not finite; lower the learning rate", 312, null, 312],
  ["encoder (12 parameters) frozen: no optimizer updates it", 0, null, 0],
  ["what says that it was measured at step 5 before step 20 is not believed", 20, null, 20],
])("%s is measured where it says", (message, step, until, at) => {
  expect(measuredAt(finding({ message, step, until }))).toBe(at);
});

test("the steps of a finding go from where it began to where it was measured last", () => {
  const held = (...runs: readonly Said[]): readonly string[] =>
    group(...runs.map((one) => [one])).map(heldText);

  expect(held(saturated(0.5))).toEqual(["init to 2,000"]);
  expect(held(saturated(0.5, { step: 50 }), saturated(0.6, { step: 500 }))).toEqual([
    "50 to 2,000",
  ]);
  expect(held({ message: "overconfident softmax (loss 26.8 at init): so" })).toEqual(["init"]);
});
