/** A config file and the files that it extends. */
import { realpathSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";
import { isatty } from "node:tty";
import { nearName, readWhole, STDIN_FILE, UnfitFileError } from "@ablate/store";
import { type Environment, expandPath, PathError } from "@ablate/text";
import { builtinLike, pathOfConfig } from "./builtin-configs.ts";
import { ConfigError, type Position, type Problem } from "./config-error.ts";
import {
  GRID_KEYS,
  type GridFactor,
  type Row,
  readGrid,
  readInclude,
  readVariants,
  readZip,
  type Variant,
} from "./grid.ts";
import { merge, nest } from "./merge.ts";
import { readYaml } from "./read-yaml.ts";
import { type Condition, type Rule, readExclude, readWhen } from "./rules.ts";
import { madeSeeds } from "./seed-list.ts";
import { type MapNode, mapNode, nodeAt } from "./tree.ts";
import { validate } from "./validate.ts";

/** Texts by path: the config's, then those of the files that it extends. */
export type Sources = Map<string, string>;

/**
 * Reads a config and all that it extends.
 *
 * @param given - values that stand in for those that a file does not give
 * @param sources - filled with what was read, also where this throws
 * @param environment - for variables in the paths of files that are extended
 */
export function readFiles(
  path: string,
  { given, ...around }: Around & { readonly given: MapNode },
  problems: Problem[],
): ConfigParts {
  const start = { source: sourceOf(path), line: null, col: null };
  const [own, ...extended] = readChain(path, start, { ...around, problems, seen: [] });
  const below = extended.reduceRight<ConfigParts | null>((deeper, root) => {
    validate(merge(merge(standIn(root), deeper?.base ?? given), root), problems);
    return extendParts(deeper, readParts(root, problems));
  }, null);
  const lower = below === null ? given : merge(given, below.base);
  validate(mapNode(own.at, merge(lower, own).entries), problems);
  return extendParts(below, readParts(own, problems));
}

/** Stands in for the data, which a file that is there to be extended may leave to others. */
function standIn({ at }: MapNode): MapNode {
  const file = { keyAt: at, value: { kind: "scalar", at, value: "-" } } as const;
  const data = { keyAt: at, value: mapNode(at, [["file", file]]) };
  return mapNode(at, [["data", data]]);
}

type Around = {
  readonly sources: Sources;
  readonly environment: Environment;
  /** Texts that were read before: stdin has its own only once. */
  readonly known?: ReadonlyMap<string, string>;
};

type Chain = Around & {
  readonly problems: Problem[];
  /** Real paths of the files that lead here. */
  readonly seen: readonly string[];
};

/**
 * Reads the file, what it extends, what that extends, and so on.
 *
 * @param at - where the file is named
 */
function readChain(path: string, at: Position, chain: Chain): [MapNode, ...MapNode[]] {
  const { sources, problems, seen, known } = chain;
  const source = sourceOf(path);
  const names = [...sources.keys(), source];
  const text = known?.get(source) ?? readText(path, at);
  sources.set(source, text);
  const root = withMadeSeeds(nest(readYaml(text, source), problems), problems);
  const real = path === STDIN ? path : realpathSync(path);
  if (seen.includes(real)) {
    throw new ConfigError([{ ...at, message: `extends: a circle: ${names.join(" -> ")}` }]);
  }
  const named = nodeAt(root, ["extends"]);
  const next = named?.kind === "scalar" ? named.value : null;
  if (named === null || typeof next !== "string" || next === "") return [root];
  const file = extendedFile(next, { path, at: named.at, environment: chain.environment });
  return [root, ...readChain(file, named.at, { ...chain, seen: [...seen, real] })];
}

/** Returns the path of a file that another names in `extends`. */
function extendedFile(
  written: string,
  { path, at, environment }: Pick<Chain, "environment"> & { path: string; at: Position },
): string {
  const folder = dirname(path);
  const builtin = pathOfConfig(written, at);
  if (builtin !== written) return builtin;
  if (written === STDIN) {
    throw new ConfigError([{ ...at, message: "extends: -: expected a file; stdin is none" }]);
  }
  try {
    const file = expandPath(written, { folder, environment });
    return isAbsolute(file) ? file : withFolder(join(folder, file));
  } catch (error) {
    if (!(error instanceof PathError)) throw error;
    throw new ConfigError([{ ...at, message: `extends: ${written}: ${error.message}` }]);
  }
}

/** Seeds may be made by `range` or written as `1..5`; mistakes are reported, and such seeds left out. */
function withMadeSeeds(root: MapNode, problems: Problem[]): MapNode {
  const seeds = root.entries.get("seeds");
  if (seeds === undefined) return root;
  const value = madeSeeds(seeds.value, problems);
  const entries = new Map(root.entries);
  if (value === null) entries.delete("seeds");
  else entries.set("seeds", { ...seeds, value });
  return mapNode(root.at, entries);
}

/** The config that is read from stdin. */
export const STDIN = "-";

/** Returns what positions call a file. */
function sourceOf(path: string): string {
  return path === STDIN ? "<stdin>" : path;
}

/** Writes the path of a file that is called as stdin is so that it means the file. */
function withFolder(path: string): string {
  return path === STDIN ? `./${path}` : path;
}

function readText(path: string, at: Position): string {
  try {
    return decode(path === STDIN ? readStdin() : readWhole(path), sourceOf(path));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const message = error instanceof UnfitFileError ? error.message : UNREADABLE[code];
    if (message === undefined) throw error;
    const near = message === UNREADABLE.ENOENT ? nearConfig(path) : null;
    const meant = near === null ? hintOfBuiltin(path, code) : `, did you mean ${near}?`;
    const named = at.line === null ? "" : `extends: ${path}: `;
    throw new ConfigError([{ ...at, message: `${named}${message}${meant}` }]);
  }
}

/** Says which config comes with the program that may be meant by the path of one that is not there. */
function hintOfBuiltin(path: string, code: string): string {
  const name = code === "ENOENT" ? builtinLike(path) : null;
  return name === null ? "" : `; it comes with ablate, write ${name}`;
}

/** @throws UnfitFileError - nobody would know that a config is waited for */
function readStdin(): Uint8Array {
  if (isatty(STDIN_FILE)) {
    throw new UnfitFileError("is a terminal; pipe a config into the command, or name its file");
  }
  return readWhole(STDIN_FILE);
}

const ENDINGS = ["", ".yaml", ".yml"];

/** Returns a config that is there and may be meant: with its ending, in `configs`, or of nearly the same name. */
function nearConfig(path: string): string | null {
  if (path === "") return null;
  for (const folder of [dirname(path), join(dirname(path), "configs")]) {
    const there = ENDINGS.map((ending) => join(folder, `${basename(path)}${ending}`));
    const found = there.find((one) => statSync(one, { throwIfNoEntry: false })?.isFile());
    if (found !== undefined) return found;
  }
  const near = nearName(path, (name) => /\.ya?ml$/.test(name));
  return near === null ? null : join(dirname(path), near);
}

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  ENOTDIR: "no such file",
  EISDIR: "is a folder, expected a config file",
  EACCES: "permission denied",
  ENAMETOOLONG: "no such file",
  ELOOP: "too many symbolic links",
  ERR_INVALID_ARG_VALUE: "no such file",
};

