/** Optimisers and clipping on the kernels, over given gradients, against PyTorch's. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { keptStates } from "../src/optimizers/optimizers.ts";
import { GIVEN, GOLDEN_OPTIMIZERS, type Options, specOf } from "./golden-optimizers.ts";
import { goldenPart } from "./golden-parts.ts";
import { expectNear } from "./kernel-memory.ts";
import type { Clipping } from "./parts.ts";
import { GivenUpdates } from "./updates-make.ts";

test.each(GOLDEN_OPTIMIZERS)("five updates of $name are PyTorch's", ({ spec, after, state }) => {
  const given = new GivenUpdates({ start: [GIVEN.start], train: { optimizer: spec } });
  for (const [i, gradient] of GIVEN.gradients.entries()) {
    given.step([gradient], GIVEN.rates[i] ?? 0);
    expectNear(given.values()[0], after[i] ?? [], 2e-6);
  }

  const kept = new Map(given.updates.tensors().map(({ name, values }) => [name, values]));
  expect([...kept.keys()]).toEqual(keptStates(spec).map(({ name }) => `p0.${name}`));
  for (const { name } of keptStates(spec)) {
    if (state[name] !== undefined) expectNear(kept.get(`p0.${name}`), state[name], 2e-6);
  }
});

type LongUpdates = {
  readonly name: string;
  readonly options: Options;
  readonly after: Readonly<Record<string, readonly number[]>>;
  readonly state: Readonly<Record<string, readonly number[] | null>>;
};

const LONG: readonly LongUpdates[] = JSON.parse(
  readFileSync(new URL("goldens/long-updates.json", import.meta.url), "utf8"),
);
const [SIZE, STEPS] = [19, 240];
const CASES = LONG.map((golden) => ({
  ...golden,
  title: `${golden.name} ${JSON.stringify(golden.options)}`,
  spec: specOf(golden.name, golden.options),
}));

test.each(CASES)("240 updates are PyTorch's: $title", ({ spec, after, state }) => {
  const draw = drawing();
  const given = new GivenUpdates({ start: [draw()], train: { optimizer: spec } });
  for (let step = 0; step < STEPS; step++) {
    given.step([draw()], rateAt(step));
    const expected = after[step + 1];
    if (expected !== undefined) expectNear(given.values()[0], expected, 1e-5);
  }

  for (const { name, values } of given.updates.tensors()) {
    expectNear(values, state[name.slice("p0.".length)] ?? [], 1e-5);
  }
});

test.each(CASES)("updates go on from what was kept to the same bits: $title", ({ spec }) => {
  const draw = drawing();
  const train = { optimizer: spec };
  const whole = new GivenUpdates({ start: [draw()], train });
  for (let step = 0; step < 3; step++) whole.step([draw()], rateAt(step));
  const from = { optimizerTensors: whole.updates.tensors(), updates: 3 };
  const start = whole.values().map((values) => [...values]);
  const rest = new GivenUpdates({ start, train, from });
  for (let step = 3; step < 6; step++) {
    const gradient = draw();
    expect(rest.step([gradient], rateAt(step))).toEqual(whole.step([gradient], rateAt(step)));
  }

  expect(rest.values()).toEqual(whole.values());
  expect(rest.updates.tensors()).toEqual(whole.updates.tensors());
});

test.each(CASES)("a ratio is of all that is subtracted: $title", ({ spec }) => {
  const draw = drawing();
  const given = new GivenUpdates({ start: [draw()], train: { optimizer: spec } });
  let ratio = 0;
  for (let step = 0; step < 3; step++) {
    const before = given.values()[0] ?? [];
    ratio = given.step([draw()], 0.25).ratios[0] ?? 0;
    const after = given.values()[0] ?? [];
    const update = [...after].map((value, i) => (before[i] ?? 0) - value);
    expect(ratio / (deviation(update) / deviation([...after]))).toBeCloseTo(1, 4);
  }

  const still = given.step([draw()], 0).ratios[0];
  expect(still).toBe(0);
  const tiny = given.step([draw()], 1e-20).ratios[0] ?? 0;
  expect(tiny).toBeGreaterThan(1e-24);
  expect(tiny).toBeLessThan(1e-18);
});

test("a ratio is 0 where every value moves by the same", () => {
  const optimizer = { name: "lion", betas: [0.9, 0.99], weightDecay: 0 } as const;
  const given = new GivenUpdates({ start: [[1, 2, 3]], train: { optimizer } });

  expect(given.step([[0.1, 5, 2]], 0.1).ratios[0]).toBe(0);
});

test("gradients are clipped as PyTorch clips them, by norm and by value", () => {
  const { gradients, of } = goldenPart<Clipping>("clipping");
  let before = gradients;
  for (const { by, most, norm, after } of of) {
    if (by === "norm") before = gradients;
    const given = before.map((gradient) => gradient.flat());
    const start = given.map((gradient) => gradient.map(() => 0));
    const updated = new GivenUpdates({ start, train: { clip: { by, most } } });
    const { metrics } = updated.step(given, 1);

    for (const [p, values] of updated.values().entries()) {
      expectNear(
        values,
        (after[p] ?? []).flat().map((gradient) => -gradient),
      );
    }
    if (norm !== undefined) {
      expectNear(Float32Array.from(metrics), [norm, Math.min(1, most / (norm + 1e-6))]);
    }
    before = after;
  }
});

test("l2 terms are in the gradient that is clipped, and in the norm that is recorded", () => {
  const start = [[3, -1]];
  const lambda = 2;
  const clipped = new GivenUpdates({ start, train: { l2: lambda, clip: { by: "norm", most: 1 } } });
  const gradient = [1 + (2 * lambda * 3) / 2, 1 - (2 * lambda) / 2];
  const norm = Math.hypot(...gradient);

  const { metrics } = clipped.step([[1, 1]], 1);

  expectNear(Float32Array.from(metrics), [norm, 1 / (norm + 1e-6)]);
  expectNear(clipped.values()[0], [3 - (gradient[0] ?? 0) / norm, -1 - (gradient[1] ?? 0) / norm]);
});

test("the norm is recorded without clipping where it is asked for, and only then", () => {
  const start = [[1, 2], [3]];
  const measured = new GivenUpdates({ start, from: { measuresGradient: true } });

  expect([...measured.step([[3, 0], [4]], 0.1).metrics]).toEqual([5]);
  expect(new GivenUpdates({ start }).updates.metrics).toEqual([]);
});

/** What every optimiser has with its defaults. */
const USUAL = CASES.filter(({ options }) => options.weight_decay === undefined).map(
  ({ title, spec }) => ({ title, spec }),
);

