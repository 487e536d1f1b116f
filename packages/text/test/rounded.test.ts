/** Means rounded to their errors. */
import { expect, test } from "vitest";
import { roundedToError } from "../src/index.ts";

test.each([
  [25.4401, 0.9772, "25.4 ± 1.0"],
  [0.031_249, 0.001_44, "0.0312 ± 0.0014"],
  [2.345_67, 0.034, "2.35 ± 0.03"],
  [-2.345_67, 0.034, "-2.35 ± 0.03"],
  [5, 0.2, "5.0 ± 0.2"],
  [56_789, 1234, "56800 ± 1200"],
  [999.6, 20, "1000 ± 20"],
])("%d with an error of %d reads %s", (mean, error, text) => {
  expect(joined(roundedToError(mean, error))).toBe(text);
});

test("an error that is larger than its mean leaves it no digit, and zero no sign", () => {
  expect([
    joined(roundedToError(0.03, 2.6)),
    joined(roundedToError(-0.03, 2.6)),
    joined(roundedToError(4, 300)),
    joined(roundedToError(0, 0.012)),
  ]).toEqual(["0 ± 3", "0 ± 3", "0 ± 300", "0.000 ± 0.012"]);
});

test("very large and small numbers share a power of ten", () => {
  expect([
    joined(roundedToError(1.234_56e12, 3e9)),
    joined(roundedToError(-4.2e-7, 1.3e-8)),
    joined(roundedToError(0, 5e-324)),
    joined(roundedToError(1.5, 1e300)),
    roundedToError(1.797e308, null).mean,
    roundedToError(12_345_678, null).mean,
  ]).toEqual([
    "1.235e12 ± 0.003e12",
    "-4.20e-7 ± 0.13e-7",
    "0e-324 ± 5e-324",
    "0.0e300 ± 1.0e300",
    "1.797e308",
    "1.235e7",
  ]);
});

test("without an error, or with none but that of the arithmetic, a mean has four digits or its whole part", () => {
  expect([
    roundedToError(2.345_67, null),
    roundedToError(2.345_67, Number.NaN),
    roundedToError(123_456.7, null),
    roundedToError(200_000, null),
    roundedToError(0, null),
    roundedToError(2.345_67, 0),
    roundedToError(0.3, 4e-17),
    roundedToError(17, 0),
  ]).toEqual([
    { mean: "2.346", error: null },
    { mean: "2.346", error: null },
    { mean: "123457", error: null },
    { mean: "200000", error: null },
    { mean: "0", error: null },
    { mean: "2.346", error: "0.000" },
    { mean: "0.3000", error: "0.0000" },
    { mean: "17", error: "0" },
  ]);
});

test("what is not finite is a dash", () => {
  expect([Number.NaN, Number.POSITIVE_INFINITY].map((mean) => roundedToError(mean, 0.1))).toEqual(
    Array(2).fill({ mean: "-", error: null }),
  );
});

test("digits of the mean may be said, and its error gets as many decimals, or more than those that are 0", () => {
  expect([
    joined(roundedToError(25.4401, 0.9772, 3)),
    joined(roundedToError(9.996, 0.02, 3)),
    joined(roundedToError(0.5, 0.02, 4)),
    joined(roundedToError(12_345, 321, 2)),
    roundedToError(1.5, null, 1).mean,
  ]).toEqual(["25.4 ± 1.0", "10.0 ± 0.02", "0.5000 ± 0.0200", "12000 ± 300", "2"]);
});

function joined({ mean, error }: ReturnType<typeof roundedToError>): string {
  return `${mean} ± ${error}`;
}
