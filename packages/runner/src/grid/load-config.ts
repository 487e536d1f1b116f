/** Makes a sound config of a file and the command line's overrides. */
import { basename, dirname, extname, isAbsolute, resolve } from "node:path";
import { USUAL_READING } from "@ablate/core";
import { type Environment, expandPath, PathError } from "@ablate/text";
import { pathOfConfig } from "../config/builtin-configs.ts";
import { canonicalJson } from "../config/canonical-json.ts";
import type { Cell, GridConfig, Overrides } from "../config/config.ts";
import { ConfigError, type Position, type Problem } from "../config/config-error.ts";
import { whyCommon } from "../config/grid.ts";
import { merge } from "../config/merge.ts";
import { readOverrides } from "../config/overrides.ts";
import { readFiles, type Sources, STDIN } from "../config/read-files.ts";
import { referencesIn } from "../config/references.ts";
import type { Sample } from "../config/sample-schema.ts";
import { type MapNode, nodeAt } from "../config/tree.ts";
import { validate } from "../config/validate.ts";
import { isBuiltin } from "../data/builtin-names.ts";
import { linkTarget } from "../data/data-file.ts";
import { expandCells } from "./cells.ts";
import { layerGrid } from "./grid-layers.ts";

/** What a config finds around it. */
type Surroundings = {
  /** Says of a data file, by its absolute path, why it cannot be read; null where it can. */
  readonly whyUnreadable?: (path: string) => string | null;
  /** The variables of the process unless given. */
  readonly environment?: Environment;
  /** `sources` of the same config, to read nothing again. */
  readonly known?: ReadonlyMap<string, string>;
};

/**
 * Reads a config and what it extends, puts the overrides on top and validates every run that comes of
 * it.
 *
 * @param path - or `builtin:NAME`, a config that comes with the program
 * @param around - without a look at the data files they are taken as they are
 * @throws ConfigError - with all problems of the files and of the overrides
 */
export function loadConfig(
  path: string,
  overrides: Overrides = {},
  around: Surroundings = {},
): GridConfig {
  const sources: Sources = new Map();
  try {
    return load(pathOfConfig(path), overrides, { environment: process.env, ...around, sources });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(inOrder(error.problems, sources), sources);
  }
}

type Loading = Surroundings & { readonly sources: Sources; readonly environment: Environment };

function load(path: string, overrides: Overrides, loading: Loading): GridConfig {
  const { sources, environment, known, whyUnreadable = () => null } = loading;
  const problems: Problem[] = [];
  const trees = readOverrides(overrides, problems);
  const around = { given: trees.values, sources, environment, ...(known ? { known } : {}) };
  const parts = readFiles(path, around, problems);
  const grid = layerGrid(parts, trees, problems);
  const base = merge(grid.base, trees.values);
  const top = validate(base, problems);
  const sampled = overrides.sample ?? top?.sample.runs ?? "all";
  const mostRuns = mostBefore(sampled, overrides.mostRuns);
  const seeds = top?.seeds ?? [0];
  const { cells, excluded, warnings } = expandCells(grid, { seeds, mostRuns, problems });
  problems.push(...varyingProblems(cells, base));
  const files = filesOf(base, environment, problems);
  for (const file of files.values()) problems.push(...fileProblems(file, whyUnreadable));
  if (problems.length > 0 || top === null) throw new ConfigError(problems);

  const pathOf = (key: string): string | undefined => files.get(key)?.path;
  const { separator = USUAL_READING.separator, end = USUAL_READING.end } = top.data;
  return {
    file: path,
    text: textOf(sources),
    name: top.name ?? nameOf(path),
    description: top.description,
    dataFile: pathOf("file") ?? "",
    filesAt: new Map([...files].map(([key, { at }]) => [key, at])),
    ownFiles: { valid: pathOf("validation") ?? null, test: pathOf("test") ?? null },
    reading: { separator, end },
    record: cells[0]?.config.record ?? top.record,
    seeds: top.seeds,
    sample: { ...top.sample, runs: sampled },
    order: overrides.order ?? top.order,
    cells: withPaths(cells, files),
    excluded,
    warnings,
    sources,
  };
}

/** How much larger than what is left of it a grid may be that is sampled: it is expanded whole. */
const SAMPLED_FROM = 10;

/** Returns how many runs a grid may have before it is sampled. */
function mostBefore(sampled: Sample["runs"], most = Number.POSITIVE_INFINITY): number {
  return sampled !== "all" && sampled <= most ? SAMPLED_FROM * most : most;
}

/** Groups of keys that all runs share, and that may take values of keys that vary. */
const SHARED = ["record", "thresholds"] as const;

