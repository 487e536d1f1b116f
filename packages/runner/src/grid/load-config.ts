/** Makes a sound config of a file and the command line's overrides. */
import { basename, dirname, extname, resolve } from "node:path";
import type { Cell, GridConfig, Overrides } from "../config/config.ts";
import { ConfigError, type Problem } from "../config/config-error.ts";
import { merge } from "../config/merge.ts";
import { readOverrides } from "../config/overrides.ts";
import { readFiles, type Sources } from "../config/read-files.ts";
import { type MapNode, nodeAt } from "../config/tree.ts";
import { validate } from "../config/validate.ts";
import { expandCells } from "./cells.ts";
import { layerGrid } from "./grid-layers.ts";

/**
 * Reads a config and what it extends, puts the overrides on top and validates every run that comes of
 * it.
 *
 * @throws ConfigError - with all problems of the files and of the overrides
 */
export function loadConfig(path: string, overrides: Overrides = {}): GridConfig {
  const sources: Sources = new Map();
  try {
    return load(path, overrides, sources);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(inOrder(error.problems, sources), sources);
  }
}

function load(path: string, overrides: Overrides, sources: Sources): GridConfig {
  const problems: Problem[] = [];
  const trees = readOverrides(overrides, problems);
  const parts = readFiles(path, { given: trees.values, sources }, problems);
  const grid = layerGrid(parts, trees, problems);
  const base = merge(grid.base, trees.values);
  const top = validate(base, problems);
  const { mostRuns = Number.POSITIVE_INFINITY } = overrides;
  const seeds = top?.seeds ?? [0];
  const { cells, excluded, warnings } = expandCells(grid, { seeds, mostRuns, problems });
  if (problems.length > 0 || top === null) throw new ConfigError(problems);

  const dataFile = dataFileOf(base, top.data.file);
  return {
    file: path,
    text: textOf(sources),
    name: top.name ?? nameOf(path),
    description: top.description,
    dataFile,
    record: top.record,
    seeds: top.seeds,
    cells: withDataFile(cells, dataFile),
    excluded,
    warnings,
    sources,
  };
}

/** A file names its data relative to itself, the command line relative to the working folder. */
function dataFileOf(tree: MapNode, file: string): string {
  const at = nodeAt(tree, ["data", "file"])?.at;
  return at === undefined || at.line === null ? resolve(file) : resolve(dirname(at.source), file);
}

function withDataFile(cells: readonly Cell[], file: string): Cell[] {
  const known = new Map<Cell["config"]["data"], Cell["config"]["data"]>();
  return cells.map((cell) => {
    const data = known.get(cell.config.data) ?? { ...cell.config.data, file };
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
