/** The parts of a comparison as texts. */

import {
  briefSetting,
  type ComparedRun,
  type Comparison,
  type ComparisonRow,
  type Metric,
  type MetricEffect,
  type Moments,
  type PairedDifference,
  type Setting,
  settingOf,
  withoutSeed,
} from "@ablate/store";
import { count, loss, signed, UNKNOWN } from "@ablate/text";

/** Writes a number in the metric's unit. */
export function valueText({ unit }: Metric, value: number | null): string {
  return unit === "nats" ? loss(value) : count(value);
}

/** Writes mean and standard deviation; one value has none. */
export function momentsText(metric: Metric, { mean, std }: Moments): string {
  const text = valueText(metric, mean);
  return std === null ? text : `${text} ± ${valueText(metric, std)}`;
}

/** Writes a difference and its 95 % interval. */
export function differenceTexts(
  { unit }: Metric,
  { mean, low, high }: PairedDifference,
): readonly [string, string] {
  const decimals = unit === "nats" ? 4 : 0;
  const text = (value: number): string => signed(value, decimals);
  return [
    mean === null ? UNKNOWN : text(mean),
    low === null || high === null ? "" : `${text(low)} … ${text(high)}`,
  ];
}

/** Says after how many updates the numbers of a row were taken. */
export function stepsText(steps: readonly [number, number] | null): string {
  if (steps === null) return UNKNOWN;
  const [first, last] = steps;
  return first === last ? count(first) : `${count(first)}–${count(last)}`;
}

/** Counts the runs of a row by their states. */
export function statesText({ runs }: ComparisonRow): string {
  const counts = new Map<string, number>();
  for (const { state } of runs) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, n]) => (runs.length === 1 ? state : `${n} ${state}`)).join(", ");
}

/** Makes a function that writes the values of a key: in short where that tells all of them apart. */
export function settingTexts(
  runs: readonly ComparedRun[],
  key: string,
): (found: Setting | null) => string {
  const known = new Map<string, Setting>();
  for (const run of runs) {
    const found = settingOf(run, key);
    if (found !== undefined) known.set(found.id, found);
  }
  const distinct = (text: (one: Setting) => string): boolean =>
    new Set([...known.values()].map(text)).size === known.size;
  const forms = [
    (one: Setting) => (key === "data" ? one.text : briefSetting(one.value)),
    (one: Setting) => one.text,
    (one: Setting) => one.id,
  ];
  const form = forms.find(distinct) ?? ((one: Setting) => one.id);
  return (found) => (found === null ? UNKNOWN : form(found));
}

/** Names the rows: by their runs' label without the seed, or by their values of the keys of `--by`. */
export function rowTitles({ rows, keys }: Comparison, isByKey: boolean): readonly string[] {
  const all = rows.flatMap(({ runs }) => runs);
  if (isByKey) {
    const texts = keys.map((key) => ({ key, text: settingTexts(all, key) }));
    return rows.map(({ settings }) =>
      texts.map(({ key, text }) => text(settings.get(key) ?? null)).join(" + "),
    );
  }
  const isOneGrid = new Set(all.map(({ grid }) => grid)).size === 1;
  const titles = rows.map(({ runs }) => groupTitle(runs, isOneGrid));
  return titles.map((title, i) =>
    titles.indexOf(title) === titles.lastIndexOf(title) ? title : (rows[i]?.runs[0].name ?? title),
  );
}

function groupTitle(runs: ComparisonRow["runs"], isOneGrid: boolean): string {
  const [{ name: run, label, grid }] = runs;
  const name = isOneGrid ? (label ?? run) : run;
  if (runs.length === 1) return name;
  return withoutSeed(name) || (grid ?? run);
}

/** Writes the values of an effect's factor, and the one that the others are compared with. */
export function effectTexts({ effect }: MetricEffect): {
  readonly values: readonly string[];
  readonly baseline: string;
} {
  const { factor, values } = effect;
  const all = values.flatMap(({ runs }) => runs);
  const texts = factor.keys.map((key) => ({ key, text: settingTexts(all, key) }));
  const named = values.map(({ runs: [run] }) =>
    texts.map(({ key, text }) => text(settingOf(run, key) ?? null)).join(" + "),
  );
  const reference = values.findIndex(({ difference }) => difference === null);
  return { values: named, baseline: named[reference] ?? UNKNOWN };
}
