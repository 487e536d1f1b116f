import { expect, test } from "vitest";
import { distributionOf, multiply } from "../src/gain/gain-study.ts";
import { gainStudy, type InitScheme } from "../src/index.ts";
import { TorchGenerator } from "../src/random/torch-generator.ts";
import { statisticsOf } from "../src/statistics.ts";
import { kaiming, normal, zeros } from "./make.ts";

const options = { rows: 1000, fanIn: 10, fanOut: 200, seed: 42, range: 10, bins: 20 };

// The std of x @ w is sqrt(fan_in) times that of w, within sampling error.
test.each<[string, InitScheme, number]>([
  ["N(0, 1)", normal(1), Math.sqrt(10)],
  ["N(0, 1) x 5", normal(1, 5), 5 * Math.sqrt(10)],
  ["N(0, 1) x 0.2", normal(1, 0.2), 0.2 * Math.sqrt(10)],
  ["N(0, 1) / sqrt(10)", normal(1, 1 / Math.sqrt(10)), 1],
  ["kaiming 5/3", kaiming(5 / 3), 5 / 3],
  ["lecun", { scheme: "lecun", distribution: "uniform", scale: 1 }, 1],
  ["xavier", { scheme: "xavier", gain: 1, distribution: "normal", scale: 1 }, Math.sqrt(20 / 210)],
  ["orthogonal", { scheme: "orthogonal", gain: 1, scale: 1 }, Math.sqrt(10 / 200)],
])("x keeps its std, and that of x @ w for %s is what theory says", (_, scheme, expected) => {
  const { x, product } = gainStudy(scheme, options);

  expect(Math.abs(x.std - 1)).toBeLessThan(0.03);
  expect(Math.abs(product.std / expected - 1)).toBeLessThan(0.05);
  expect(Math.abs(product.mean)).toBeLessThan(0.05 * expected);
});

test("the seed decides x, whatever w is, and a scale multiplies the result", () => {
  const one = gainStudy(normal(1), options);
  const five = gainStudy(normal(1, 5), options);

  expect(five.x).toEqual(one.x);
  expect(gainStudy(zeros, options).x).toEqual(one.x);
  expect(five.product.std / one.product.std).toBeCloseTo(5, 6);
  expect(gainStudy(normal(1), { ...options, seed: 1 }).x.std).not.toBe(one.x.std);
});

test("x is drawn first, then w, from one generator", () => {
  const generator = new TorchGenerator(42);
  const x = statisticsOf(generator.randn(10_000));
  const w = statisticsOf(generator.randn(2000));

  const study = gainStudy(normal(1), options);

  expect([study.x.mean, study.x.std]).toEqual([x.mean, x.std]);
  expect(study.w).toEqual(w);
});

test("a product worked out by hand", () => {
  const x = Float32Array.of(1, 2, 3, 4); // [2, 2]
  const w = Float32Array.of(1, 0, -1, 2, 0.5, 3); // [2, 3]

  const product = multiply(x, w, { rows: 2, fanIn: 2, fanOut: 3 });

  expect([...product]).toEqual([5, 1, 5, 11, 2, 9]);
});

test("mean, unbiased std and bins worked out by hand", () => {
  const values = [-2, -1.5, 0, 0, 1, 2, 2.1, Number.NaN];

  const { mean, std } = statisticsOf([1, 2, 3, 4]);
  expect({ mean, std }).toEqual({ mean: 2.5, std: Math.sqrt(5 / 3) });
  expect(distributionOf(values, { range: 2, bins: 4 })).toMatchObject({
    counts: [2, 0, 2, 2],
    beyond: 2,
  });
});

test("every value of a study is in a bin or beyond", () => {
  const { x, product } = gainStudy(normal(1, 5), options);
  const total = (counts: readonly number[]) => counts.reduce((sum, one) => sum + one, 0);

  expect(total(x.counts) + x.beyond).toBe(10_000);
  expect(total(product.counts) + product.beyond).toBe(200_000);
  expect(product.beyond / 200_000).toBeCloseTo(0.53, 1); // P(|N(0, 1)| > 10 / 15.8)
});
