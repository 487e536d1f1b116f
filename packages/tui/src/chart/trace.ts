/** From stored rows to one value for every column of dots. */
import type { SeriesRows } from "@ablate/store";
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

/** Returns the last column at or before `column` that has a value. */
export function lastColumn({ mean }: Trace, column: number): number | null {
  for (let x = Math.min(column, mean.length - 1); x >= 0; x--) {
    if (!Number.isNaN(mean[x])) return x;
  }
  return null;
}
