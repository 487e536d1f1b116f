/** What each factor does to a number, all else equal. */
import { cellNames } from "./cell-names.ts";
import {
  type Factor,
  factorKeys,
  factorsOf,
  groupRuns,
  type RunGroup,
  settingOf,
  valueId,
} from "./factors.ts";
import { isLost, type Losable } from "./lost.ts";
import type { Metric } from "./metrics.ts";
import { type Paired, type PairedDifference, pairedDifference } from "./pairs.ts";
import { type SettingText, settingTexts } from "./setting-texts.ts";
import { shortKey } from "./settings.ts";
import { type Moments, momentsOf } from "./statistics.ts";

/** One value of a factor. */
export type FactorValue<R extends Losable> = {
  readonly runs: readonly [R, ...R[]];
  /** Statistics of all runs that have the value. */
  readonly moments: Moments;
  /** Difference from runs that have the baseline's value and are equal in all else; null for the baseline. */
  readonly difference: PairedDifference | null;
};

export type Effect<R extends Losable> = {
  readonly factor: Factor;
  /** The values in the order of the runs. */
  readonly values: readonly FactorValue<R>[];
};

export type EffectOptions<R extends Losable> = {
  readonly metric: Metric;
  /** A run that has the value which the others are compared with. */
  readonly baseline?: R | undefined;
  /** Only this one. */
  readonly factor?: Factor | undefined;
};

/**
 * Returns the effect of every factor in which the runs differ. Without a baseline its value is that of the
 * first run; where no run differs from that in the factor alone, the value that has most such pairs.
 */
export function effectsOf<R extends Losable>(
  runs: readonly R[],
  { metric, baseline, factor: only }: EffectOptions<R>,
): Effect<R>[] {
  const allKeys = factorKeys(runs);
  return (only === undefined ? factorsOf(runs) : [only]).map((factor) => {
    const others = allKeys.filter((key) => !factor.keys.includes(key));
    const groups = groupRuns(runs, factor.keys);
    const wanted = baseline === undefined ? null : valueId(baseline, factor.keys);
    const values = measured(groups, {
      metric,
      contextOf: (run) => valueId(run, others),
      cellOf: cellWriter(runs, others),
      referenceOf: (paired) =>
        wanted === null ? mostPaired(paired) : groups.findIndex(({ id }) => id === wanted),
    });
    return { factor, values };
  });
}

type Measuring<R> = {
  readonly metric: Metric;
  /** What runs have in common, beside the seed, that are compared with each other. */
  readonly contextOf: (run: R) => string;
  /** Says the same in words, a part for each key. */
  readonly cellOf: (run: R) => readonly string[];
  /** The place of the group that the others are compared with. */
  readonly referenceOf: (paired: readonly (readonly Paired[])[]) => number;
};

/** Makes a function that writes what runs have in common: `lr 0.3`, `gain 2`. */
function cellWriter<R extends Losable>(
  runs: readonly R[],
  keys: readonly string[],
): (run: R) => readonly string[] {
  let texts: readonly SettingText[] | undefined;
  return (run) => {
    texts ??= keys.map((key) => settingTexts(runs.map((one) => settingOf(one, key))));
    return keys.map((key, i) => {
      const found = settingOf(run, key);
      return `${shortKey(key, keys)} ${found ? (texts?.[i]?.(found) ?? found.text) : "none"}`;
    });
  };
}

/** Compares each group of runs with one of them, paired by seed and context. */
export function measured<R extends Losable>(
  groups: readonly RunGroup<R>[],
  { metric, contextOf, cellOf, referenceOf }: Measuring<R>,
): FactorValue<R>[] {
  const paired = groups.map(({ runs }) =>
    runs.map((run) => ({ ...pairedRun(run, metric), context: contextOf(run) })),
  );
  const holders = new Map(
    groups.flatMap(({ runs }, i) => runs.map((run, k) => [paired[i]?.[k]?.context ?? "", run])),
  );
  const cells = new Map<string, readonly string[]>();
  const partsOf = (context: string): readonly string[] => {
    const holder = holders.get(context);
    const parts = cells.get(context) ?? (holder === undefined ? [] : cellOf(holder));
    cells.set(context, parts);
    return parts;
  };
  const reference = referenceOf(paired);
  const baseline = paired[reference] ?? [];
  return groups.map(({ runs }, i) => {
    const own = paired[i] ?? [];
    return {
      runs,
      moments: momentsOf(runs.map(metric.value)),
      difference: i === reference ? null : named(pairedDifference(own, baseline), partsOf),
    };
  });
}

/** Names the cells of what is missing by their settings. */
function named(
  difference: PairedDifference,
  partsOf: (context: string) => readonly string[],
): PairedDifference {
  const { missing, unpaired, contexts } = difference;
  if (missing.length + unpaired.length === 0) return difference;
  const whole = contexts.map(partsOf);
  const isTelling = (part: string): boolean => whole.some((parts) => !parts.includes(part));
  const telling = new Map(contexts.map((context, i) => [context, whole[i]?.filter(isTelling)]));
  const cellOf = (context: string): readonly string[] => telling.get(context) ?? [];
  const all = contexts.map(cellOf);
  const alike = Map.groupBy(missing, ({ cell: _, ...rest }) => JSON.stringify(rest));
  const named = [...alike.values()].flatMap((same) => {
    const [first] = same;
    const own = same.flatMap(({ cell }) => (cell === null ? [] : [cellOf(cell)]));
    if (own.length < same.length || first === undefined) return same;
    return cellNames(own, all).map((cell) => ({ ...first, cell }));
  });
  const sides = Map.groupBy(unpaired, ({ own }) => own);
  const cellsWithout = [...sides.values()].flatMap((same) => {
    const [first] = same;
    const names = cellNames(
      same.map(({ cell }) => cellOf(cell)),
      all,
    );
    return first === undefined ? [] : names.map((cell) => ({ ...first, cell }));
  });
  return { ...difference, missing: named, unpaired: cellsWithout };
}

/** Compares runs with those of a baseline by seed, whatever else they differ in. */
export function differenceBySeed(
  own: readonly Losable[],
  baseline: readonly Losable[],
  metric: Metric,
): PairedDifference {
  const paired = (runs: readonly Losable[]) => runs.map((run) => pairedRun(run, metric));
  return pairedDifference(paired(own), paired(baseline));
}

function pairedRun(run: Losable, metric: Metric): Paired {
  return {
    seed: run.seed,
    context: "",
    value: metric.value(run),
    isLost: isLost(run, metric),
  };
}

/** Returns the place of the first group where it has pairs at all, else of the one that has most. */
function mostPaired(paired: readonly (readonly Paired[])[]): number {
  const cells = paired.map(
    (runs) =>
      new Set(
        runs.filter(({ value }) => value !== null).map(({ seed, context }) => `${seed}/${context}`),
      ),
  );
  const holders = new Map<string, number>();
  for (const key of cells.flatMap((keys) => [...keys])) {
    holders.set(key, (holders.get(key) ?? 0) + 1);
  }
  const counts = cells.map((keys) =>
    [...keys].reduce((sum, key) => sum + (holders.get(key) ?? 0) - 1, 0),
  );
  return (counts[0] ?? 0) > 0 ? 0 : Math.max(0, counts.indexOf(Math.max(...counts)));
}
