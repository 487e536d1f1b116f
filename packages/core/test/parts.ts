/** What tests of both engines' modules have of `goldens/parts.json`. */
import { expect } from "vitest";
import type { BatchNormSpec, RowNormSpec } from "../src/spec.ts";
import { goldenPart } from "./golden-parts.ts";

export type Matrix = readonly (readonly number[])[];

type GoldenNorm = {
  readonly y: Matrix;
  readonly "x.grad": Matrix;
  readonly "gain.grad": readonly number[];
  readonly "shift.grad"?: readonly number[];
  readonly running?: Matrix;
};

type GivenRows = {
  readonly x: Matrix;
  readonly upstream: Matrix;
  readonly gain: readonly number[];
  readonly shift: readonly number[];
};

type NormPart = {
  readonly given: GivenRows;
  readonly specs: Readonly<Record<string, Omit<BatchNormSpec, "kind"> | Omit<RowNormSpec, "kind">>>;
} & Readonly<Record<string, GoldenNorm>>;

export const NORMS: NormPart = goldenPart("norms");

export type Smoothing = {
  readonly logits: Matrix;
  readonly targets: readonly number[];
  readonly of: readonly {
    readonly smoothing: number;
    readonly loss: number;
    readonly "logits.grad": Matrix;
  }[];
};

type Gradients = readonly [matrix: Matrix, vector: readonly number[]];

export type Clipping = {
  readonly gradients: Gradients;
  readonly of: readonly {
    readonly by: "norm" | "value";
    readonly most: number;
    /** Before clipping; only of what is clipped by norm. */
    readonly norm?: number;
    readonly after: Gradients;
  }[];
};

/** A few units in the last place of a float32. */
const TOLERANCE = 5e-7;

/** Relative to 1 where values are smaller. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number = TOLERANCE,
): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const [value, wanted] = [actual[i] ?? Number.NaN, expected[i] ?? 0];
    const scale = Math.max(1, Math.abs(wanted));
    expect(Math.abs(value - wanted) / scale, `[${i}] ${value} ${wanted}`).toBeLessThan(tolerance);
  }
}
