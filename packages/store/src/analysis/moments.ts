import { twoSidedT } from "./student-t.ts";

/** How many values there are, their mean and how far they spread. */
export type Moments = {
  readonly n: number;
  /** Null without a value. */
  readonly mean: number | null;
  /** The unbiased standard deviation; null with fewer than two values. */
  readonly std: number | null;
};

/** A mean with its 95 % confidence interval (Student's t), null where one value has none. */
export type Estimate = Moments & { readonly low: number | null; readonly high: number | null };

/** Of the values that are finite numbers. */
export function momentsOf(values: readonly (number | null)[]): Moments {
  const finite = values.filter((value) => value !== null).filter(Number.isFinite);
  const n = finite.length;
  if (n === 0) return { n, mean: null, std: null };
  const mean = finite.reduce((sum, value) => sum + value, 0) / n;
  if (n === 1) return { n, mean, std: null };
  const squares = finite.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { n, mean, std: Math.sqrt(squares / (n - 1)) };
}

export function estimateOf(values: readonly (number | null)[]): Estimate {
  const { n, mean, std } = momentsOf(values);
  if (mean === null || std === null) return { n, mean, std, low: null, high: null };
  const half = (std * twoSidedT(0.95, n - 1)) / Math.sqrt(n);
  return { n, mean, std, low: mean - half, high: mean + half };
}
