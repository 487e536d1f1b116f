/** Writes a plan back as a config: one variant a combination, everything spelled out. */
import type { Seed } from "@ablate/store";
import { withoutSeed } from "@ablate/store";
import { literalPath } from "@ablate/text";
import { stringify } from "yaml";
import type { DataConfig, GridConfig, ResolvedConfig } from "../config/config.ts";
import { isBuiltin } from "../data/builtin-names.ts";
import type { PlannedRun } from "./expand.ts";

type Group = {
  readonly label: string;
  readonly description: string;
  readonly changes: Readonly<Record<string, unknown>>;
  readonly seeds: Set<Seed>;
};

/** The variant of a run of which only the seed differs. */
const UNNAMED = "base";

/**
 * Returns a config that has these runs and no other, with the same identities.
 *
 * @param grid - what the config says of itself
 * @param pathOf - writes the path of a data file as the config is to say it
 */
export function expandedYaml(
  runs: readonly PlannedRun[],
  grid: Pick<GridConfig, "name" | "description" | "reading">,
  pathOf: (path: string) => string,
): string {
  const [first] = runs;
  if (first === undefined) throw new RangeError("a plan without runs has no config");
  const { name, description } = grid;
  const { seed: _, data, ...settings } = withoutListed(first.resolved, runs);
  const seeds = [...new Set(runs.map(({ resolved }) => resolved.seed))];
  const about = description === "" ? { name } : { name, description };
  const base = { ...about, data: writtenData(data, { grid, pathOf }), ...settings, seeds };
  const named = withNames(groupsOf(runs, areMixed(runs)), seeds.length > 1);
  const text = stringify(base, { lineWidth: 100 });
  const [label] = named[0] ?? [];
  const isPlain = named.length === 1 && (label === "run" || label === UNNAMED);
  return isPlain ? text : `${text}${variantsOf(named, seeds)}`;
}

/**
 * Leaves the model to the variants where only some are lists of layers: no list can be put on top of a model by its
 * widths.
 */
function withoutListed(
  config: ResolvedConfig,
  runs: readonly PlannedRun[],
): Partial<ResolvedConfig> & Pick<ResolvedConfig, "data" | "seed"> {
  if (!areMixed(runs)) return config;
  const { model: _, ...rest } = config;
  return rest;
}

function areMixed(runs: readonly PlannedRun[]): boolean {
  const lists = runs.filter(({ resolved }) => "layers" in resolved.model);
  return lists.length > 0 && lists.length < runs.length;
}

type Written = {
  readonly grid: Pick<GridConfig, "reading">;
  readonly pathOf: (path: string) => string;
};

function writtenData(
  { file, validation, test, ...rest }: DataConfig,
  { grid: { reading }, pathOf }: Written,
): unknown {
  const written = (path: string): string => (isBuiltin(path) ? path : literalPath(pathOf(path)));
  return {
    file: written(file),
    ...(validation === undefined ? {} : { validation: written(validation) }),
    ...(test === undefined ? {} : { test: written(test) }),
    ...(reading.separator === "whitespace" ? { separator: reading.separator } : {}),
    ...rest,
  };
}

/** Groups the runs that differ only in their seed, in the order of the plan. */
function groupsOf(runs: readonly PlannedRun[], hasModels: boolean): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const { differs, label, variantDescription: description, resolved } of runs) {
    const { seed: _, ...others } = differs;
    const changes = hasModels ? withModel(others, resolved) : others;
    const key = JSON.stringify(changes);
    const group = groups.get(key) ?? { label, description, changes, seeds: new Set<Seed>() };
    group.seeds.add(resolved.seed);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function withModel(changes: Group["changes"], { model }: ResolvedConfig): Group["changes"] {
  const others = Object.entries(changes).filter(([key]) => !key.startsWith("model."));
  return { ...Object.fromEntries(others), model };
}

type Named = readonly (readonly [string, Group])[];

function variantsOf(named: Named, seeds: readonly Seed[]): string {
  const flow = flowWriter();
  const variants = named.map(([name, { description, changes }]) => {
    const about = description === "" ? {} : { description };
    return `  ${flow(name)}: ${flow({ ...about, ...changes })}\n`;
  });
  const left = named.flatMap(([variant, group]) => {
    const without = seeds.filter((seed) => !group.seeds.has(seed));
    return without.map((seed) => `  - ${flow({ variant, seed })}\n`);
  });
  const exclude = left.length === 0 ? "" : `exclude:\n${left.join("")}`;
  return `variants:\n${variants.join("")}${exclude}`;
}

/** Returns the labels without their seeds, each once. */
function withNames(groups: readonly Group[], hasSeeds: boolean): Named {
  const taken = new Set<string>();
  return groups.map((group) => {
    const plain = hasSeeds ? withoutSeed(group.label) : group.label;
    const wanted = plain === "" ? UNNAMED : plain;
    let name = wanted;
    for (let i = 2; taken.has(name); i++) name = `${wanted}-${i}`;
    taken.add(name);
    return [name, group];
  });
}

/** Makes a function that writes values on one line; those of a grid are few, and repeat. */
function flowWriter(): (value: unknown) => string {
  const known = new Map<string, string>();
  return (value) => {
    const key = JSON.stringify(value);
    const text =
      known.get(key) ?? stringify(value, { collectionStyle: "flow", lineWidth: 0 }).trimEnd();
    known.set(key, text);
    return text;
  };
}
