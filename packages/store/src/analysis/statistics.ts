/** Statistics of runs: moments, and intervals by Student's t. */

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

/** Returns number, mean and standard deviation of the values that are finite. */
export function momentsOf(values: readonly (number | null)[]): Moments {
  const finite = values.filter((value) => value !== null).filter(Number.isFinite);
  const n = finite.length;
  if (n === 0) return { n, mean: null, std: null };
  const mean = finite.reduce((sum, value) => sum + value, 0) / n;
  if (n === 1) return { n, mean, std: null };
  const squares = finite.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { n, mean, std: Math.sqrt(squares / (n - 1)) };
}

/**
 * Estimates the mean of the values that are finite.
 *
 * @param share - how often such intervals contain the mean, in (0, 1)
 */
export function estimateOf(values: readonly (number | null)[], share = 0.95): Estimate {
  const { n, mean, std } = momentsOf(values);
  if (mean === null || std === null) return { n, mean, std, low: null, high: null };
  const half = (std * twoSidedT(share, n - 1)) / Math.sqrt(n);
  return { n, mean, std, low: mean - half, high: mean + half };
}

/**
 * Student's t distribution with a whole number of degrees of freedom.
 * With theta = atan(t / sqrt(df)), P(|T| <= t) is a finite sum of powers of cos(theta).
 *
 * Source: Abramowitz & Stegun, Handbook of Mathematical Functions (1964), 26.7.3 and 26.7.4.
 */
function withinShare(t: number, df: number): number {
  const theta = Math.atan(t / Math.sqrt(df));
  const cosSquared = Math.cos(theta) ** 2;
  const isOdd = df % 2 === 1;
  let term = isOdd ? Math.cos(theta) : 1;
  let sum = df === 1 ? 0 : term;
  for (let k = isOdd ? 3 : 2; k <= df - 2; k += 2) {
    term *= ((k - 1) / k) * cosSquared;
    sum += term;
  }
  const product = Math.sin(theta) * sum;
  return isOdd ? (2 / Math.PI) * (theta + product) : product;
}

/**
 * Returns the t within which a share of the distribution lies, around 0: 12.706 for 0.95 and one degree of freedom.
 *
 * @param share - in (0, 1)
 * @param df - degrees of freedom, a whole number from 1 on
 */
export function twoSidedT(share: number, df: number): number {
  let low = 0;
  let high = 1;
  while (withinShare(high, df) < share) high *= 2;
  for (let middle = (low + high) / 2; middle > low && middle < high; middle = (low + high) / 2) {
    if (withinShare(middle, df) < share) low = middle;
    else high = middle;
  }
  return high;
}

/** A ratio of two means with its confidence interval. */
export type Ratio = { readonly mean: number; readonly low: number; readonly high: number };

/**
 * Estimates the ratio of the means of paired values: those ratios r for which the interval of the mean of
 * `own - r * other` contains 0.
 *
 * @returns null where the interval of the divisor contains 0, or with fewer than two pairs
 *
 * Source: Fieller, Some problems in interval estimation, J. R. Stat. Soc. B 16 (1954).
 */
export function ratioOf(
  own: readonly number[],
  other: readonly number[],
  share = 0.95,
): Ratio | null {
  const n = own.length;
  if (n < 2) return null;
  const [x, y] = [momentsOf(other).mean ?? 0, momentsOf(own).mean ?? 0];
  const factor = twoSidedT(share, n - 1) ** 2 / (n * (n - 1));
  const products = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
  const [dx, dy] = [other.map((value) => value - x), own.map((value) => value - y)];
  const square = x * x - factor * products(dx, dx);
  const mixed = x * y - factor * products(dx, dy);
  const free = y * y - factor * products(dy, dy);
  if (!(square > 0)) return null;
  const root = Math.sqrt(Math.max(0, mixed * mixed - square * free));
  return { mean: y / x, low: (mixed - root) / square, high: (mixed + root) / square };
}
