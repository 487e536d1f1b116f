import type { RunSpec } from "@ablate/core";
import type { Seed } from "@ablate/store";
import { shortKey, usualSetting, withOneNorm } from "@ablate/store";
import { canonicalJson } from "../config/canonical-json.ts";
import type { Cell, Exclusion, GridConfig, ResolvedConfig } from "../config/config.ts";
import type { Position } from "../config/config-error.ts";
import { isSection } from "../config/schema.ts";
import { toRunSpec } from "../config/to-run-spec.ts";

/** Returns the runs of a config, slowest first: variants, zip, the grid's keys, seeds; then what is included. */
export function expandGrid({ name: grid, seeds, cells }: GridConfig): PlannedConfig[] {
  const labelOf = labeller(cells);
  const runs = cells.flatMap((cell) =>
    cell.seeds.map((seed) => ({
      cell,
      resolved: { ...cell.config, seed },
      label: labelOf(cell, seeds.length > 1 ? seed : null),
    })),
  );
  const differs = differences(runs.map((run) => run.resolved));
  return runs.map(({ cell, resolved, label }, i) => ({
    name: `${grid}/${label}`,
    label,
    variant: cell.variant,
    variantDescription: cell.variantDescription,
    at: cell.at,
    isIncluded: cell.isIncluded,
    resolved,
    spec: toRunSpec(resolved),
    differs: differs[i] ?? {},
  }));
}

/** One run of a grid, before the data is read. */
export type PlannedConfig = {
  /** `grid/label`; `planRuns` shortens what is too long and tells apart what is called the same. */
  readonly name: string;
  readonly label: string;
  readonly variant: string | null;
  readonly variantDescription: string;
  /** Where the config says what makes it differ. */
  readonly at: Position;
  /** Whether an entry of `include` makes it; then no sample leaves it out. */
  readonly isIncluded: boolean;
  readonly resolved: ResolvedConfig;
  readonly spec: RunSpec;
  /** The keys whose values are not the same in all runs of the grid, with this run's values. */
  readonly differs: Readonly<Record<string, unknown>>;
};

/** A run that has its identity and its final name; the store's planned run and more. */
export type PlannedRun = PlannedConfig & {
  readonly hash: string;
  /** Other entries of the config that expand to the same run. */
  readonly also: readonly Pick<PlannedConfig, "label" | "variant">[];
  /** Equal in runs that differ in their number of steps alone. */
  readonly family: string;
  /** The resolved config as JSON. */
  readonly config: string;
  readonly seed: Seed;
  readonly engine: string;
  readonly steps: number;
};

export type GridRuns = {
  readonly runs: readonly PlannedRun[];
  /** What the user should know: runs that are the same, or that train the same numbers. */
  readonly notes: readonly string[];
  /** What the grid leaves out, by rule in the order of the file; a run counts at the first that it matches. */
  readonly excluded: readonly Exclusion[];
};

/** A key of a config, its value, and the same as canonical JSON. */
type Flat = { readonly key: string; readonly value: unknown; readonly text: string };

/** Returns for each config the keys whose values are not the same in all of them, with its own values. */
function differences(configs: readonly ResolvedConfig[]): Record<string, unknown>[] {
  // Runs of a grid share most groups of keys: each is flattened once.
  const known = new WeakMap<object, readonly Flat[]>();
  const flatten = (value: unknown, key: string): readonly Flat[] => {
    if (typeof value !== "object" || value === null || !isSection(key)) {
      return [{ key, value, text: canonicalJson(value) }];
    }
    const flat =
      known.get(value) ??
      Object.entries(value).flatMap(([name, inner]) => flatten(inner, `${key}.${name}`));
    known.set(value, flat);
    return flat;
  };
  const each = configs.map((config) =>
    Object.entries(config).flatMap(([key, value]) => flatten(value, key)),
  );
  const flat = withOneNorm<Flat>(each, (key, value) => ({
    key,
    value,
    text: canonicalJson(value),
  }));
  const differing = differingKeys(flat);
  return flat.map((all, i) => {
    const own = new Map(all.map(({ key, value }) => [key, value]));
    const leftOut = differing.filter((key) => !own.has(key));
    const usual = leftOut.flatMap((key) => {
      const value = usualValue(key, configs[i]);
      return value === undefined ? [] : [[key, value] as const];
    });
    return Object.fromEntries([...[...own].filter(([key]) => differing.includes(key)), ...usual]);
  });
}

/** Returns the keys that not all have with the same value. */
function differingKeys(flat: readonly (readonly Flat[])[]): readonly string[] {
  const first = new Map(flat[0]?.map(({ key, text }) => [key, text]));
  const differing = new Set<string>();
  const seen = new Map<string, number>();
  for (const all of flat) {
    for (const { key, text } of all) {
      seen.set(key, (seen.get(key) ?? 0) + 1);
      if (first.get(key) !== text) differing.add(key);
    }
  }
  for (const [key, count] of seen) if (count < flat.length) differing.add(key);
  return [...differing];
}

/** Returns what a config has of a key that it leaves out; undefined where it has none. */
function usualValue(key: string, config: ResolvedConfig | undefined): unknown {
  const role = /^init\.hidden\d+\.(.*)$/.exec(key)?.[1];
  if (role === undefined) {
    const hasLayers = config !== undefined && "layers" in config.model;
    return usualSetting(key, hasLayers)?.value;
  }
  return Object.entries(config?.init.hidden ?? {}).find(([name]) => name === role)?.[1];
}

type Named = Pick<Cell, "variant" | "factors">;

/**
 * Makes the function that names a config's cells: the variant's name and the keys that differ by as few of their
 * last segments as tell them apart, then the seed where there are several, joined by `-`
 * (`v5-embedding=10-seed=43`). Nothing of these: `run`, or `base` beside others.
 */
function labeller(cells: readonly Named[]): (cell: Named, seed: Seed | null) => string {
  const keys = [...new Set(cells.flatMap((cell) => cell.factors.map(({ key }) => key)))];
  const short = new Map(keys.map((key) => [key, shortKey(key, keys)]));
  const nothing = cells.length > 1 ? "base" : "run";
  return ({ variant, factors }, seed) => {
    const parts = [
      ...(variant === null ? [] : [variant]),
      ...factors.map(({ key, text }) => `${short.get(key)}=${text}`),
      ...(seed === null ? [] : [`seed=${seed}`]),
    ];
    return parts.length === 0 ? nothing : parts.join("-");
  };
}
