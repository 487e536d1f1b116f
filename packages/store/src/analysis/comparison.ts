/** Runs side by side: what they differ in, what came out, what each factor does. */
import type { RunSummary } from "../reading/history.ts";
import { type Effect, effectsOf, type FactorValue, measured } from "./effects.ts";
import {
  type Factor,
  factorKeys,
  factorsOf,
  groupRuns,
  type RunGroup,
  settingOf,
} from "./factors.ts";
import { countLost, type Losable } from "./lost.ts";
import type { Metric } from "./metrics.ts";
import type { PairedDifference } from "./pairs.ts";
import { settingsReader } from "./read-settings.ts";
import { withSameKeys } from "./reading.ts";
import type { Setting } from "./settings.ts";
import type { Moments } from "./statistics.ts";

/** What came out of a row's runs by one metric. */
export type Outcome = {
  readonly metric: Metric;
  readonly moments: Moments;
  /** Runs that came to no result: the mean is that of the others. */
  readonly lost: number;
  /** The best mean of the rows that lost no run. */
  readonly isBest: boolean;
  /** The first and the last number of updates at which it was taken; null where it has none. */
  readonly steps: readonly [number, number] | null;
  /** Difference from the baseline, seed by seed; null for the baseline itself and where there is none. */
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
  /** A run of the row which the others are compared with; the first unless given. */
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
    effectsOf(runs, { metric, baseline, factor }).map((effect) => ({
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

/**
 * Compares groups of runs by one metric with the group of the baseline, without one with the first, whatever else they
 * differ in.
 */
export function outcomesOfGroups<R extends Losable>(
  groups: readonly RunGroup<R>[],
  { metric, baseline }: { readonly metric: Metric; readonly baseline?: R | undefined },
): readonly Outcome[] {
  return outcomesOf(metric, cellsOf(groups, metric, baseline));
}

/** Returns the factor that a key belongs to; a key in which the runs do not differ is one by itself. */
export function factorOf(runs: readonly ComparedRun[], key: string): Factor {
  const found = factorsOf(runs).find(({ keys }) => keys.includes(key));
  return found ?? { name: key, keys: [key] };
}

/** Compares groups with that of the baseline, whatever else they differ in. */
function cellsOf<R extends Losable>(
  groups: readonly RunGroup<R>[],
  metric: Metric,
  baseline: R | undefined,
): readonly FactorValue<R>[] {
  const place =
    baseline === undefined ? 0 : groups.findIndex(({ runs }) => runs.includes(baseline));
  return measured(groups, {
    metric,
    contextOf: () => "",
    cellOf: () => [],
    referenceOf: () => place,
  });
}

/** Crowns the best mean of the cells that lost no run: survivors alone look better than their setting is. */
function outcomesOf<R extends Losable>(
  metric: Metric,
  cells: readonly FactorValue<R>[],
): readonly Outcome[] {
  const counted = cells.map((cell) => ({ ...cell, lost: countLost(cell.runs, metric) }));
  const means = counted.flatMap(({ lost, moments }) => (lost > 0 ? [] : (moments.mean ?? [])));
  const { isLessBetter } = metric;
  const best = isLessBetter ? Math.min(...means) : Math.max(...means);
  return counted.map(({ runs, lost, moments, difference }) => {
    const steps = runs.flatMap((run) =>
      metric.value(run) === null ? [] : (metric.step(run) ?? []),
    );
    return {
      metric,
      moments,
      lost,
      isBest: isLessBetter !== null && lost === 0 && moments.mean === best,
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

/** A stored run with its config taken apart. */
export type ComparedRun = RunSummary & { readonly settings: readonly Setting[] };

/** Takes the configs of stored runs apart, so that the runs can be compared. */
export function comparedRuns(
  runs: readonly RunSummary[],
  dataHashes: ReadonlyMap<string, string>,
): ComparedRun[] {
  const settingsOf = settingsReader();
  const read = runs.map((run) => ({ ...run, settings: settingsOf(run) }));
  return withData(withSameKeys(read), dataHashes);
}

type Named = { readonly name: string; readonly settings: readonly Setting[] };

const HASH_SHOWN = 12;

/**
 * Gives runs that were trained on different data its hash as one more setting, `data`: a path may mean other
 * data elsewhere. The data of a run that never started are those of others with the same file.
 *
 * @param dataHashes - by the names of the runs
 */
export function withData<R extends Named>(
  runs: readonly R[],
  dataHashes: ReadonlyMap<string, string>,
): R[] {
  const byFile = new Map<string, string>();
  const read = runs.map((run) => {
    const file = run.settings.find(({ key }) => key === "data.file")?.id ?? "";
    const hash = dataHashes.get(run.name);
    if (hash !== undefined) byFile.set(file, hash);
    return { run, file, hash };
  });
  const used = new Set(read.flatMap(({ hash }) => hash ?? []));
  if (used.size < 2) return [...runs];
  return read.map(({ run, file, hash = byFile.get(file) }) => {
    if (hash === undefined) return run;
    const text = `${hash.slice(0, HASH_SHOWN)}…`;
    const data: Setting = { key: "data", value: hash, text, id: hash, endsWithRun: false };
    return { ...run, settings: [...run.settings, data] };
  });
}
