/** Runs side by side: what they differ in, what came out, what each factor does. */
import type { ComparedRun } from "./compared-run.ts";
import { type Effect, effectsOf, type FactorValue } from "./effects.ts";
import { type Factor, factorKeys, factorsOf, settingOf } from "./factors.ts";
import { groupRuns, type RunGroup } from "./groups.ts";
import type { Metric } from "./metrics.ts";
import { type Moments, momentsOf } from "./moments.ts";
import { type Paired, type PairedDifference, pairedDifference } from "./paired.ts";
import type { Setting } from "./settings.ts";

/** What came out of a row's runs by one metric. */
export type Outcome = {
  readonly metric: Metric;
  readonly moments: Moments;
  /** The best mean of all rows. */
  readonly isBest: boolean;
  /** The first and the last number of updates at which it was taken; null where it has none. */
  readonly steps: readonly [number, number] | null;
  /** From the baseline, seed by seed; null of the baseline itself and where there is none. */
  readonly difference: PairedDifference | null;
};

export type ComparisonRow = {
  readonly runs: readonly [ComparedRun, ...ComparedRun[]];
  /** Its values of the keys that differ; null where it has no such key or several values. */
  readonly settings: ReadonlyMap<string, Setting | null>;
  /** One for each metric. */
  readonly outcomes: readonly Outcome[];
  readonly isBaseline: boolean;
};

export type MetricEffect = { readonly metric: Metric; readonly effect: Effect<ComparedRun> };

export type Comparison = {
  /** Keys of the config that differ, the seed aside. */
  readonly keys: readonly string[];
  readonly rows: readonly ComparisonRow[];
  readonly effects: readonly MetricEffect[];
};

export type ComparisonOptions = {
  readonly metrics: readonly Metric[];
  /** One row for each value of this key's factor, and the effect of no other. */
  readonly by?: string | undefined;
  /** A run of the row which the others are held against; the first unless given. */
  readonly baseline?: ComparedRun | undefined;
};

/** Compares runs; those that are equal in all but the seed are one row. */
export function compareRuns(
  runs: readonly ComparedRun[],
  { metrics, by, baseline }: ComparisonOptions,
): Comparison {
  const factor = by === undefined ? undefined : factorOf(runs, by);
  const keys = factor?.keys ?? factorKeys(runs);
  const groups = groupRuns(runs, factor?.keys);
  const effects = metrics.flatMap((metric) =>
    effectsOf(runs, { measure: metric.value, baseline, factor }).map((effect) => ({
      metric,
      effect,
    })),
  );
  const columns = metrics.map((metric) => {
    const own = effects.find((one) => one.metric === metric)?.effect.values;
    const cells =
      factor !== undefined && own !== undefined ? own : cellsOf(groups, metric, baseline);
    return outcomesOf(metric, cells);
  });
  const rows = groups.map(({ runs: members }, i): ComparisonRow => {
    const outcomes = columns.flatMap((column) => column[i] ?? []);
    return {
      runs: members,
      settings: new Map(keys.map((key) => [key, commonSetting(members, key)])),
      outcomes,
      isBaseline: outcomes.every(({ difference }) => difference === null),
    };
  });
  return { keys, rows, effects };
}

type Cell = FactorValue<ComparedRun>;

/** The factor that a key belongs to, and a key in which the runs do not differ by itself. */
function factorOf(runs: readonly ComparedRun[], key: string): Factor {
  const found = factorsOf(runs).find(({ keys }) => keys.includes(key));
  return found ?? { name: key, keys: [key] };
}

/** Groups held against that of the baseline, paired by seed whatever else they differ in. */
function cellsOf(
  groups: readonly RunGroup<ComparedRun>[],
  { value }: Metric,
  baseline: ComparedRun | undefined,
): readonly Cell[] {
  const paired = groups.map(({ runs }) =>
    runs.map((run): Paired => ({ seed: run.seed, context: "", value: value(run) })),
  );
  const isReference = ({ runs }: RunGroup<ComparedRun>, i: number): boolean =>
    baseline === undefined ? i === 0 : runs.includes(baseline);
  const reference = paired[groups.findIndex(isReference)] ?? [];
  return groups.map((group, i) => ({
    runs: group.runs,
    moments: momentsOf(group.runs.map(value)),
    difference: isReference(group, i) ? null : pairedDifference(paired[i] ?? [], reference),
  }));
}

function outcomesOf(metric: Metric, cells: readonly Cell[]): readonly Outcome[] {
  const means = cells.flatMap(({ moments }) => moments.mean ?? []);
  const best = metric.isLessBetter ? Math.min(...means) : Math.max(...means);
  return cells.map(({ runs, moments, difference }) => {
    const steps = runs.flatMap((run) =>
      metric.value(run) === null ? [] : (metric.step(run) ?? []),
    );
    return {
      metric,
      moments,
      isBest: moments.mean === best,
      steps: steps.length === 0 ? null : [Math.min(...steps), Math.max(...steps)],
      difference,
    };
  });
}

function commonSetting(
  [first, ...others]: readonly [ComparedRun, ...ComparedRun[]],
  key: string,
): Setting | null {
  const found = settingOf(first, key);
  if (found === undefined) return null;
  return others.every((run) => settingOf(run, key)?.id === found.id) ? found : null;
}
