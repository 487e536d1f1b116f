/** What can be written in a filter of some runs, for who completes what is typed. */
import type { Setting } from "../analysis/settings.ts";
import type { RunSummary } from "../reading/history.ts";
import { metricSeries } from "../reading/metric-curve.ts";
import { RUNS } from "../views/runs.ts";
import { fieldTitles } from "./headers.ts";

/** A field that some runs have. */
export type KnownField = {
  /** As a filter takes it, in quotes where it needs them. */
  readonly name: string;
  /** Other names of it: the head of its column, the last segments of a key. */
  readonly aliases: readonly string[];
  /** Some of its values as a filter takes them, those of the first runs first; empty where they are numbers that all differ. */
  readonly values: readonly string[];
};

type Run = RunSummary & { readonly settings: readonly Setting[]; readonly note?: string | null };

/** Most values of a field: nobody reads on. */
const MOST_VALUES = 24;

/** Columns whose values are few, or names. */
const LISTED: Readonly<Record<string, (run: Run) => readonly (string | null)[]>> = {
  state: ({ state }) => [state],
  tag: ({ tags }) => tags,
  grid: ({ grid }) => [grid],
  plan: ({ plan }) => [plan],
  engine: ({ engine }) => [engine],
  source: ({ source }) => [source],
  reason: ({ reason }) => [reason],
  seed: ({ seed }) => [seed === null ? null : String(seed)],
};

/** Fields that no column of the view `runs` is. */
const OTHER_FIELDS = ["name", "tag", "note", "step", "eta", "findings"];

/** Returns the fields of these runs: columns, then keys of their configs, then metrics. */
export function knownFields(runs: readonly Run[]): KnownField[] {
  const titles = new Map(fieldTitles().map(([title, field]) => [field, title]));
  const columns = [...OTHER_FIELDS, ...Object.keys(RUNS.columns)].map((name): KnownField => {
    const title = titles.get(name);
    const values = valuesOf(runs, LISTED[name] ?? (() => []));
    return { name, aliases: title === undefined ? [] : [quoted(title)], values };
  });
  return [...columns, ...keysOf(runs), ...metricsOf(runs)];
}

function valuesOf(runs: readonly Run[], of: (run: Run) => readonly (string | null)[]): string[] {
  const found = new Set<string>();
  for (const run of runs) {
    if (found.size >= MOST_VALUES) break;
    for (const value of of(run)) if (value !== null) found.add(quoted(value));
  }
  return [...found];
}

/** Returns the keys of the configs with their values; settings that several runs share are read once. */
function keysOf(runs: readonly Run[]): KnownField[] {
  const known = new Map<string, { readonly values: Set<string>; readonly ids: Set<string> }>();
  const seen = new Set<Run["settings"]>();
  for (const { settings } of runs) {
    if (seen.has(settings)) continue;
    seen.add(settings);
    for (const { key, value, id } of settings) {
      const found = known.get(key) ?? { values: new Set(), ids: new Set() };
      if (found.ids.size === 0) known.set(key, found);
      if (found.ids.size >= MOST_VALUES || found.ids.has(id)) continue;
      found.ids.add(id);
      for (const text of textsOf(value)) found.values.add(text);
    }
  }
  const keys = [...known.keys()];
  const counts = new Map<string, number>();
  for (const ending of keys.flatMap(endingsOf)) counts.set(ending, (counts.get(ending) ?? 0) + 1);
  return [...known].map(([key, { values }]) => ({
    name: quoted(key),
    aliases: endingsOf(key)
      .filter((ending) => counts.get(ending) === 1 && !known.has(ending))
      .map(quoted),
    values: [...values],
  }));
}

/** Returns what a dotted key ends in, the longest first. */
function endingsOf(key: string): string[] {
  const segments = key.split(".");
  return segments.slice(1).map((_, i) => segments.slice(i + 1).join("."));
}

/** Writes the values that a filter compares a setting with: a list has one for each member, a map none. */
function textsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => (Array.isArray(one) ? [] : textsOf(one)));
  return value === null || typeof value === "object" ? [] : [quoted(String(value))];
}

function metricsOf(runs: readonly Run[]): KnownField[] {
  const goals = new Map(
    runs.flatMap(({ metrics }) =>
      [...(metrics?.values() ?? [])].map(({ name, goal }): [string, string | null] => [name, goal]),
    ),
  );
  return [...goals].flatMap(([name, goal]): KnownField[] => {
    const ends = goal === "min" || goal === "max" ? [goal] : ["min", "max"];
    return [
      { name: quoted(name), aliases: [quoted(metricSeries(name))], values: [] },
      ...ends.map((end) => ({ name: quoted(`${name}.${end}`), aliases: [], values: [] })),
    ];
  });
}

/** Puts quotes around what a filter would not take as one word. */
function quoted(text: string): string {
  const isWord =
    /^[^\s():<>=!"'*?\\-][^\s():<>=!"'*?\\]*$/.test(text) && !/^(and|or|not)$/i.test(text);
  return isWord || /^-?[\d.]+(e[+-]?\d+)?$/.test(text)
    ? text
    : `"${text.replace(/["\\*?]/g, "\\$&")}"`;
}
