/**
 * How much each factor decides: its share of the variance between settings, by an additive model over the settings that
 * have a result with every seed. What the model does not explain is interaction, and luck of the seeds.
 */
import type { Seed } from "../seed.ts";
import { type AdditiveModel, additiveModel } from "./additive-model.ts";
import { type Factor, factorsOf, groupRuns, type RunGroup, settingOf, valueId } from "./factors.ts";
import { countLost, type Losable } from "./lost.ts";
import type { Metric } from "./metrics.ts";
import { LEAST_SEEDS } from "./pairs.ts";
import { estimateOf } from "./statistics.ts";

/** A share of the variance between settings. */
export type Share = {
  readonly share: number;
  /** The 95 % interval by the jackknife over seeds; null with fewer than three seeds. */
  readonly low: number | null;
  readonly high: number | null;
  /** What luck of the seeds alone would give it; null where one seed does not tell. */
  readonly chance: number | null;
};

export type FactorShare = Share & {
  readonly factor: Factor;
  /** Values, or groups of them. */
  readonly values: number;
  /** Whether its many numbers are put into groups of equal size. */
  readonly isGrouped: boolean;
};

export type Importance = {
  readonly metric: Metric;
  /** The largest share first; empty where the model says nothing. */
  readonly factors: readonly FactorShare[];
  /** What is not additive. */
  readonly rest: Share;
  /** Whether the shares add up to 1; else each is what a factor explains beyond the others. */
  readonly isBalanced: boolean;
  /** Share of the variance that the setting farthest from the mean has alone. */
  readonly farthest: number;
  /** Settings that count, of all that there are; and seeds. */
  readonly cells: { readonly n: number; readonly of: number };
  readonly seeds: { readonly n: number; readonly of: number };
  readonly lost: number;
};

/** Measures the importance of every factor in which runs differ. */
export function importanceOf<R extends Losable>(runs: readonly R[], metric: Metric): Importance {
  const all = groupRuns(runs);
  const { seeds, cells, of } = completeCells(all, metric);
  const lost = countLost(runs, metric);
  const none = {
    ...{ metric, lost, factors: [], isBalanced: true, farthest: 0 },
    rest: { share: 0, low: null, high: null, chance: null },
    cells: { n: cells.length, of: all.length },
    seeds: { n: seeds.length, of },
  };
  const firsts = cells.map(({ run }) => run);
  const factors = factorsOf(firsts).map((factor) => ({ factor, ...levelsOf(firsts, factor) }));
  const model = additiveModel(factors.map(({ levels }) => levels));
  if (factors.length < 2 || model.rest < 1) return none;
  const shares = sharesOf(
    cells.map(({ values }) => values),
    model,
  );
  if (shares === null) return none;
  const { each, rest, farthest } = shares;
  const found = factors.flatMap(({ levels, ...one }, i): FactorShare[] => {
    const own = each[i];
    return own === undefined ? [] : [{ ...one, ...own, values: Math.max(...levels) + 1 }];
  });
  return {
    ...none,
    ...{ rest, farthest, isBalanced: model.isBalanced },
    factors: found.toSorted((a, b) => b.share - a.share),
  };
}

type Cell<R> = { readonly run: R; readonly values: readonly number[] };

/** Chooses seeds so that as many results as can be are of settings that have one with each of these seeds. */
function completeCells<R extends Losable>(
  groups: readonly RunGroup<R>[],
  metric: Metric,
): { readonly seeds: readonly Seed[]; readonly cells: readonly Cell<R>[]; readonly of: number } {
  const results = groups.map(({ runs }) => {
    const bySeed = new Map<Seed, number>();
    for (const run of runs) {
      const value = metric.value(run);
      if (run.seed !== null && value !== null && Number.isFinite(value))
        bySeed.set(run.seed, value);
    }
    return { run: runs[0], bySeed };
  });
  const counts = new Map<Seed, number>();
  for (const { bySeed } of results)
    for (const seed of bySeed.keys()) counts.set(seed, (counts.get(seed) ?? 0) + 1);
  const order = [...counts].sort(([, a], [, b]) => b - a).map(([seed]) => seed);
  const choices = order.map((_, i) => {
    const seeds = order.slice(0, i + 1);
    const cells = results.filter(({ bySeed }) => seeds.every((seed) => bySeed.has(seed)));
    return { seeds, cells };
  });
  const sizes = choices.map(({ seeds, cells }) => seeds.length * cells.length);
  const { seeds, cells } = choices[sizes.lastIndexOf(Math.max(...sizes))] ?? {
    seeds: [],
    cells: [],
  };
  return {
    seeds,
    cells: cells.map(({ run, bySeed }) => ({
      run,
      values: seeds.map((seed) => bySeed.get(seed) ?? 0),
    })),
    of: new Set(groups.flatMap(({ runs }) => runs.flatMap(({ seed }) => seed ?? []))).size,
  };
}

