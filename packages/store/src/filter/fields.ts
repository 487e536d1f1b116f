/** The fields of a stored run: its columns, its tags and note, and the keys of its config. */

import { normOf } from "../analysis/one-norm.ts";
import { seedApart } from "../analysis/read-settings.ts";
import { usualValue } from "../analysis/settings.ts";
import type { RunSummary } from "../reading/history.ts";
import { isMetric, metricOf, metricSeries } from "../reading/metric-curve.ts";
import { columnOf } from "../reading/run-summary.ts";
import { isMap } from "../reading/stored-json.ts";
import type { FilterSubject } from "./filter.ts";
import { fieldOfTitle, fieldTitles, secondsLeft, stepsMade, troubles } from "./headers.ts";

type NotedRun = RunSummary & { readonly note?: string | null };

/**
 * Returns a run of the store as a filter sees it. A key of the config is found by its dotted path, or by its last
 * segments where no other key of the run ends in them, and a metric by its name where nothing else of the run is called so.
 */
export function filterSubject(run: NotedRun): FilterSubject {
  let find: ReturnType<typeof fieldFinder> | undefined; // a word asks for names alone
  const known = new Map<string, unknown>();
  return {
    name: run.name,
    label: run.label,
    tags: run.tags,
    fields: () => fieldNames(run),
    field: (name) => {
      if (known.has(name)) return known.get(name);
      find ??= fieldFinder(run);
      const value = find(name);
      if (known.size >= KEPT_FIELDS) known.clear();
      known.set(name, value);
      return value;
    },
  };
}

/** Values that a run keeps: those that a filter asks for again with every key that is typed. */
const KEPT_FIELDS = 16;

function fieldFinder(run: NotedRun): (name: string) => unknown {
  const own = ownFields(run);
  let read: ReadConfig | undefined;
  return (name) => {
    const value = own.has(name) ? own.get(name) : metricField(run, name);
    if (value !== undefined) return value;
    const titled = own.get(fieldOfTitle(name) ?? "");
    // What a log has by the name of an empty column is meant by that name.
    if (titled !== undefined) return titled ?? numberOf(run, name) ?? titled;
    read ??= readConfig(run);
    const { config } = read;
    const isOwn = run.source === null;
    const exact = valueAt(config, name.split("."));
    if (exact !== undefined) return exact;
    const norm = isOwn ? normField(name, config) : undefined;
    if (norm !== undefined) return norm;
    const long = read.shortNames.get(name);
    const found = long === undefined ? undefined : valueAt(config, long.split("."));
    if (found !== undefined) return found;
    const number = numberOf(run, name);
    if (number !== undefined) return number;
    return isOwn ? usualValue(name, hasLayers(config)) : undefined;
  };
}

type ReadConfig = { readonly config: unknown; readonly shortNames: ReadonlyMap<string, string> };

/** Configs that were read, by all that is in them but the seed: a filter finds that in the run's own fields. */
const readConfigs = new Map<string, ReadConfig>();

/** Most configs that are kept; a grid has as many as it has cells. */
const MOST_CONFIGS = 1000;

/** Reads a config; of those that differ in the seed alone, the first. */
function readConfig(run: NotedRun): ReadConfig {
  const { id, seed } = seedApart(run);
  const before = readConfigs.get(id);
  if (before !== undefined) return before;
  const config = parseConfig(run.config);
  const made = { config, shortNames: shortNamesOf(keysOf(config)) };
  if (seed !== null && valueAt(config, ["seed"]) !== Number(seed)) return made; // that of something else
  if (readConfigs.size >= MOST_CONFIGS) readConfigs.clear();
  readConfigs.set(id, made);
  return made;
}

/** Returns the name of every field of a run, short names included. */
export function fieldNames(run: NotedRun): string[] {
  const config = parseConfig(run.config);
  const keys = keysOf(config);
  const metrics = [...(run.metrics?.keys() ?? [])].flatMap((name) => [name, metricSeries(name)]);
  const titles = fieldTitles().map(([title]) => title);
  const names = [
    ...ownFields(run).keys(),
    ...titles,
    ...keys,
    ...shortNamesOf(keys).keys(),
    ...metrics,
  ];
  return [...new Set(names)];
}

