/** What each factor does to a number, all else equal. */
import { type Configured, type Factor, factorKeys, factorsOf, valueId } from "./factors.ts";
import { groupRuns } from "./groups.ts";
import { type Moments, momentsOf } from "./moments.ts";
import { type Paired, type PairedDifference, pairedDifference } from "./paired.ts";

/** One value of a factor. */
export type FactorValue<R extends Configured> = {
  readonly runs: readonly [R, ...R[]];
  /** Of all runs that have the value. */
  readonly moments: Moments;
  /** From runs that have the baseline's value and are equal in all else; null of the baseline. */
  readonly difference: PairedDifference | null;
};

export type Effect<R extends Configured> = {
  readonly factor: Factor;
  /** In the order of the runs. */
  readonly values: readonly FactorValue<R>[];
};

export type EffectOptions<R extends Configured> = {
  readonly measure: (run: R) => number | null;
  /** A run that has the value which the others are held against. */
  readonly baseline?: R | undefined;
  /** Only this one. */
  readonly factor?: Factor | undefined;
};

/**
 * The effect of every factor in which the runs differ. Without a baseline its value is that of the first run;
 * where no run differs from that in the factor alone, the value that has most such pairs.
 */
export function effectsOf<R extends Configured>(
  runs: readonly R[],
  { measure, baseline, factor: only }: EffectOptions<R>,
): Effect<R>[] {
  const allKeys = factorKeys(runs);
  return (only === undefined ? factorsOf(runs) : [only]).map((factor) => {
    const others = allKeys.filter((key) => !factor.keys.includes(key));
    const groups = groupRuns(runs, factor.keys);
    const paired = groups.map((group) =>
      group.runs.map(
        (run): Paired => ({
          seed: run.seed,
          context: valueId(run, others),
          value: measure(run),
        }),
      ),
    );
    const wanted = baseline === undefined ? null : valueId(baseline, factor.keys);
    const reference =
      wanted === null ? mostPaired(paired) : groups.findIndex(({ id }) => id === wanted);
    const values = groups.map((group, i): FactorValue<R> => {
      const difference = pairedDifference(paired[i] ?? [], paired[reference] ?? []);
      return {
        runs: group.runs,
        moments: momentsOf(group.runs.map(measure)),
        difference: i === reference ? null : difference,
      };
    });
    return { factor, values };
  });
}

/** The first where it has pairs at all, else the one that has most. */
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