/** More different numbers than a grid has, as of a random search, are put into groups. */
const MOST_VALUES = 8;
const GROUPS = 4;

/** Numbers the values of a factor from 0 on. */
function levelsOf(
  runs: readonly Losable[],
  { keys }: Factor,
): { readonly levels: readonly number[]; readonly isGrouped: boolean } {
  const ids = runs.map((run) => valueId(run, keys));
  const distinct = [...new Set(ids)];
  const numbers = runs.map((run) => settingOf(run, keys[0] ?? "")?.value);
  if (distinct.length <= MOST_VALUES || !numbers.every((one) => typeof one === "number")) {
    return { levels: ids.map((id) => distinct.indexOf(id)), isGrouped: false };
  }
  const sorted = [...numbers].sort((a, b) => a - b);
  const places = numbers.map((one) => sorted.indexOf(one));
  return { levels: places.map((at) => Math.floor((at * GROUPS) / runs.length)), isGrouped: true };
}

type Shares = { readonly each: readonly Share[]; readonly rest: Share; readonly farthest: number };

/** Returns the shares of settings with these results, one for each seed; null where all are equal. */
function sharesOf(cells: readonly (readonly number[])[], model: AdditiveModel): Shares | null {
  const n = cells[0]?.length ?? 0;
  const points = pointsOf(cells.map(mean), model);
  if (points === null) return null;
  const left = Array.from({ length: n < LEAST_SEEDS ? 0 : n }, (_, seed) =>
    pointsOf(
      cells.map((values) => mean(values.filter((__, i) => i !== seed))),
      model,
    ),
  );
  const luck = luckOf(cells);
  const share = (own: number, before: readonly (number | undefined)[], freedom: number): Share => {
    const pseudo = before.map((one) => n * own - (n - 1) * (one ?? own));
    const { low, high } = estimateOf(pseudo);
    const within = (end: number | null): number | null =>
      end === null ? null : Math.min(1, Math.max(0, end));
    const chance = luck === null ? null : Math.min(1, (freedom * luck) / points.total);
    return { share: own, low: within(low), high: within(high), chance };
  };
  return {
    each: points.each.map((own, i) =>
      share(
        own,
        left.map((one) => one?.each[i]),
        model.each[i] ?? 0,
      ),
    ),
    rest: share(
      points.rest,
      left.map((one) => one?.rest),
      model.rest,
    ),
    farthest: farthestOf(cells.map(mean), points.total),
  };
}

function pointsOf(means: readonly number[], model: AdditiveModel) {
  const { all, each, total } = model.explained(means);
  if (!(total > 0)) return null;
  return { each: each.map((one) => one / total), rest: Math.max(0, 1 - all / total), total };
}

/**
 * Returns the variance of a setting's mean that the seeds make: what is left of results without what all settings of a
 * seed, and all seeds of a setting, have in common.
 */
function luckOf(cells: readonly (readonly number[])[]): number | null {
  const n = cells[0]?.length ?? 0;
  if (n < 2 || cells.length < 2) return null;
  const bySeed = Array.from({ length: n }, (_, i) => mean(cells.map((values) => values[i] ?? 0)));
  const overall = mean(bySeed);
  const squares = cells.flatMap((values) => {
    const own = mean(values);
    return values.map((value, i) => (value - own - (bySeed[i] ?? 0) + overall) ** 2);
  });
  return squares.reduce((sum, one) => sum + one, 0) / ((cells.length - 1) * (n - 1)) / n;
}

function farthestOf(means: readonly number[], total: number): number {
  const overall = mean(means);
  return means.reduce((most, one) => Math.max(most, (one - overall) ** 2), 0) / total;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
