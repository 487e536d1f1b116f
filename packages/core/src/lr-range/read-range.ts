import type { RangeTest } from "./range-test.ts";

/** What a range test shows. Rates are those of steps; null: there is none. */
export type RangeReading = {
  /** The losses, averaged over their neighbours; those that are finite. */
  readonly smoothed: Float64Array;
  /** Where the smoothed loss falls fastest with the logarithm of the rate. */
  readonly steepest: number | null;
  /** Where it is lowest. It has to get lower than at the smallest rates, or there is none of the others either. */
  readonly lowest: number | null;
  /** The smoothed loss there. */
  readonly lowestLoss: number | null;
  /** First and last rate around the lowest at which less than a tenth of its fall is missing. */
  readonly valley: readonly [number, number] | null;
  /** From where on, behind the lowest, it is far above it again, or not finite. */
  readonly diverges: number | null;
  /** Half way between the steepest descent and the lowest loss, on the logarithmic axis. */
  readonly suggestion: number | null;
};

/** A weight falls to `exp(-1/2)` at this share of all steps: 20 of 1,000, a sixteenth of a decade of three. */
const WIDTH = 1 / 50;

/** But not before so many steps, or a larger share: below it the noise of single batches decides. */
const LEAST_WIDTH = { steps: 10, share: 1 / 8 };

/** Weights further out than so many widths are nothing. */
const REACH = 3;

/** Standard errors of a smoothed loss that it has to fall by: the lowest of many is some below all by chance. */
const LEAST_FALL = 5;

/** Share of the fall that is missing at the edges of the valley. */
const VALLEY = 0.1;

/** Diverged is so many nats above the lowest loss, where the right answer is e times less probable, and so much of the fall. */
const DIVERGED = { nats: 1, share: 0.25 };

/** Reads where the loss falls, is lowest and rises again. */
export function readRange({ lr, loss }: RangeTest): RangeReading {
  const isCut = loss.length > 0 && !Number.isFinite(loss.at(-1));
  const finite = loss.subarray(0, loss.length - (isCut ? 1 : 0));
  const width = widthOf(lr.length);
  const smoothed = smooth(finite, width);
  const at = lowestOf(smoothed);
  const [first = 0, least = 0] = [smoothed[0], smoothed[at]];
  const fall = first - least;
  const above = least + Math.max(DIVERGED.nats, DIVERGED.share * fall);
  const risen = smoothed.findIndex((one, i) => i > at && one >= above);
  const rate = (i: number): number | null => lr[i] ?? null;
  const diverges = rate(risen < 0 && isCut ? finite.length : risen);
  if (!(fall > LEAST_FALL * noiseOf(finite, smoothed, { at, width }))) {
    const none = { steepest: null, lowest: null, lowestLoss: null, valley: null, suggestion: null };
    return { smoothed, diverges, ...none };
  }
  const steepest = steepestBefore(smoothed, at, Math.ceil(width));
  const [from, to] = around(smoothed, at, least + VALLEY * fall);
  return {
    smoothed,
    steepest: rate(steepest),
    lowest: rate(at),
    lowestLoss: least,
    valley: [lr[from] ?? 0, lr[to] ?? 0],
    diverges,
    suggestion: rate(Math.round((steepest + at) / 2)),
  };
}

function widthOf(steps: number): number {
  const least = Math.min(LEAST_WIDTH.steps, steps * LEAST_WIDTH.share);
  return Math.max(least, steps * WIDTH);
}

/** Averages each value over those around it, by weights of a normal distribution; nothing is beyond the ends. */
function smooth(values: Float64Array, width: number): Float64Array {
  const reach = Math.ceil(REACH * width);
  const weights = Array.from({ length: reach + 1 }, (_, i) => Math.exp(-((i / width) ** 2) / 2));
  return values.map((_, at) => {
    let [sum, weight] = [0, 0];
    for (let i = Math.max(0, at - reach); i <= Math.min(values.length - 1, at + reach); i++) {
      const one = weights[Math.abs(i - at)] ?? 0;
      sum += one * (values[i] ?? 0);
      weight += one;
    }
    return sum / weight;
  });
}

/** Estimates the standard error of smoothed losses from how the single ones are spread around them before `at`. */
function noiseOf(
  values: Float64Array,
  smoothed: Float64Array,
  { at, width }: { readonly at: number; readonly width: number },
): number {
  let sum = 0;
  for (let i = 0; i <= at; i++) sum += ((values[i] ?? 0) - (smoothed[i] ?? 0)) ** 2;
  // So many values count in full where weights are those of a normal distribution.
  const counted = 2 * Math.sqrt(Math.PI) * width;
  return Math.sqrt(sum / (at + 1) / counted);
}

function lowestOf(values: Float64Array): number {
  let at = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] ?? 0) < (values[at] ?? 0)) at = i;
  return at;
}

/** Returns the step around which a stretch falls most; the rates of all steps are equally far apart on the axis. */
function steepestBefore(smoothed: Float64Array, end: number, half: number): number {
  const valueAt = (i: number): number => smoothed[Math.min(end, Math.max(0, i))] ?? 0;
  let [steepest, most] = [0, 0];
  for (let i = 0; i <= end; i++) {
    const fall = valueAt(i - half) - valueAt(i + half);
    if (fall > most) [steepest, most] = [i, fall];
  }
  return steepest;
}

/** Returns the stretch around `at` whose values are at most `level`. */
function around(values: Float64Array, at: number, level: number): readonly [number, number] {
  const isIn = (i: number): boolean => (values[i] ?? Number.POSITIVE_INFINITY) <= level;
  let [from, to] = [at, at];
  while (isIn(from - 1)) from--;
  while (isIn(to + 1)) to++;
  return [from, to];
}
