import { expect, test } from "vitest";
import { type OptimizerSpec, rangeTest, readRange, Trainer } from "../src/index.ts";
import { makeFewNames, makeSpec, trainAll } from "./make.ts";

const names = makeFewNames(3);
const STEPS = 200;

test("each step has its rate, equally far apart on a logarithmic axis", () => {
  const { lr, loss } = rangeTest(makeSpec(), names, { from: 1e-3, to: 1, steps: 4 });

  expect([...lr].map((rate) => Number(rate.toPrecision(14)))).toEqual([0.001, 0.01, 0.1, 1]);
  expect(lr[0]).toBe(1e-3);
  expect(lr[3]).toBe(1);
  expect(loss).toHaveLength(4);
});

test("it is the run itself, at other rates: what stops it does not stop the test", () => {
  const stop = { every: 10, patience: 10, target: 99, budgetSeconds: 0 };
  const lr = {
    rate: 1e-3,
    warmup: 0,
    from: 0,
    then: "exponential",
    steps: STEPS - 1,
    to: 1,
  } as const;
  const same = trainAll(makeSpec({ train: { lr, steps: STEPS } }), names);

  const { loss } = rangeTest(makeSpec({ train: { stop, steps: 3 } }), names, {
    from: 1e-3,
    to: 1,
    steps: STEPS,
  });

  expect(loss).toEqual(same.loss);
});

test("a group's number keeps its ratio to the run's rate, its schedule stays", () => {
  const lr = [{ step: 0, rate: 0.1 }];
  const half = rangeTest(makeSpec({ train: { lr, groups: [{ match: "*", lr: 0.05 }] } }), names, {
    from: 0.02,
    to: 2,
    steps: STEPS,
  });
  const whole = rangeTest(makeSpec({ train: { lr } }), names, { from: 0.01, to: 1, steps: STEPS });
  const fixed = makeSpec({ train: { lr, groups: [{ match: "*", lr }], steps: STEPS } });

  for (const [i, loss] of whole.loss.entries()) expect(half.loss[i]).toBeCloseTo(loss, 4);
  expect(rangeTest(fixed, names, { from: 0.02, to: 2, steps: STEPS }).loss).toEqual(
    trainAll(makeSpec({ train: { lr, steps: STEPS } }), names).loss,
  );
});

test("it ends at the first loss that is not finite", () => {
  const { lr, loss } = rangeTest(makeSpec(), names, { from: 1e30, to: 1e38, steps: STEPS });

  expect(loss.length).toBeLessThan(STEPS);
  expect(lr.length).toBe(loss.length);
  expect(Number.isFinite(loss.at(-1))).toBe(false);
  expect(readRange({ lr, loss }).smoothed).toHaveLength(loss.length - 1);
});

test.each<OptimizerSpec>([
  { name: "sgd", momentum: 0.9, dampening: 0, nesterov: false, weightDecay: 0 },
  { name: "adam", betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0 },
  { name: "adamw", betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0.01 },
  { name: "rmsprop", alpha: 0.99, eps: 1e-8, weightDecay: 0, momentum: 0, centered: false },
  { name: "adagrad", lrDecay: 0, weightDecay: 0, initialAccumulatorValue: 0, eps: 1e-10 },
  { name: "lion", betas: [0.9, 0.99], weightDecay: 0 },
])("a valley is found with $name", (optimizer) => {
  const spec = makeSpec({ train: { optimizer, batchSize: 16 } });

  const { suggestion, valley } = readRange(
    rangeTest(spec, names, { from: 1e-5, to: 10, steps: 1000 }),
  );

  expect(valley?.[0]).toBeGreaterThan(1e-5);
  expect(valley?.[1]).toBeLessThan(10);
  expect(suggestion).toBeLessThan(valley?.[1] ?? 0);
});

/** Rates from 1e-3 to 1, and losses along a function of their decade, 0 to 3, with noise that has no mean. */
function made(lossOf: (decade: number) => number, noise = 0.2, steps = 1000) {
  const decades = Float64Array.from({ length: steps }, (_, i) => (3 * i) / (steps - 1));
  const lr = decades.map((decade) => 10 ** (decade - 3));
  const loss = decades.map((decade, i) => lossOf(decade) + noise * Math.sin(i * 2.399963));
  return { lr, loss };
}

/** Falls from 3.3 to 2.3 around decade 1.2, and rises steeply from 2.5 on. */
const VALLEY = (decade: number) =>
  3.3 - 1 / (1 + Math.exp(-8 * (decade - 1.2))) + Math.exp(8 * (decade - 2.5));

test("names the steepest descent, the lowest loss, its valley, and where it diverges", () => {
  const found = readRange(made(VALLEY));

  expect(Math.log10(found.steepest ?? 0) + 3).toBeCloseTo(1.2, 1);
  expect(Math.log10(found.lowest ?? 0) + 3).toBeCloseTo(1.85, 0);
  expect(found.lowestLoss).toBeCloseTo(2.31, 1);
  const [from, to] = found.valley ?? [0, 0];
  expect(Math.log10(from) + 3).toBeCloseTo(1.47, 1);
  expect(Math.log10(to) + 3).toBeCloseTo(2.22, 1);
  expect(Math.log10(found.diverges ?? 0) + 3).toBeCloseTo(2.5, 1);
  const { steepest, lowest, suggestion } = found;
  const middle = Math.sqrt((steepest ?? 0) * (lowest ?? 0));
  expect(Math.abs(Math.log10((suggestion ?? 0) / middle))).toBeLessThan(0.01);
});

test("noise alone is no descent, neither is a loss that only rises", () => {
  for (const curve of [() => 3.3, (decade: number) => 3.3 + decade]) {
    const found = readRange(made(curve));

    expect([found.lowest, found.steepest, found.valley, found.suggestion]).toEqual(
      Array(4).fill(null),
    );
  }
  expect(readRange(made(() => 3.3)).diverges).toBeNull();
  expect(readRange(made((decade) => 3.3 + decade)).diverges).toBeCloseTo(0.01, 2);
});

test("where the last loss is not finite, it diverges there", () => {
  const test = made((decade) => 3.3 - decade / 2, 0, 300);
  test.loss[299] = Number.NaN;

  const { diverges, smoothed, lowest } = readRange(test);

  expect(diverges).toBe(test.lr[299]);
  expect(smoothed).toHaveLength(299);
  expect(lowest).toBe(test.lr[298]);
  expect(readRange({ lr: Float64Array.of(1), loss: Float64Array.of(Number.NaN) })).toMatchObject({
    ...{ diverges: 1, lowest: null },
  });
});

test("the suggested rate trains better than one a tenth as large, and one ten times as large", () => {
  const spec = makeSpec({ train: { batchSize: 16 } });
  const { suggestion } = readRange(rangeTest(spec, names, { from: 1e-3, to: 10, steps: 1000 }));
  const lossAt = (rate: number) => {
    const train = { ...spec.train, lr: [{ step: 0, rate }], steps: 100 };
    const trainer = new Trainer({ ...spec, train }, names);
    const buffer = { loss: new Float64Array(100), lr: new Float64Array(100) };
    trainer.advance({ ...buffer, ratios: new Float32Array(500) }, 100);
    return trainer.evaluate()[0]?.loss ?? Number.NaN;
  };

  const [less, found, more] = [0.1, 1, 10].map((factor) => lossAt((suggestion ?? 0) * factor));

  expect(found).toBeLessThan(Math.min(less ?? 0, more ?? 0));
});
