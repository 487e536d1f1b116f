/**
 * Differences between runs that are equal in all else. A cell is one setting of all else; a seed is complete where
 * each cell that counts has both values. Only complete seeds count, so every one weighs each cell equally: what a seed
 * lacks cannot pull the mean of the others, as it would in a mean over whatever pairs there are.
 */
import { compareSeeds, type Seed } from "../seed.ts";
import { type Estimate, estimateOf } from "./statistics.ts";

/** A run's value and what it is paired by: its seed and everything else that is to be equal. */
export type Paired = {
  readonly seed: Seed | null;
  readonly context: string;
  readonly value: number | null;
  /** Whether it came to no result. */
  readonly isLost: boolean;
};

export type Verdict = "larger" | "within" | "none" | "too few seeds" | "no pairs";

/** Why a side has no value: it has no run, its runs were lost, or they have not come to a result. */
export type Lack = "no run" | "lost" | "no result";

/** What each side lacks; null where it has a value, and for both where that is not the same of all that is named. */
export type Lacks = { readonly own: Lack | null; readonly baseline: Lack | null };

/** Seeds of which a cell lacks one of the two values; those that every cell lacks are named once, without a cell. */
export type MissingPairs = Lacks & {
  readonly cell: string | null;
  readonly seeds: readonly Seed[];
};

/** A cell in which only one side has runs. */
export type UnpairedCell = Lacks & { readonly cell: string };

/** Statistics of the differences seed by seed; `n` counts the complete seeds. */
export type PairedDifference = Estimate & {
  /** Pairs of runs; a seed with several of them counts once, with their mean. */
  readonly pairs: number;
  /** Cells that count. */
  readonly cells: number;
  /** How many seeds and cells there would be if nothing were missing. */
  readonly of: { readonly seeds: number; readonly cells: number };
  /** What keeps seeds and cells from counting, by the cells in which both sides have runs. */
  readonly missing: readonly MissingPairs[];
  readonly unpaired: readonly UnpairedCell[];
  /** The contexts of all cells of either side. */
  readonly contexts: readonly string[];
  /** Runs of cells with both sides that came to no result: with any, survivors alone are compared. */
  readonly lost: { readonly own: number; readonly baseline: number };
  readonly verdict: Verdict;
};

/** The fewest seeds that allow a verdict: with fewer, a difference cannot be told from the spread over seeds. */
export const LEAST_SEEDS = 3;

/**
 * Returns how much larger values are than those of a baseline in the same cell and with the same seed.
 *
 * Of each complete seed it takes the mean over the cells, then mean and interval over seeds. Where fewer than three
 * seeds are complete in all cells, those with the fewest pairs do not count, so that three are, if possible.
 */
export function pairedDifference(
  own: readonly Paired[],
  baseline: readonly Paired[],
): PairedDifference {
  const [ours, theirs] = [cellsOf(own), cellsOf(baseline)];
  const shared = new Set([...ours.keys()].filter((cell) => theirs.has(cell)));
  const contexts = [...new Set([...ours.keys(), ...theirs.keys()])];
  const pairs = [...shared].map((cell) =>
    pairsOf(cell, ours.get(cell) ?? [], theirs.get(cell) ?? []),
  );
  const used = usedCells(pairs);
  const seeds = completeSeeds(used);
  const estimate = estimateOf(
    seeds.map((seed) => mean(used.map(({ bySeed }) => bySeed.get(seed)?.difference ?? 0))),
  );
  const all = [...new Set(pairs.flatMap(({ present }) => present))].sort(compareSeeds);
  const lostOf = (runs: readonly Paired[]): number =>
    runs.filter(({ isLost, context }) => isLost && shared.has(context)).length;
  return {
    ...estimate,
    pairs: sum(seeds.flatMap((seed) => used.map(({ bySeed }) => bySeed.get(seed)?.pairs ?? 0))),
    cells: used.length,
    of: { seeds: all.length, cells: pairs.length },
    missing: missingPairs(pairs, all),
    unpaired: contexts
      .filter((cell) => !shared.has(cell))
      .map((cell) =>
        ours.has(cell)
          ? { cell, own: null, baseline: "no run" }
          : { cell, own: "no run", baseline: null },
      ),
    contexts,
    lost: { own: lostOf(own), baseline: lostOf(baseline) },
    verdict: verdictOf(estimate),
  };
}

type Pair = { readonly difference: number; readonly pairs: number };

type CellPairs = {
  readonly cell: string;
  /** Seeds of which it has a run of either side. */
  readonly present: readonly Seed[];
  /** Pairs that have both values. */
  readonly bySeed: ReadonlyMap<Seed, Pair>;
  readonly lacksOf: (seed: Seed) => Lacks;
};

