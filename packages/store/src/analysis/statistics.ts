/** Statistics of runs: moments, Student's t, differences between runs of the same seed. */

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

/** Estimates the mean of the values that are finite. */
function estimateOf(values: readonly (number | null)[]): Estimate {
  const { n, mean, std } = momentsOf(values);
  if (mean === null || std === null) return { n, mean, std, low: null, high: null };
  const half = (std * twoSidedT(0.95, n - 1)) / Math.sqrt(n);
  return { n, mean, std, low: mean - half, high: mean + half };
}

/** A run's value and what it is paired by: its seed and everything else that is to be equal. */
export type Paired = {
  readonly seed: number;
  readonly context: string;
  readonly value: number | null;
};

export type Verdict = "larger" | "within" | "none" | "too few seeds" | "no pairs";

/** Statistics of the differences seed by seed; `n` counts the seeds. */
export type PairedDifference = Estimate & {
  /** Pairs of runs; a seed with several of them counts once, with their mean. */
  readonly pairs: number;
  readonly verdict: Verdict;
};

/** The fewest seeds that allow a verdict: with fewer, a difference cannot be told from the spread over seeds. */
const LEAST_SEEDS = 3;

/** Returns how much larger values are than those of a baseline with the same seed and context. */
export function pairedDifference(
  own: readonly Paired[],
  baseline: readonly Paired[],
): PairedDifference {
  const theirs = cellsOf(baseline);
  const bySeed = new Map<number, number[]>();
  let pairs = 0;
  for (const [key, { seed, values }] of cellsOf(own)) {
    const other = theirs.get(key);
    if (other === undefined) continue;
    pairs += Math.min(values.length, other.values.length);
    bySeed.set(seed, [...(bySeed.get(seed) ?? []), mean(values) - mean(other.values)]);
  }
  const estimate = estimateOf([...bySeed.values()].map(mean));
  return { ...estimate, pairs, verdict: verdictOf(estimate) };
}

function verdictOf({ n, mean: difference, low, high }: Estimate): Verdict {
  if (n === 0) return "no pairs";
  if (low === null || high === null || n < LEAST_SEEDS) return "too few seeds";
  if (low <= 0 && high >= 0) return difference === 0 && low === high ? "none" : "within";
  return "larger";
}

/** Writes a verdict as the end of a sentence. */
export function verdictText({ verdict, n }: PairedDifference): string {
  const seeds = n === 1 ? "one seed is" : `${n} seeds are`;
  const texts: Readonly<Record<Verdict, string>> = {
    larger: "larger than the spread over seeds",
    within: "within the spread over seeds",
    none: "no difference at all",
    "too few seeds": `${seeds} too few to tell`,
    "no pairs": "no pair differs in this alone",
  };
  return texts[verdict];
}

type Cell = { readonly seed: number; readonly values: number[] };

function cellsOf(runs: readonly Paired[]): ReadonlyMap<string, Cell> {
  const cells = new Map<string, Cell>();
  for (const { seed, context, value } of runs) {
    if (value === null || !Number.isFinite(value)) continue;
    const key = `${seed}/${context}`;
    const cell = cells.get(key) ?? { seed, values: [] };
    cell.values.push(value);
    cells.set(key, cell);
  }
  return cells;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
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
