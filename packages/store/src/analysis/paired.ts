/** Differences between runs of the same seed. */
import { type Estimate, estimateOf } from "./moments.ts";

/** A run's value and what it is paired by: its seed and everything else that is to be equal. */
export type Paired = {
  readonly seed: number;
  readonly context: string;
  readonly value: number | null;
};

export type Verdict = "larger" | "within" | "none" | "too few seeds" | "no pairs";

/** Of the differences seed by seed; `n` counts the seeds. */
export type PairedDifference = Estimate & {
  /** Pairs of runs; a seed with several of them counts once, with their mean. */
  readonly pairs: number;
  readonly verdict: Verdict;
};

/** With fewer seeds there is no telling a difference from the spread over seeds. */
export const LEAST_SEEDS = 3;

/** How much larger values are than those of a baseline with the same seed and context. */
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

/** A verdict as a sentence's end. */
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
