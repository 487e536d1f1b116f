/**
 * How much one factor changes a number at each value of another, and whether that differs: "does batch norm remove the
 * sensitivity to the gain?". The seed is the unit: each complete seed gives one spread at each value, and one difference
 * of two spreads.
 */
import { type CompleteBlock, completeBlock } from "./complete-block.ts";
import { type Factor, factorKeys, groupRuns, type RunGroup, valueId } from "./factors.ts";
import { countLost, type Losable } from "./lost.ts";
import type { Metric } from "./metrics.ts";
import { type Verdict, verdictOf } from "./pairs.ts";
import { type Estimate, estimateOf, type Ratio, ratioOf } from "./statistics.ts";

/** An estimate and what it allows to be said. */
type Judged = Estimate & { readonly verdict: Verdict };

/** The spread at one value compared with that at the first value. */
export type SpreadDifference = {
  /** How much larger the spread is. */
  readonly spread: Judged;
  /** How many times as large it is; null where the other spread is not told apart from none. */
  readonly ratio: Ratio | null;
  /** How much more the number changes between the two values that are the extremes at the first value. */
  readonly interaction: Judged;
};

/** The results of one value of the factor, all else being the value that it is asked within. */
export type SensitivityPoint<R extends Losable> = {
  readonly runs: readonly [R, ...R[]];
  readonly estimate: Estimate;
  readonly lost: number;
  /** Whether it has results beside every value of the other factor, so that it counts. */
  readonly isCounted: boolean;
};

/** What the factor does at one value of the other one. */
export type SensitivityValue<R extends Losable> = {
  readonly runs: readonly [R, ...R[]];
  readonly lost: number;
  /** The largest mean less the smallest one, seed by seed. */
  readonly spread: Judged;
  readonly lowest: R;
  readonly highest: R;
  /** Null for the first value, which the others are compared with. */
  readonly difference: SpreadDifference | null;
  readonly points: readonly SensitivityPoint<R>[];
};

export type Sensitivity<R extends Losable> = {
  readonly metric: Metric;
  readonly by: Factor;
  readonly within: Factor;
  /** Empty where no two values of the factor have results at two values of the other. */
  readonly values: readonly SensitivityValue<R>[];
  /** Complete seeds and cells that count, and how many there are. */
  readonly seeds: { readonly n: number; readonly of: number };
  readonly cells: { readonly n: number; readonly of: number };
  /** How many values of the factor count; their extremes are chosen after the fact. */
  readonly counted: number;
};

export type SensitivityOptions = {
  readonly metric: Metric;
  readonly by: Factor;
  readonly within: Factor;
};

/** Measures how much a factor changes the metric at each value of another one. */
export function sensitivityOf<R extends Losable>(
  runs: readonly R[],
  { metric, by, within }: SensitivityOptions,
): Sensitivity<R> {
  const others = factorKeys(runs).filter((key) => ![...by.keys, ...within.keys].includes(key));
  const columns = groupRuns(runs, by.keys);
  const rows = groupRuns(runs, within.keys);
  const block = completeBlock(
    runs.map((run) => ({
      row: valueId(run, within.keys),
      column: valueId(run, by.keys),
      cell: valueId(run, others),
      seed: run.seed,
      value: metric.value(run),
    })),
  );
  const share = 1 - 0.05 / Math.max(1, pairsOf(block.columns.length));
  const found = rows
    .filter(({ id }) => block.rows.includes(id))
    .map((row) => spreadOf(row, { block, columns, share }));
  const [first] = found;
  const values = found.map((one) => {
    const points = columns.flatMap((column) =>
      pointOf(column, { row: one.row, block, metric, within }),
    );
    return {
      ...{ runs: one.row.runs, lost: countLost(one.row.runs, metric), points },
      ...{ spread: one.spread, lowest: one.low.runs[0], highest: one.high.runs[0] },
      difference: first === undefined || one === first ? null : differenceOf(one, first, share),
    };
  });
  return {
    ...{ metric, by, within, values, counted: block.columns.length },
    seeds: { n: block.seeds.length, of: new Set(runs.flatMap(({ seed }) => seed ?? [])).size },
    cells: { n: block.cells.length, of: new Set(runs.map((run) => valueId(run, others))).size },
  };
}

/** Counts the pairs of so many values. */
function pairsOf(n: number): number {
  return (n * (n - 1)) / 2;
}

type Spread<R extends Losable> = {
  readonly row: RunGroup<R>;
  readonly low: RunGroup<R>;
  readonly high: RunGroup<R>;
  readonly spread: Judged;
  /** Differences between two values, seed by seed. */
  readonly contrast: (low: RunGroup<R>, high: RunGroup<R>) => readonly number[];
};

function spreadOf<R extends Losable>(
  row: RunGroup<R>,
  {
    block,
    columns,
    share,
  }: {
    readonly block: CompleteBlock;
    readonly columns: readonly RunGroup<R>[];
    readonly share: number;
  },
): Spread<R> {
  const ranked = columns
    .filter(({ id }) => block.columns.includes(id))
    .map((column) => ({ column, mean: meanOf(block.values(row.id, column.id)) }))
    .sort((a, b) => a.mean - b.mean);
  const [low, high] = [ranked[0]?.column, ranked.at(-1)?.column];
  if (low === undefined || high === undefined) throw new RangeError("a block has no columns");
  const contrast = (from: RunGroup<R>, to: RunGroup<R>): readonly number[] => {
    const lows = block.values(row.id, from.id);
    return block.values(row.id, to.id).map((value, i) => value - (lows[i] ?? Number.NaN));
  };
  return { row, low, high, spread: judged(contrast(low, high), share), contrast };
}

function differenceOf<R extends Losable>(
  own: Spread<R>,
  first: Spread<R>,
  share: number,
): SpreadDifference {
  const ours = own.contrast(own.low, own.high);
  const theirs = first.contrast(first.low, first.high);
  const alike = own.contrast(first.low, first.high);
  const less = (values: readonly number[]) => values.map((value, i) => value - (theirs[i] ?? 0));
  return {
    spread: judged(less(ours), share),
    ratio: ratioOf(ours, theirs, share),
    interaction: judged(less(alike), share),
  };
}

function judged(values: readonly number[], share: number): Judged {
  const estimate = estimateOf(values, share);
  return { ...estimate, verdict: verdictOf(estimate) };
}

function pointOf<R extends Losable>(
  column: RunGroup<R>,
  {
    row,
    block,
    metric,
    within,
  }: {
    readonly row: RunGroup<R>;
    readonly block: CompleteBlock;
    readonly metric: Metric;
    readonly within: Factor;
  },
): SensitivityPoint<R>[] {
  const [first, ...others] = column.runs.filter((run) => valueId(run, within.keys) === row.id);
  if (first === undefined) return [];
  const runs = [first, ...others] as const;
  const isCounted = block.columns.includes(column.id);
  const values = isCounted ? block.values(row.id, column.id) : runs.map(metric.value);
  return [{ runs, estimate: estimateOf(values), lost: countLost(runs, metric), isCounted }];
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
