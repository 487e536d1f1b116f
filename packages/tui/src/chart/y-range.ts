/** The stretch of values that a chart shows. */
import type { Curve, Guide } from "./chart.ts";
import type { Range } from "./scale.ts";

export type Shown = Range & {
  /** The largest value, where the chart is cut below it. */
  readonly cutAbove: number | null;
};

/** A range stays as it is while the values fill more than this share of it. */
const KEEP_WHILE_FILLED = 0.6;

/** Values that differ by less than this share of themselves are drawn as one. */
const SMALLEST_SHARE = 1e-12;

/** The largest size of a range; beyond it differences are not finite. */
const LARGEST = 1e300;

/**
 * A largest value so many times as far out as this share of all values is cut off, and what is beyond the share with
 * it: it would flatten the rest. The more is cut, the farther out it has to be, as the losses of runs that diverged.
 */
const FAR_OUT = [
  { share: 0.75, times: 1e6 },
  { share: 0.9, times: 1000 },
  { share: 0.98, times: 10 },
] as const;

type RangeOptions = {
  readonly log: boolean;
  readonly guides: readonly Guide[];
  readonly previous: Range | undefined;
  /** Whether nothing is cut off, because every value counts. */
  readonly isWhole?: boolean;
};

/**
 * The range of all that is drawn, with some air; `previous` is kept where it still fits, so that
 * a live chart does not jump.
 */
export function yRange(
  curves: readonly Curve[],
  { log, guides, previous, isWhole = false }: RangeOptions,
): Shown | null {
  const isDrawn = (value: number) => Math.abs(value) < LARGEST && (!log || value > 0);
  const values = drawnValues(curves).filter(isDrawn).sort();
  if (values.length === 0) return null;
  // A band around a mean that is far out reaches as far below as above.
  const lines = drawnValues(curves.map((curve) => ({ ...curve, shaded: false })))
    .filter(isDrawn)
    .sort();
  const most = log || isWhole ? undefined : mostShown(lines);
  const low = (most === undefined ? values[0] : lines[0]) ?? 0;
  const high = values.at(-1) ?? 0;
  const top = most === undefined ? high : most + (most - low) * 0.25;
  const near = guides.filter(({ value }) => (!log || value > 0) && isNear(value, low, top));
  const shown = [low, top, ...near.map(({ value }) => value)];
  const range = padded({ low: Math.min(...shown), high: Math.max(...shown) }, log);
  return { ...settle(range, previous, log), cutAbove: most === undefined ? null : high };
}

/** Returns the largest of sorted values that the rest would not flatten; undefined where that is all of them. */
function mostShown(values: Float64Array): number | undefined {
  const low = values[0] ?? 0;
  const high = values.at(-1) ?? 0;
  return FAR_OUT.map(({ share, times }) => {
    const most = values[Math.floor((values.length - 1) * share)] ?? high;
    return { most, isFar: high - low > times * (most - low) && most > low };
  }).find(({ isFar }) => isFar)?.most;
}

/** Collects every value that a chart draws. */
function drawnValues(curves: readonly Curve[]): Float64Array {
  const parts = curves.flatMap(({ trace, shaded, behind }) => [
    trace.mean,
    ...(shaded ? [trace.min, trace.max] : []),
    ...behind.map(({ mean }) => mean),
  ]);
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Tells whether showing a guide leaves the curves at least half of the height. */
function isNear(value: number, low: number, high: number): boolean {
  const height = high - low;
  return value >= low - height && value <= high + height;
}

function padded({ low, high }: Range, log: boolean): Range {
  if (high - low <= SMALLEST_SHARE * Math.max(Math.abs(low), Math.abs(high), 1e-280)) {
    const air = log ? 0 : Math.max(Math.abs(low) * 0.05, 1e-6);
    return log ? { low: low / 2, high: high * 2 } : { low: low - air, high: high + air };
  }
  if (log) return { low, high };
  const air = (high - low) * 0.03;
  return { low: low - air, high: high + air };
}

function settle(range: Range, previous: Range | undefined, log: boolean): Range {
  if (previous === undefined || (log && previous.low <= 0)) return range;
  const height = ({ low, high }: Range) => (log ? Math.log(high / low) : high - low);
  const fits = range.low >= previous.low && range.high <= previous.high;
  return fits && height(range) > KEEP_WHILE_FILLED * height(previous) ? previous : range;
}
