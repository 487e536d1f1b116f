/** What runs differ in, and which are the same but for the seed. */
import type { Seed } from "../seed.ts";
import { sharedSettings } from "./read-settings.ts";
import { type Setting, usualSetting } from "./settings.ts";

/** A run as far as its config goes. */
export type Configured = {
  /** Null: a log does not say. */
  readonly seed: Seed | null;
  readonly settings: readonly Setting[];
  /** The format of the log that it is recorded from; null, or left out, where its config is one of ours. */
  readonly source?: string | null;
  readonly hash?: string;
};

/** Keys of the config that always change together. */
export type Factor = { readonly name: string; readonly keys: readonly string[] };

/** Keys that are no cause of a run's numbers: where its data lie, what is recorded and judged. */
const NO_FACTOR =
  /^(seed|name|description|data\.(file|validation|test)|record\..*|thresholds\..*)$/;

/** Returns the keys of the config whose values are not the same in all runs, in the order of the config. */
export function differingKeys(runs: readonly Configured[]): string[] {
  const [first] = runs;
  if (first === undefined) return [];
  const ids = new Map(first.settings.map(({ key, id }) => [key, id]));
  const differing = new Set<string>();
  const seen = new Set<Configured["settings"]>();
  for (const { settings } of runs) {
    const shared = sharedSettings(settings);
    if (seen.has(shared)) {
      if (shared !== settings && !differing.has("seed") && seedOf(settings) !== ids.get("seed"))
        differing.add("seed");
      continue;
    }
    seen.add(shared);
    let common = 0;
    for (const { key, id } of settings) {
      if (ids.has(key)) common++;
      if (ids.get(key) !== id) differing.add(key);
    }
    if (common === ids.size) continue;
    const present = new Set(settings.map(({ key }) => key));
    for (const key of ids.keys()) if (!present.has(key)) differing.add(key);
  }
  const order = [...ids.keys(), ...differing];
  return [...new Set(order)].filter((key) => differing.has(key));
}

function seedOf(settings: Configured["settings"]): string | undefined {
  return settings.find(({ key }) => key === "seed")?.id;
}

/** Says whether a key may decide what comes out; the seed is what everything is paired by. */
function isFactor(key: string): boolean {
  return !NO_FACTOR.test(key);
}

/** Says whether a key decides which run it is; in configs of other programs, every key may. */
export function isDecisive(key: string, areRecorded = false): boolean {
  return areRecorded || key === "seed" || isFactor(key);
}

/** Returns the factors among the keys that differ. */
export function factorKeys(runs: readonly Configured[]): string[] {
  return differingKeys(runs).filter((key) => isFactor(key) || isFactorElsewhere(key, runs));
}

/** Says whether a key that is no factor of ours is one of other programs: no run of ours has it. */
function isFactorElsewhere(key: string, runs: readonly Configured[]): boolean {
  return (
    key !== "seed" &&
    runs.every((run) => isRecorded(run) || run.settings.every((one) => one.key !== key))
  );
}

/** Says whether another program has trained a run: its config is no config of ours. */
export function isRecorded({ source }: Pick<Configured, "source">): boolean {
  return source !== null && source !== undefined;
}

/** Returns what the runs differ in; keys that split them in the same way are one factor. */
export function factorsOf(runs: readonly Configured[]): Factor[] {
  const byPartition = new Map<string, string[]>();
  for (const key of factorKeys(runs)) {
    const partition = partitionBy(runs, key);
    byPartition.set(partition, [...(byPartition.get(partition) ?? []), key]);
  }
  return [...byPartition.values()].map((keys) => ({ name: keys.join(" + "), keys }));
}

/** Returns the setting of a run; undefined where its config has no such key, and leaves none out that is as it was. */
export function settingOf(
  { settings, source = null }: Pick<Configured, "settings" | "source">,
  key: string,
): Setting | undefined {
  if (source !== null) return settings.find((one) => one.key === key);
  const own = settings.find((one) => one.key === key);
  if (own !== undefined) return own;
  const hasLayers = settings.some((one) => one.key === "model.layers");
  const found = usualSetting(key, hasLayers);
  const ofAll = key.replace(/^init\.hidden\d+(?=\.)/, "init.hidden");
  return found ?? (ofAll === key ? undefined : settings.find((one) => one.key === ofAll));
}

/** Returns a text that only runs with equal values of these keys share. */
export function valueId(run: Configured, keys: readonly string[]): string {
  return keys.map((key) => settingOf(run, key)?.id ?? "").join("\n");
}

/** Says which runs share a value: for each the place of the first that has it. */
function partitionBy(runs: readonly Configured[], key: string): string {
  const first = new Map<string, number>();
  return runs
    .map((run, i) => {
      const id = valueId(run, [key]);
      if (!first.has(id)) first.set(id, i);
      return first.get(id);
    })
    .join();
}

/** Runs that count as one, in the order in which they came. */
export type RunGroup<R extends Configured> = {
  readonly id: string;
  readonly runs: readonly [R, ...R[]];
};

/**
 * Groups runs that share the values of these keys; without keys those that are the same but for the seed: a run whose seed
 * is not known is like no other.
 */
export function groupRuns<R extends Configured>(
  runs: readonly R[],
  keys?: readonly string[],
): RunGroup<R>[] {
  const groups = new Map<string, [R, ...R[]]>();
  for (const run of runs) {
    const id = keys === undefined ? seedlessId(run) : valueId(run, keys);
    const members = groups.get(id);
    if (members === undefined) groups.set(id, [run]);
    else members.push(run);
  }
  return [...groups].map(([id, members]) => ({ id, runs: members }));
}

const known = new WeakMap<Configured["settings"], string>();

/** Returns an id that two runs share if and only if they differ in nothing but the seed and keys that are no factors. */
export function seedlessId(run: Configured): string {
  const { settings, seed, hash } = run;
  // Logs without settings look the same: nothing says that these runs are.
  if (seed === null) return `${hash} ${settings.map(({ key, id }) => `${key}=${id}`).join("\n")}`;
  const shared = sharedSettings(settings);
  const before = known.get(shared);
  if (before !== undefined) return before;
  const isOwn = !isRecorded(run);
  const factors = settings
    .filter(({ key }) => isFactor(key) || (!isOwn && key !== "seed"))
    .map(({ key, id }) => `${key}=${id}`);
  const id = factors.sort().join("\n");
  known.set(shared, id);
  return id;
}

/** Takes the seed off the end of a run's name or label: `study/v5` for `study/v5-seed=42`. */
export function withoutSeed(name: string): string {
  return name.replace(/(?:^|[-/])seed=-?\d+$/, "");
}
