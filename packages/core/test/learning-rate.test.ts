import { expect, test } from "vitest";
import { largestRate, learningRateAt, type ScheduleCurve } from "../src/index.ts";
import { Rates } from "../src/train/rates.ts";
import { goldenPart } from "./golden-parts.ts";

type GoldenSchedule = {
  readonly schedule: ScheduleCurve;
  readonly scheduler: string;
  readonly rates: readonly number[];
};

test.each(
  goldenPart<readonly GoldenSchedule[]>("schedules").map((one) => [one.scheduler, one] as const),
)("the rates of %s are torch's", (_, { schedule, rates }) => {
  const ours = rates.map((__, step) => learningRateAt(schedule, step));

  for (const [step, rate] of rates.entries()) {
    // Written with 10 digits; all but one-cycle multiply the rate of the step before.
    expect(Math.abs((ours[step] ?? Number.NaN) - rate), `step ${step}`).toBeLessThan(2e-11);
  }
});

const CURVE: ScheduleCurve = {
  rate: 0.2,
  warmup: 4,
  from: 0.1,
  then: "linear",
  steps: 8,
  to: 0.05,
};

test.each([
  ["constant", 0.2],
  ["linear", 0.05],
  ["cosine", 0.05],
  ["exponential", 0.05],
  ["one_cycle", 0.05],
] as const)(
  "%s begins at its first rate, has its peak after the warm-up and stays at its end",
  (then, end) => {
    const at = (step: number) => learningRateAt({ ...CURVE, then }, step);

    expect(at(0)).toBe(0.1);
    expect(at(2)).toBeCloseTo(0.15, 15);
    expect(at(4)).toBe(0.2);
    expect(at(8)).toBeCloseTo(end, 16);
    expect(at(9)).toBe(at(8));
    expect(at(1e6)).toBe(at(8));
  },
);

test("a curve without any steps after its warm-up jumps to its end", () => {
  const at = (step: number) => learningRateAt({ ...CURVE, then: "exponential", steps: 4 }, step);

  expect([3, 4, 5].map(at)).toEqual([at(3), 0.05, 0.05]);
  expect(at(3)).toBeCloseTo(0.175, 15);
});

test("rates of 0 are rates like any other", () => {
  expect(learningRateAt([{ step: 0, rate: 0 }], 7)).toBe(0);
  expect(learningRateAt({ ...CURVE, from: 0, to: 0 }, 0)).toBe(0);
  expect(learningRateAt({ ...CURVE, to: 0 }, 8)).toBe(0);
});

test("the largest rate counts only what a schedule passes through", () => {
  expect(largestRate(CURVE)).toBe(0.2);
  expect(largestRate({ ...CURVE, from: 1 })).toBe(1);
  expect(largestRate({ ...CURVE, from: 1, warmup: 0 })).toBe(0.2);
  expect(largestRate({ ...CURVE, to: 2 })).toBe(2);
  expect(largestRate({ ...CURVE, to: 2, then: "constant" })).toBe(0.2);
  expect(largestRate([0.1, 0.3, 0].map((rate, step) => ({ step, rate })))).toBe(0.3);
});

const PARAMETERS = [
  { name: "embedding", role: "embedding" },
  { name: "hidden1.weight", role: "weight" },
  { name: "hidden1.bias", role: "bias" },
  { name: "output.weight", role: "weight" },
  { name: "output.bias", role: "bias" },
] as const;

test("the first group that matches a parameter has its rate; a number goes with the run's schedule", () => {
  const lr = { ...CURVE, from: 0, to: 0 };
  const groups = [
    { match: "output.*", lr: 1 },
    { match: "role:bias", lr: [{ step: 0, rate: 0.7 }] },
    { match: "*weight", weightDecay: 0.1 },
    { match: "*", lr: 5 },
  ];
  const rates = new Rates(PARAMETERS, { lr, groups });

  expect(rates.metrics).toEqual(["lr.output.*", "lr.role:bias", "lr.*"]);
  expect(rates.at(2)).toBe(0.1);
  expect([...rates.values]).toEqual([2.5, 0.1, 0.7, 0.5, 0.5]);
  const recorded = new Float64Array(5);
  rates.record(recorded, 1);
  expect([...recorded]).toEqual([0, 0.5, 0.7, 2.5, 0]);
  expect(rates.at(8)).toBe(0);
  expect([...rates.values]).toEqual([0, 0, 0.7, 0, 0]);
});

test("beside a rate of 0 throughout, a group's number is its rate", () => {
  const lr = [{ step: 0, rate: 0 }];
  const rates = new Rates(PARAMETERS, { lr, groups: [{ match: "output.bias", lr: 0.3 }] });

  expect(rates.at(5)).toBe(0);
  expect([...rates.values]).toEqual([0, 0, 0, 0, 0.3]);
});
