/** Where curves go beyond the ends of a value axis. */
import { shortNumber } from "@ablate/text";
import type { Scale } from "./scale.ts";
import type { Curve } from "./spec.ts";

export type Excursion = {
  readonly isAbove: boolean;
  /** The farthest value of it. */
  readonly value: number;
  /** The column of dots at which the curve leaves the axis, or comes back where it begins outside. */
  readonly dot: number;
};

/** Columns of dots within which a curve that wavers about the end of the axis leaves it once. */
const NEAR = 16;

/** Returns the parts of a curve that lie beyond the axis; of a single run what each of its steps did counts, too. */
export function excursions(curve: Curve, { low, high }: Scale): Excursion[] {
  const { upper, lower } = reachOf(curve);
  const { min, max } = curve.steps ?? curve.trace;
  const isAbove = (value: number): boolean => value > high;
  const isBelow = (value: number): boolean => value < low;
  return [
    ...beyond(upper, isAbove).map(({ dot, from, to }) => {
      const value = Math.max(...finiteIn(max, from, to), ...finiteIn(upper, from, to));
      return { dot, value, isAbove: true };
    }),
    ...beyond(lower, isBelow).map(({ dot, from, to }) => {
      const value = Math.min(...finiteIn(min, from, to), ...finiteIn(lower, from, to));
      return { dot, value, isAbove: false };
    }),
  ];
}

/** From here on a number is written with a power of ten. */
const LARGE = 1e6;

/** Writes how far a curve goes. */
export function reachText(value: number): string {
  const isLarge = Math.abs(value) >= LARGE;
  const text = isLarge ? value.toExponential(1).replace("e+", "e") : shortNumber(value, 3);
  return text.replace("-", "−");
}

function finiteIn(values: Float64Array, from: number, to: number): number[] {
  return [...values.subarray(from, to + 1)].filter(Number.isFinite);
}

/** Returns what a curve reaches in each column of dots. */
export function reachOf({ trace, shaded, isBand = false }: Curve): {
  readonly upper: Float64Array;
  readonly lower: Float64Array;
} {
  const isOfSteps = shaded && !isBand;
  return {
    upper: isOfSteps ? trace.max : trace.mean,
    lower: isOfSteps ? trace.min : trace.mean,
  };
}

type Stretch = { readonly from: number; readonly to: number; readonly dot: number };

/** Returns the stretches of columns whose values are beyond an end. */
function beyond(values: Float64Array, isBeyond: (value: number) => boolean): Stretch[] {
  // `out` is where a curve that begins outside first comes back: it may waver about the end for long.
  const found: { from: number; to: number; out: number }[] = [];
  const first = values.findIndex((value) => !Number.isNaN(value));
  for (let dot = 0; dot < values.length; dot++) {
    if (!isBeyond(values[dot] ?? Number.NaN)) continue;
    const last = found.at(-1);
    if (last === undefined || dot - last.to > NEAR) {
      found.push({ from: dot, to: dot, out: dot });
      continue;
    }
    if (dot === last.out + 1) last.out = dot;
    last.to = dot;
  }
  return found.map(({ from, to, out }) => {
    const isAlone = to - from < NEAR;
    return { from, to, dot: from === first ? out : isAlone ? Math.floor((from + to) / 2) : from };
  });
}
