/** The stretch of values that a chart shows. */
import { reachOf } from "./excursions.ts";
import { bracketed, type Range } from "./scale.ts";
import type { Curve, Guide } from "./spec.ts";

/** A range stays as it is while the values fill more than this share of it. */
const KEEP_WHILE_FILLED = 0.6;

/** Values that differ by less than this share of themselves look flat. */
const LEAST_SHARE = 1e-4;

/** The largest size of a range; beyond it differences are not finite. */
const LARGEST = 1e300;

/** How a curve begins does not count in the bulk of its values: losses fall from far above. */
const START = 0.2;

/** The shares of the values, from below, between which lies their core. */
const CORE = [0.2, 0.8] as const;

/** What is this many times the height of the core away from it would flatten it. */
const FAR = 9;

/** So many times that far away, as losses of runs that diverged, even more values are cut off. */
const VERY_FAR = 1000;

/** Shares of the values that may be cut off at one end: none, or those that are far out. */
const CUTS = [0, 0.02, 0.05, 0.1] as const;
const CUTS_OF_VERY_FAR = [0.2, 0.3, 0.4] as const;

/** Values that differ by this share of themselves are no core that others could flatten. */
const FLAT = 0.01;

type RangeOptions = {
  readonly log: boolean;
  readonly guides: readonly Guide[];
  readonly previous: Range | undefined;
  /** Whether nothing is cut off, because every value counts. */
  readonly isWhole?: boolean;
  /** The least height of the core of the values: smaller differences do not matter. */
  readonly leastCore?: number;
  /** The least height, as a share of the largest value: what differs by less looks flat. */
  readonly leastShare?: number;
};

/**
 * Returns the range of the bulk of what is drawn, with some air; what is farther out is cut off. `previous` is kept
 * where it still fits, so that a live chart does not jump.
 */
export function yRange(
  curves: readonly Curve[],
  { log, guides, previous, isWhole = false, leastCore = 0, leastShare = LEAST_SHARE }: RangeOptions,
): Range | null {
  const isDrawn = (value: number) => Math.abs(value) < LARGEST && (!log || value > 0);
  const whole = extentOf(curves.flatMap(everythingOf), isDrawn);
  if (Number.isNaN(whole.low)) return null;
  const late = joined(curves.flatMap(linesOf).map(lateOf)).filter(isDrawn).sort();
  const { low, high } = log || isWhole ? whole : bulkOf(whole, late, leastCore);
  const near = guides.filter(({ value }) => (!log || value > 0) && isNear(value, low, high));
  const shown = [low, high, ...near.map(({ value }) => value)];
  const least = { low: Math.min(...shown), high: Math.max(...shown) };
  return settle(padded(least, log, leastShare), previous, log);
}

/** Returns the smallest and the largest value; NaN where there is none. */
function extentOf(parts: readonly Float64Array[], isDrawn: (value: number) => boolean): Range {
  let [low, high] = [Number.NaN, Number.NaN];
  for (const part of parts) {
    for (let i = 0; i < part.length; i++) {
      const value = part[i] ?? Number.NaN;
      if (!isDrawn(value)) continue;
      if (!(value >= low)) low = value;
      if (!(value <= high)) high = value;
    }
  }
  return { low, high };
}

/** Returns the range without what would flatten the core of the values. */
function bulkOf(whole: Range, late: Float64Array, leastCore: number): Range {
  const at = (share: number) => late[Math.round((late.length - 1) * share)] ?? whole.low;
  const core = coreOf(at);
  if (!(core.high > core.low)) return whole;
  const height = Math.max(core.high - core.low, leastCore, FLAT * Math.abs(at(0.5)));
  const within = (distances: readonly number[], times: number) =>
    distances.find((one) => one <= times * height);
  const reach = (usual: readonly number[], rare: readonly number[]): number =>
    within(usual, FAR) ?? within(usual.slice(-1), VERY_FAR) ?? within(rare, FAR) ?? 0;
  const above = (cuts: readonly number[]) => cuts.map((cut) => at(1 - cut) - core.high);
  const below = (cuts: readonly number[]) => cuts.map((cut) => core.low - at(cut));
  return {
    low: core.low - reach([core.low - whole.low, ...below(CUTS)], below(CUTS_OF_VERY_FAR)),
    high: core.high + reach([whole.high - core.high, ...above(CUTS)], above(CUTS_OF_VERY_FAR)),
  };
}

/** Returns where most values lie: the middle of them, half of that where the other half is very far out. */
function coreOf(at: (share: number) => number): Range {
  const [low, middle, high] = [at(CORE[0]), at(0.5), at(CORE[1])];
  const flat = FLAT * Math.abs(middle);
  if (high - middle > VERY_FAR * Math.max(middle - low, flat)) return { low, high: middle };
  if (middle - low > VERY_FAR * Math.max(high - middle, flat)) return { low: middle, high };
  return high > low ? { low, high } : { low: at(0.05), high: at(0.95) };
}

/** Returns the lines of a curve: its means, or what single steps did. */
function linesOf(curve: Curve): Float64Array[] {
  const { upper, lower } = reachOf(curve);
  return upper === lower ? [upper] : [upper, lower];
}

/** Returns everything that is drawn of a curve. */
function everythingOf({ trace, shaded, behind }: Curve): Float64Array[] {
  const lines = [trace.mean, ...behind.map(({ mean }) => mean)];
  return shaded ? [...lines, trace.min, trace.max] : lines;
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Returns the columns of a curve without the first ones that have values. */
function lateOf(values: Float64Array): Float64Array {
  const first = Math.max(0, values.findIndex(Number.isFinite));
  const last = values.findLastIndex(Number.isFinite);
  return values.subarray(first + Math.floor((last - first) * START), last + 1);
}

/** Tells whether showing a guide leaves the curves at least half of the height. */
function isNear(value: number, low: number, high: number): boolean {
  const height = high - low;
  return value >= low - height && value <= high + height;
}

/** Leaves some air around the values; a logarithmic axis ends at round numbers. */
function padded({ low, high }: Range, log: boolean, leastShare: number): Range {
  const magnitude = Math.max(Math.abs(low), Math.abs(high), 1e-280);
  const isFlat = high - low <= 1e-12 * magnitude;
  if (log) return isFlat ? { low: low / 2, high: high * 2 } : bracketed({ low, high });
  const missing = Math.max(
    isFlat ? magnitude * 0.1 : 0,
    magnitude * leastShare,
    2e-6 * Number(isFlat),
  );
  const air = Math.max((high - low) * 0.03, (missing - (high - low)) / 2);
  return { low: low - air, high: high + air };
}

function settle(range: Range, previous: Range | undefined, log: boolean): Range {
  if (previous === undefined || (log && previous.low <= 0)) return range;
  const height = ({ low, high }: Range) => (log ? Math.log(high / low) : high - low);
  const fits = range.low >= previous.low && range.high <= previous.high;
  return fits && height(range) > KEEP_WHILE_FILLED * height(previous) ? previous : range;
}