/** Finds `metric.NAME`. */
function metricField(run: NotedRun, field: string): number | null | undefined {
  return isMetric(field) ? numberOf(run, metricOf(field)) : undefined;
}

/** Finds `NAME`, the last number of a metric, and `NAME.min` and `NAME.max`, which a metric may be called as well. */
function numberOf({ metrics }: NotedRun, name: string): number | null | undefined {
  if (metrics === undefined) return undefined;
  const found = metrics.get(name);
  if (found !== undefined) return found.last;
  const end = EXTREMES.find((one) => name.endsWith(`.${one}`) || name.endsWith(` ${one}`));
  return end && metrics.get(name.slice(0, -end.length - 1))?.[end];
}

const EXTREMES = ["min", "max"] as const;

/** Returns the columns of a run; `tags` is one text, as in the view `runs`, `tag` is each of them. */
function ownFields(run: NotedRun): ReadonlyMap<string, unknown> {
  const { tags } = run;
  const { metrics: _, ...rest } = run;
  const columns = Object.entries(rest).map(([field, value]) => [columnOf(field), value] as const);
  const others = {
    name: run.name,
    tag: tags,
    tags: tags.join(",") || null,
    note: run.note ?? null,
    step: stepsMade(run),
    eta: secondsLeft(run),
    findings: troubles(run),
  };
  return new Map<string, unknown>([...columns, ...Object.entries(others)]);
}

function parseConfig(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** Returns the dotted path of every value, maps included. */
function keysOf(value: unknown, prefix = ""): string[] {
  if (!isMap(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => [
    prefix + name,
    ...keysOf(member, `${prefix}${name}.`),
  ]);
}

/** Returns the endings that only one key has, each with that key. */
function shortNamesOf(keys: readonly string[]): ReadonlyMap<string, string> {
  const shape = keys.join("|");
  const known = shortNames.get(shape);
  if (known !== undefined) return known;
  const endings = new Map<string, string | null>();
  for (const key of keys) {
    for (let at = key.indexOf("."); at >= 0; at = key.indexOf(".", at + 1)) {
      const ending = key.slice(at + 1);
      endings.set(ending, endings.has(ending) ? null : key);
    }
  }
  const found = new Map(
    [...endings].flatMap(([ending, key]) => (key === null ? [] : [[ending, key] as const])),
  );
  if (shortNames.size >= KEPT_SHAPES) shortNames.clear();
  shortNames.set(shape, found);
  return found;
}

/** Short names by the keys of a config, which the runs of a grid share. */
const shortNames = new Map<string, ReadonlyMap<string, string>>();
const KEPT_SHAPES = 64;

/** Returns the norm of a run by `norm`, or a part of it as `norm.epsilon`, whichever key its config says it by. */
function normField(name: string, config: unknown): unknown {
  if (!/^(model\.)?norm(\.|$)/.test(name) || hasLayers(config)) return undefined;
  const batchNorm = valueAt(config, ["model", "batch_norm"]);
  const norm = valueAt(config, ["model", "norm"]) ?? normOf(batchNorm);
  return valueAt({ norm }, name.replace("model.", "").split("."));
}

function hasLayers(config: unknown): boolean {
  return valueAt(config, ["model", "layers"]) !== undefined;
}

/** Walks down a path; the name of a member may have dots itself, as that of a parameter. */
function valueAt(value: unknown, path: readonly string[]): unknown {
  if (path.length === 0) return value;
  if (!isMap(value)) return undefined;
  for (let count = path.length; count > 0; count--) {
    const name = path.slice(0, count).join(".");
    if (!Object.hasOwn(value, name)) continue;
    const found = valueAt(value[name], path.slice(count));
    if (found !== undefined) return found;
  }
  return undefined;
}
