/** A config file and the command line's overrides to a sound config. */
import { readFileSync } from "node:fs";
import { basename, dirname, extname, resolve } from "node:path";
import { expandCells, type Layers } from "./cells.ts";
import type { Cell, GridConfig, Overrides } from "./config.ts";
import { ConfigError, type Problem } from "./config-error.ts";
import { readGrid, readVariants, whyCommon } from "./grid.ts";
import { merge, nest } from "./merge.ts";
import { type OverrideTrees, readOverrides } from "./overrides.ts";
import { readYaml } from "./read-yaml.ts";
import { type MapNode, mapNode, nodeAt } from "./tree.ts";
import { validate } from "./validate.ts";

const RELATIVE_TO_CONFIG = "data.file";

/**
 * Reads a config, puts the overrides on top and validates every run that comes of it.
 *
 * @throws ConfigError - with all problems of the file and of the overrides
 */
export function loadConfig(path: string, overrides: Overrides = {}): GridConfig {
  const text = readText(path);
  const problems: Problem[] = [];
  const root = nest(readYaml(text, path), problems);
  const trees = readOverrides(overrides, problems);
  const layers = layer(root, trees, problems);

  const written = mapNode(root.at, merge(trees.values, root).entries);
  validate(written, problems);
  for (const { tree } of layers.variants) validate(merge(written, tree), problems);
  const cells = expandCells(layers, problems);
  const top = validate(merge(layers.base, trees.values), problems);
  if (problems.length > 0 || top === null) throw new ConfigError(inOrder(problems, path));

  const dataFile = dataFileOf(merge(layers.base, trees.values), { path, file: top.data.file });
  return {
    file: path,
    text,
    name: top.name ?? nameOf(path),
    description: top.description,
    dataFile,
    record: top.record,
    seeds: top.seeds,
    cells: cells.map((cell) => withDataFile(cell, dataFile)),
  };
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const message = UNREADABLE[code];
    if (message === undefined) throw error;
    throw new ConfigError([{ source: path, line: 1, col: 1, message }]);
  }
}

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  ENOTDIR: "no such file",
  EISDIR: "is a folder, expected a config file",
  EACCES: "permission denied",
};

/** Separates a file into what is on top of what; what the command line sets leaves the grid. */
function layer(
  root: MapNode,
  { values, keys, factors }: OverrideTrees,
  problems: Problem[],
): Layers {
  const entries = new Map(root.entries);
  entries.delete("variants");
  entries.delete("grid");
  const replaced = new Map(factors.map((factor) => [factor.key, factor]));
  for (const { key, keyAt } of factors) {
    const why = whyCommon(key);
    if (why !== null) problems.push({ ...keyAt, message: `${key}: ${why}` });
  }
  const written = readGrid(root, problems);
  const kept = written
    .filter(({ key }) => ![...keys].some((set) => `${key}.`.startsWith(`${set}.`)))
    .map((factor) => replaced.get(factor.key) ?? factor);
  const added = factors.filter((factor) => !kept.includes(factor));
  return {
    base: mapNode(root.at, entries),
    variants: readVariants(root, problems),
    factors: [...kept, ...added].filter(({ key }) => whyCommon(key) === null),
    values,
  };
}

/** A file names its data relative to itself, the command line relative to the working folder. */
function dataFileOf(
  tree: MapNode,
  { path, file }: { readonly path: string; readonly file: string },
): string {
  const isOption = nodeAt(tree, RELATIVE_TO_CONFIG.split("."))?.at.line === null;
  return isOption ? resolve(file) : resolve(dirname(path), file);
}

function withDataFile(cell: Cell, file: string): Cell {
  return { ...cell, config: { ...cell.config, data: { ...cell.config.data, file } } };
}

/** The file's base name in the letters of a name. */
function nameOf(path: string): string {
  const name = basename(path, extname(path)).replace(/[^A-Za-z0-9._=-]+/g, "_");
  return name.slice(0, 60);
}

/** Each problem once, the file's first, from top to bottom. */
function inOrder(problems: readonly Problem[], path: string): Problem[] {
  const once = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
  const place = ({ source, line, col }: Problem): readonly number[] =>
    source === path ? [0, line ?? 0, col ?? 0] : [1, 0, 0];
  return [...once.values()].sort((a, b) => {
    const [first, second] = [place(a), place(b)];
    const i = first.findIndex((value, j) => value !== second[j]);
    return i < 0 ? 0 : (first[i] ?? 0) - (second[i] ?? 0);
  });
}