test.each(USUAL)("a gradient that is no number is seen in the parameter: $title", ({ spec }) => {
  const given = new GivenUpdates({ start: [[1, 2, 3]], train: { optimizer: spec } });

  given.step([[Number.NaN, 0.5, -0.5]], 0.1);

  expect([...(given.values()[0] ?? [])].map(Number.isNaN)).toEqual([true, false, false]);
});

test("an infinite gradient leaves no number where gradients are clipped by norm", () => {
  const given = new GivenUpdates({
    start: [[1, 2, 3]],
    train: { clip: { by: "norm", most: 1 } },
  });

  const { metrics } = given.step([[Number.POSITIVE_INFINITY, 0.5, 0]], 0.1);

  expect([...metrics]).toEqual([Number.POSITIVE_INFINITY, 0]);
  expect([...(given.values()[0] ?? [])]).toEqual([Number.NaN, 2, 3]);
});

test.each(["adam", "rmsprop", "adagrad"])(
  "without an epsilon %s leaves no number where a gradient is 0, and pads are 0",
  (name) => {
    const optimizer = specOf(name, { eps: 0, momentum: 0.5 });
    const given = new GivenUpdates({ start: [[1, 2, 3]], train: { optimizer } });

    given.step([[0.5, 0, -0.5]], 0.1);

    expect([...(given.values()[0] ?? [])].map(Number.isNaN)).toEqual([false, true, false]);
    expect(new Set(given.pads().map(Math.abs))).toEqual(new Set([0]));
  },
);

/** Draws as goldens/pytorch/long_updates.py does. */
function drawing(): () => number[] {
  let state = 1;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 22 - 2;
  };
  return () => Array.from({ length: SIZE }, next);
}

function rateAt(step: number): number {
  return step % 50 === 49 ? 0 : (1 + (step % 7)) / 512;
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}