function cellsOf(runs: readonly Paired[]): ReadonlyMap<string, readonly Paired[]> {
  return Map.groupBy(runs, ({ context }) => context);
}

/** Pairs the runs of one cell by seed; runs of the same seed count as one, with their mean. */
function pairsOf(cell: string, own: readonly Paired[], baseline: readonly Paired[]): CellPairs {
  const [ours, theirs] = [valuesBySeed(own), valuesBySeed(baseline)];
  const bySeed = new Map<Seed, Pair>();
  for (const [seed, values] of ours) {
    const others = theirs.get(seed);
    if (others === undefined) continue;
    const difference = mean(values) - mean(others);
    bySeed.set(seed, { difference, pairs: Math.min(values.length, others.length) });
  }
  const lacksOf = (seed: Seed): Lacks => ({
    own: ours.has(seed) ? null : lackOf(own, seed),
    baseline: theirs.has(seed) ? null : lackOf(baseline, seed),
  });
  return {
    cell,
    present: [...own, ...baseline].flatMap(({ seed }) => seed ?? []),
    bySeed,
    lacksOf,
  };
}

function lackOf(runs: readonly Paired[], seed: Seed): Lack {
  const those = runs.filter((run) => run.seed === seed);
  if (those.length === 0) return "no run";
  return those.some(({ isLost }) => isLost) ? "lost" : "no result";
}

function valuesBySeed(runs: readonly Paired[]): ReadonlyMap<Seed, readonly number[]> {
  const values = new Map<Seed, number[]>();
  for (const { seed, value } of runs) {
    if (seed === null || value === null || !Number.isFinite(value)) continue;
    const known = values.get(seed);
    if (known === undefined) values.set(seed, [value]);
    else known.push(value);
  }
  return values;
}

/** Returns the cells that count: as many as leave enough complete seeds, the fullest first. */
function usedCells(all: readonly CellPairs[]): readonly CellPairs[] {
  const full = all
    .filter(({ bySeed }) => bySeed.size > 0)
    .toSorted((a, b) => b.bySeed.size - a.bySeed.size);
  const least = Math.min(LEAST_SEEDS, full[0]?.bySeed.size ?? 0);
  let count = full.length;
  while (count > 1 && completeSeeds(full.slice(0, count)).length < least) count--;
  const used = new Set(full.slice(0, count));
  return all.filter((one) => used.has(one));
}

/** Returns the seeds of which every one of these cells has a pair. */
function completeSeeds([first, ...others]: readonly CellPairs[]): readonly Seed[] {
  const seeds = [...(first?.bySeed.keys() ?? [])];
  return seeds.filter((seed) => others.every(({ bySeed }) => bySeed.has(seed)));
}

function missingPairs(
  pairs: readonly CellPairs[],
  seeds: readonly Seed[],
): readonly MissingPairs[] {
  const everywhere = seeds.filter((seed) => pairs.every(({ bySeed }) => !bySeed.has(seed)));
  const ofAll = (seed: Seed): Lacks => {
    const [lacks = UNSAID, ...others] = pairs.map(({ lacksOf }) => lacksOf(seed));
    const isSame = ({ own, baseline }: Lacks): boolean =>
      own === lacks.own && baseline === lacks.baseline;
    return others.every(isSame) ? lacks : UNSAID;
  };
  const each = pairs.flatMap(({ cell, bySeed, lacksOf }) => {
    const own = seeds.filter((seed) => !bySeed.has(seed) && !everywhere.includes(seed));
    return alike(cell, own, lacksOf);
  });
  return [...alike(null, everywhere, ofAll), ...each];
}

const UNSAID: Lacks = { own: null, baseline: null };

/** Puts seeds together that lack the same. */
function alike(
  cell: string | null,
  seeds: readonly Seed[],
  lacksOf: (seed: Seed) => Lacks,
): MissingPairs[] {
  const groups = Map.groupBy(seeds, (seed) => JSON.stringify(lacksOf(seed)));
  return [...groups.values()].map((some) => ({ ...lacksOf(some[0] ?? 0), cell, seeds: some }));
}

/** Says what an estimate of a difference over seeds allows to be said. */
export function verdictOf({ n, mean: difference, low, high }: Estimate): Verdict {
  if (n === 0) return "no pairs";
  if (low === null || high === null || n < LEAST_SEEDS) return "too few seeds";
  if (low <= 0 && high >= 0) return difference === 0 && low === high ? "none" : "within";
  return "larger";
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
