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
  return { ...moments(values), ...histogram(values, range) };
}

/** Mean and unbiased std, in two passes. */
export function moments(values: ArrayLike<number>): {
  readonly mean: number;
  readonly std: number;
} {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ?? 0;
  const mean = sum / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += ((values[i] ?? 0) - mean) ** 2;
  return { mean, std: Math.sqrt(squares / (values.length - 1)) };
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