function varyingProblems(cells: readonly Cell[], base: MapNode): Problem[] {
  return SHARED.flatMap((name) => {
    const entry = base.entries.get(name);
    if (entry === undefined || referencesIn(entry.value, name).length === 0) return [];
    const texts = new Set(cells.map(({ config }) => canonicalJson(config[name] ?? {})));
    if (texts.size <= 1) return [];
    const message = `${name}: takes a value that varies, and ${whyCommon(name)}`;
    return [{ ...entry.keyAt, message }];
  });
}

/** A data file: as it is written, without variables, and its absolute path. */
type NamedFile = {
  readonly key: string;
  readonly at: Position;
  readonly written: string;
  readonly expanded: string;
  readonly path: string;
};

type Files = ReadonlyMap<string, NamedFile>;

/** A file names its data relative to itself, the command line relative to the working folder. */
function filesOf(tree: MapNode, environment: Environment, problems: Problem[]): Files {
  const named = ["file", "validation", "test"].flatMap((key): [string, NamedFile][] => {
    const node = nodeAt(tree, ["data", key]);
    if (node?.kind !== "scalar" || typeof node.value !== "string") return [];
    const { at, value: written } = node;
    if (isBuiltin(written)) return [[key, { key, at, written, expanded: written, path: written }]];
    const folder = at.line === null ? "." : dirname(at.source);
    try {
      const expanded = expandPath(written, { folder, environment });
      return [[key, { key, at, written, expanded, path: resolve(folder, expanded) }]];
    } catch (error) {
      if (!(error instanceof PathError)) throw error;
      problems.push({ ...at, message: `data.${key}: ${written}: ${error.message}` });
      return [];
    }
  });
  return new Map(named);
}

function fileProblems(
  { key, at, written, expanded, path }: NamedFile,
  check: (path: string) => string | null,
): Problem[] {
  const why = written === "" ? null : check(path);
  if (why === null) return [];
  const target = at.line === null || isAbsolute(expanded) ? null : linkTarget(at.source);
  const meant = expanded === written ? "" : ` (${expanded})`;
  const link =
    target === null ? "" : ` (it is looked for beside ${at.source}, which is a link to ${target})`;
  return [{ ...at, message: `data.${key}: ${written}${meant}: ${why}${link}` }];
}

function withPaths(cells: readonly Cell[], files: Files): Cell[] {
  const paths = Object.fromEntries([...files].map(([key, { path }]) => [key, path]));
  const known = new Map<Cell["config"]["data"], Cell["config"]["data"]>();
  return cells.map((cell) => {
    const data = known.get(cell.config.data) ?? { ...cell.config.data, ...paths };
    known.set(cell.config.data, data);
    return { ...cell, config: { ...cell.config, data } };
  });
}

/** Returns the config's text, with what it extends as comments after it. */
function textOf(sources: Sources): string {
  const [[, own = ""] = [], ...extended] = sources;
  const comments = extended.map(([path, text]) =>
    [`\n# extends ${basename(path)}:`, ...text.trimEnd().split("\n")].join("\n# "),
  );
  return [own, ...comments.map((text) => `${text}\n`)].join("");
}

/** Returns the file's base name in the letters of a name. */
function nameOf(path: string): string {
  if (path === STDIN) return "stdin";
  const name = basename(path, extname(path)).replace(/[^A-Za-z0-9._=-]+/g, "_");
  return name.slice(0, 60);
}

/** Returns each problem once: the config's from top to bottom, those of what it extends, the options'. */
function inOrder(problems: readonly Problem[], sources: Sources): Problem[] {
  const shown = problems.map((problem) => ({ ...problem, message: oneLine(problem.message) }));
  const once = new Map(shown.map((problem) => [JSON.stringify(problem), problem]));
  const files = [...sources.keys()];
  const fileOf = ({ source }: Problem): number =>
    files.includes(source) ? files.indexOf(source) : files.length;
  return [...once.values()].sort(
    (a, b) => fileOf(a) - fileOf(b) || (a.line ?? 0) - (b.line ?? 0) || (a.col ?? 0) - (b.col ?? 0),
  );
}

/** A value that a message quotes may be a whole file. */
const LONGEST_MESSAGE = 500;

/** Makes a message one line that a terminal shows as it is: keys and values may hold anything. */
function oneLine(message: string): string {
  const plain = message.replace(/\p{Cc}|[\u2028\u2029]/gu, (char) =>
    JSON.stringify(char) === `"${char}"`
      ? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`
      : JSON.stringify(char).slice(1, -1),
  );
  return plain.length > LONGEST_MESSAGE ? `${plain.slice(0, LONGEST_MESSAGE)}...` : plain;
}
