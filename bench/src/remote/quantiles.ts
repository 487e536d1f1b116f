/** Milliseconds of the median, and of all but one in twenty; null where nothing was measured. */
export type Quantiles = { readonly p50: number | null; readonly p95: number | null };

export function quantilesOf(values: readonly number[]): Quantiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number | null => sorted[Math.floor(share * sorted.length)] ?? null;
  return { p50: at(0.5), p95: at(0.95) };
}
