import { expect, test } from "vitest";
import { twoSidedT } from "../src/index.ts";

/** Quantiles 0.975 and 0.995 as tables and statistics programs print them. */
const TABLE: readonly (readonly [df: number, t95: number, t99: number])[] = [
  [1, 12.7062047, 63.6567412],
  [2, 4.3026527, 9.9248432],
  [3, 3.1824463, 5.8409093],
  [4, 2.7764451, 4.6040949],
  [5, 2.5705818, 4.032143],
  [6, 2.4469119, 3.707428],
  [7, 2.3646243, 3.4994833],
  [8, 2.3060041, 3.3553873],
  [9, 2.2621572, 3.2498355],
  [10, 2.2281389, 3.1692727],
  [20, 2.0859634, 2.8453397],
  [30, 2.0422725, 2.7499957],
  [60, 2.0002978, 2.660283],
  [120, 1.9799304, 2.6174211],
];

test.each(TABLE)(
  "with %i degrees of freedom 95 %% lie within %f and 99 %% within %f",
  (df, t95, t99) => {
    expect(Math.abs(twoSidedT(0.95, df) - t95)).toBeLessThan(1e-6);
    expect(Math.abs(twoSidedT(0.99, df) - t99)).toBeLessThan(1e-6);
  },
);

test("one and two degrees of freedom have closed forms", () => {
  for (const share of [0.01, 0.5, 0.8, 0.95, 0.999, 0.999999]) {
    const one = Math.tan((Math.PI / 2) * share);
    const two = share * Math.sqrt(2 / (1 - share ** 2));

    expect(twoSidedT(share, 1) / one).toBeCloseTo(1, 9);
    expect(twoSidedT(share, 2) / two).toBeCloseTo(1, 9);
  }
});

test("with many degrees of freedom it is the normal distribution's", () => {
  expect(twoSidedT(0.95, 1_000_001)).toBeCloseTo(1.959964, 5);
});
