/** Turns stored rows into one value for every column of dots, and into the mean and band of several runs. */
import { momentsOf, type SeriesRows, twoSidedT } from "@ablate/store";
import { position, type Scale } from "./scale.ts";

/** One series in columns of dots; NaN where a column has no value. */
export type Trace = Pick<SeriesRows, "min" | "mean" | "max"> & {
  /** Whether values are missing somewhere between the last column with one and this one. */
  readonly gapBefore: Uint8Array;
};

/**
 * Smoothed means: an exponential average over steps, with the bias of its start divided out. It
 * depends on steps and not on how they are summarised, so zooming does not change it.
 *
 * @param steps - the time constant; 0 for none
 */
export function smooth(samples: SeriesRows, steps: number): SeriesRows {
  if (steps <= 0) return samples;
  const mean = new Float64Array(samples.mean.length);
  let sum = 0;
  let weight = 0;
  let rowSteps = 0;
  let keep = 0;
  for (let i = 0; i < mean.length; i++) {
    const value = samples.mean[i] ?? Number.NaN;
    if (Number.isNaN(value)) {
      mean[i] = Number.NaN;
      continue;
    }
    if (samples.width[i] !== rowSteps) {
      rowSteps = samples.width[i] ?? 1;
      keep = Math.exp(-rowSteps / steps);
    }
    sum = sum * keep + value * (1 - keep);
    weight = weight * keep + (1 - keep);
    mean[i] = sum / weight;
  }
  return { ...samples, mean };
}

/** Lets a number that comes after a gap count for the steps since the one before it. */
export function withGaps(samples: SeriesRows): SeriesRows {
  const { x, width } = samples;
  const isGap = (i: number): boolean => {
    const widest = Math.max(width[i] ?? 1, width[i - 1] ?? 1);
    return i > 0 && (x[i] ?? 0) - (x[i - 1] ?? 0) > 1.5 * widest;
  };
  if (!x.some((_, i) => isGap(i))) return samples;
  const wide = width.map((one, i) => (isGap(i) ? (x[i] ?? 0) - (x[i - 1] ?? 0) : one));
  return { ...samples, width: wide };
}

/** Summarises rows in `columns` columns of dots; means are weighed by their numbers of values. */
export function trace(samples: SeriesRows, scale: Scale, columns: number): Trace {
  const min = new Float64Array(columns).fill(Number.NaN);
  const max = new Float64Array(columns).fill(Number.NaN);
  const mean = new Float64Array(columns).fill(Number.NaN);
  const gapBefore = new Uint8Array(columns);
  const weight = new Float64Array(columns);
  let broken = false;
  for (let i = 0; i < samples.x.length; i++) {
    const n = samples.n[i] ?? 0;
    const value = samples.mean[i] ?? Number.NaN;
    const share = position(scale, samples.x[i] ?? 0);
    if (!(share >= 0 && share <= 1)) continue;
    if (n === 0 || Number.isNaN(value)) {
      broken = true;
      continue;
    }
    const at = Math.min(columns - 1, Math.floor(share * columns));
    const sum = weight[at] ?? 0;
    const smallest = samples.min[i] ?? value;
    const largest = samples.max[i] ?? value;
    if (sum === 0) {
      mean[at] = value;
      min[at] = smallest;
      max[at] = largest;
      if (broken) gapBefore[at] = 1;
    } else {
      mean[at] = ((mean[at] ?? 0) * sum + value * n) / (sum + n);
      if (smallest < (min[at] ?? 0)) min[at] = smallest;
      if (largest > (max[at] ?? 0)) max[at] = largest;
    }
    weight[at] = sum + n;
    broken = false;
  }
  return { min, mean, max, gapBefore };
}

export const BANDS = ["std", "stderr", "min-max", "95%"] as const;

export type BandKind = (typeof BANDS)[number];

/** How a band is called beside a chart. */
export const BAND_NAMES: Readonly<Record<BandKind, string>> = {
  std: "mean ± std",
  stderr: "mean ± standard error",
  "min-max": "mean, min to max",
  "95%": "mean, 95 % interval",
};

export type Spread = {
  readonly n: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
};

/**
 * Mean and band of some values; those that are not finite do not count. Standard deviations are
 * unbiased, the 95 % interval is that of the mean (Student's t). Of one value there is no spread.
 */
export function spread(values: readonly number[], kind: BandKind): Spread {
  const { n, mean: found, std } = momentsOf(values);
  const mean = found ?? Number.NaN;
  if (std === null) return { n, mean, low: mean, high: mean };
  if (kind === "min-max") {
    const finite = values.filter(Number.isFinite);
    return { n, mean, low: Math.min(...finite), high: Math.max(...finite) };
  }
  const half = std * halfWidth(kind, n);
  return { n, mean, low: mean - half, high: mean + half };
}

/** Computes mean and band of several traces, column by column; between two values a trace counts as a straight line. */
export function bandOf(sparse: readonly Trace[], kind: BandKind): Trace {
  const traces = sparse.map(filled);
  const columns = traces[0]?.mean.length ?? 0;
  const min = new Float64Array(columns);
  const mean = new Float64Array(columns);
  const max = new Float64Array(columns);
  const gapBefore = new Uint8Array(columns);
  for (let x = 0; x < columns; x++) {
    const values = traces.map((one) => one.mean[x] ?? Number.NaN);
    const all = spread(values, kind);
    [min[x], mean[x], max[x]] = [all.low, all.mean, all.high];
    gapBefore[x] = traces.every((one) => one.gapBefore[x] === 1) ? 1 : 0;
  }
  return { min, mean, max, gapBefore };
}

/** Fills the columns between two values in proportion, except where values are missing. */
function filled(trace: Trace): Trace {
  const mean = trace.mean.slice();
  let previous = -1;
  for (let x = 0; x < mean.length; x++) {
    if (Number.isNaN(mean[x])) continue;
    if (previous >= 0 && trace.gapBefore[x] === 0) {
      const [from = 0, to = 0] = [mean[previous], mean[x]];
      for (let i = previous + 1; i < x; i++)
        mean[i] = from + ((to - from) * (i - previous)) / (x - previous);
    }
    previous = x;
  }
  return { ...trace, mean };
}

function halfWidth(kind: "std" | "stderr" | "95%", n: number): number {
  if (kind === "std") return 1;
  if (kind === "stderr") return 1 / Math.sqrt(n);
  return twoSidedT(0.95, n - 1) / Math.sqrt(n);
}