/** The text; the first byte that is no UTF-8 is reported. */
function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const lines = new TextDecoder().decode(bytes).split("\uFFFD")[0]?.split("\n") ?? [];
    const col = (lines.at(-1) ?? "").length + 1;
    const message = "not UTF-8 text";
    throw new ConfigError([{ source: path, line: Math.max(lines.length, 1), col, message }]);
  }
}

export type ConfigParts = {
  /** Everything that is not about the grid. */
  readonly base: MapNode;
  readonly variants: readonly Variant[];
  readonly zip: readonly Row[] | null;
  readonly factors: readonly GridFactor[];
  readonly when: readonly Condition[];
  readonly exclude: readonly Rule[] | null;
  readonly include: readonly Row[] | null;
};

/** Splits a file into its parts. */
function readParts(root: MapNode, problems: Problem[]): ConfigParts {
  const entries = new Map(root.entries);
  for (const key of GRID_KEYS) entries.delete(key);
  return {
    base: mapNode(root.at, entries),
    variants: readVariants(root, problems),
    zip: readZip(root, problems),
    factors: readGrid(root, problems),
    when: readWhen(root, problems),
    exclude: readExclude(root, problems),
    include: readInclude(root, problems),
  };
}

/** Keys that a file does not inherit: they name its own grid. */
const OWN: readonly string[] = ["name", "description"];

/** Puts a file's parts on top of those of the file that it extends. */
function extendParts(below: ConfigParts | null, above: ConfigParts): ConfigParts {
  if (below === null) return above;
  const inherited = [...below.base.entries].filter(([key]) => !OWN.includes(key));
  const variants = above.variants.map((own) => {
    const old = below.variants.find(({ name }) => name === own.name);
    if (old === undefined) return own;
    const description = own.description === "" ? old.description : own.description;
    return { ...own, description, tree: merge(old.tree, own.tree) };
  });
  return {
    base: merge(mapNode(above.base.at, inherited), above.base),
    variants: lastOfEach([...below.variants, ...variants], ({ name }) => name),
    zip: above.zip ?? below.zip,
    factors: lastOfEach([...below.factors, ...above.factors], ({ key }) => key),
    when: lastOfEach([...below.when, ...above.when], ({ key }) => key),
    exclude: above.exclude ?? below.exclude,
    include: above.include ?? below.include,
  };
}

/** Keeps the last member of each key, in the place of the first. */
function lastOfEach<T>(members: readonly T[], key: (member: T) => string): T[] {
  return [...new Map(members.map((member) => [key(member), member])).values()];
}
