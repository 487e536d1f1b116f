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

/** A largest value so many times as far out as 98 % of all is cut off: it would flatten the rest. */
const FAR_OUT = 10;

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
  const values = drawnValues(curves).filter(
    (value) => Math.abs(value) < LARGEST && (!log || value > 0),
  );
  if (values.length === 0) return null;
  values.sort();
  const low = values[0] ?? 0;
  const high = values.at(-1) ?? 0;
  const most = values[Math.floor((values.length - 1) * 0.98)] ?? high;
  const isCut = !log && !isWhole && high - low > FAR_OUT * (most - low) && most > low;
  const top = isCut ? most + (most - low) * 0.25 : high;
  const near = guides.filter(({ value }) => (!log || value > 0) && isNear(value, low, top));
  const shown = [low, top, ...near.map(({ value }) => value)];
  const range = padded({ low: Math.min(...shown), high: Math.max(...shown) }, log);
  return { ...settle(range, previous, log), cutAbove: isCut ? high : null };
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
