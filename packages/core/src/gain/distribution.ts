import { statisticsOf } from "../statistics.ts";

/** Bins of equal width from `-range` to `range`. */
export type HistogramRange = { readonly range: number; readonly bins: number };

export type Distribution = {
  readonly mean: number;
  /** Unbiased, as PyTorch's; NaN for a single value. */
  readonly std: number;
  /** Values in each bin, from the lowest to the highest; the last bin has its upper edge. */
  readonly counts: readonly number[];
  /** Values outside of all bins, and those that are not finite. */
  readonly beyond: number;
};

/** Mean, std and histogram of some values. */
export function distributionOf(values: ArrayLike<number>, range: HistogramRange): Distribution {
  const { mean, std } = statisticsOf(values);
  return { mean, std, ...histogram(values, range) };
}

function histogram(
  values: ArrayLike<number>,
  { range, bins }: HistogramRange,
): Pick<Distribution, "counts" | "beyond"> {
  const counts = Array.from({ length: bins }, () => 0);
  let beyond = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    if (!(Math.abs(value) <= range)) {
      beyond += 1;
      continue;
    }
    const bin = Math.min(bins - 1, Math.floor(((value + range) / (2 * range)) * bins));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { counts, beyond };
}
