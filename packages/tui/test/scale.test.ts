/** Axes: their ends, ticks and labels. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { position, ticks, valueAt, valueLabels } from "../src/chart/scale.ts";

fc.configureGlobal({ seed: 18 }); // the same cases every time; a failure names it

test("ticks are 1, 2 and 5 times powers of ten, within the axis, rising", () => {
  const ends = fc.tuple(
    fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
  );
  fc.assert(
    fc.property(ends, fc.integer({ min: 2, max: 12 }), ([low, size], wanted) => {
      const scale = { low, high: low + size, log: false };
      const found = ticks(scale, wanted);

      expect(found.length).toBeLessThanOrEqual(wanted + 1);
      for (const [i, tick] of found.entries()) {
        expect(position(scale, tick)).toBeGreaterThanOrEqual(-1e-6);
        expect(position(scale, tick)).toBeLessThanOrEqual(1 + 1e-6);
        if (i > 0) expect(tick).toBeGreaterThan(found[i - 1] ?? 0);
      }
    }),
  );
});

test("labels of one axis differ and have the same decimals", () => {
  expect(valueLabels([2, 2.5, 3])).toEqual(["2.0", "2.5", "3.0"]);
  expect(valueLabels([-4, -3])).toEqual(["−4", "−3"]);
  expect(valueLabels([0.00002, 0.00004])).toEqual(["2e-5", "4e-5"]);
});

test("position and value are each other's inverse, linear and logarithmic", () => {
  for (const scale of [
    { low: -3, high: 5, log: false },
    { low: 0.5, high: 2e5, log: true },
  ]) {
    for (const share of [0, 0.25, 1])
      expect(position(scale, valueAt(scale, share))).toBeCloseTo(share, 12);
  }
});

test("an axis has two ticks where it has room for them", () => {
  expect(ticks({ low: 0.6, high: 0.66, log: false }, 2).length).toBeGreaterThanOrEqual(2);
});

test("a tick's label is its value, also of a single one and of large ones", () => {
  expect(valueLabels([0.63])).toEqual(["0.63"]);
  expect(valueLabels([150_000, 200_000])).toEqual(["1.5e5", "2.0e5"]);
});
