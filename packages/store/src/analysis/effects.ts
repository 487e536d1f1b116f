/** What each factor does to a number, all else equal. */
import {
  type Configured,
  type Factor,
  factorKeys,
  factorsOf,
  groupRuns,
  type RunGroup,
  valueId,
} from "./factors.ts";
import {
  type Moments,
  momentsOf,
  type Paired,
  type PairedDifference,
  pairedDifference,
} from "./statistics.ts";

/** One value of a factor. */
export type FactorValue<R extends Configured> = {
  readonly runs: readonly [R, ...R[]];
  /** Statistics of all runs that have the value. */
  readonly moments: Moments;
  /** Difference from runs that have the baseline's value and are equal in all else; null for the baseline. */
  readonly difference: PairedDifference | null;
};

export type Effect<R extends Configured> = {
  readonly factor: Factor;
  /** The values in the order of the runs. */
  readonly values: readonly FactorValue<R>[];
};

export type EffectOptions<R extends Configured> = {
  readonly measure: (run: R) => number | null;
  /** A run that has the value which the others are compared with. */
  readonly baseline?: R | undefined;
  /** Only this one. */
  readonly factor?: Factor | undefined;
};

/**
 * Returns the effect of every factor in which the runs differ. Without a baseline its value is that of the
 * first run; where no run differs from that in the factor alone, the value that has most such pairs.
 */
export function effectsOf<R extends Configured>(
  runs: readonly R[],
  { measure, baseline, factor: only }: EffectOptions<R>,
): Effect<R>[] {
  const allKeys = factorKeys(runs);
  return (only === undefined ? factorsOf(runs) : [only]).map((factor) => {
    const others = allKeys.filter((key) => !factor.keys.includes(key));
    const groups = groupRuns(runs, factor.keys);
    const wanted = baseline === undefined ? null : valueId(baseline, factor.keys);
    const values = measured(groups, {
      measure,
      contextOf: (run) => valueId(run, others),
      referenceOf: (paired) =>
        wanted === null ? mostPaired(paired) : groups.findIndex(({ id }) => id === wanted),
    });
    return { factor, values };
  });
}

type Measuring<R> = {
  readonly measure: (run: R) => number | null;
  /** What runs have in common, beside the seed, that are compared with each other. */
  readonly contextOf: (run: R) => string;
  /** The place of the group that the others are compared with. */
  readonly referenceOf: (paired: readonly (readonly Paired[])[]) => number;
};

/** Compares each group of runs with one of them, paired by seed and context. */
export function measured<R extends Configured>(
  groups: readonly RunGroup<R>[],
  { measure, contextOf, referenceOf }: Measuring<R>,
): FactorValue<R>[] {
  const paired = groups.map(({ runs }) =>
    runs.map((run) => ({ seed: run.seed, context: contextOf(run), value: measure(run) })),
  );
  const reference = referenceOf(paired);
  return groups.map(({ runs }, i) => ({
    runs,
    moments: momentsOf(runs.map(measure)),
    difference: i === reference ? null : pairedDifference(paired[i] ?? [], paired[reference] ?? []),
  }));
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
