/** A config file and the files that it extends. */
import { readFileSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { ConfigError, type Position, type Problem } from "./config-error.ts";
import {
  type GridFactor,
  type Row,
  readGrid,
  readInclude,
  readVariants,
  readZip,
  type Variant,
} from "./grid.ts";
import { GRID_KEYS } from "./grid-keys.ts";
import { hasMaker, valuesOf } from "./makers.ts";
import { merge, nest } from "./merge.ts";
import { readYaml } from "./read-yaml.ts";
import { type Condition, type Rule, readExclude, readWhen } from "./rules.ts";
import { type MapNode, mapNode, nodeAt } from "./tree.ts";
import { validate } from "./validate.ts";

/** Texts by path: the config's, then those of the files that it extends. */
export type Sources = Map<string, string>;

/**
 * Reads a config and all that it extends.
 *
 * @param given - values that stand in for those that a file does not give
 * @param sources - filled with what was read, also where this throws
 */
export function readFiles(
  path: string,
  { given, sources }: { readonly given: MapNode; readonly sources: Sources },
  problems: Problem[],
): ConfigParts {
  const [own, ...extended] = readChain(path, sources, problems);
  const below = extended.reduceRight<ConfigParts | null>((deeper, root) => {
    validate(merge(merge(standIn(root), deeper?.base ?? given), root), problems);
    return onTop(deeper, readParts(root, problems));
  }, null);
  const lower = below === null ? given : merge(given, below.base);
  validate(mapNode(own.at, merge(lower, own).entries), problems);
  return onTop(below, readParts(own, problems));
}

function onTop(below: ConfigParts | null, above: ConfigParts): ConfigParts {
  return below === null ? above : extendParts(below, above);
}

/** Stands in for the data, which a file that is there to be extended may leave to others. */
function standIn({ at }: MapNode): MapNode {
  const file = { keyAt: at, value: { kind: "scalar", at, value: "-" } } as const;
  const data = { keyAt: at, value: mapNode(at, [["file", file]]) };
  return mapNode(at, [["data", data]]);
}

/** The file, what it extends, what that extends, and so on. */
function readChain(
  path: string,
  sources: Sources,
  problems: Problem[],
): readonly [MapNode, ...MapNode[]] {
  const start = { source: path, line: 1, col: 1 };
  const first = readOne(path, start, { sources, problems });
  const seen = [realpathSync(path)];
  const below: MapNode[] = [];
  let [from, root] = [path, first];
  for (;;) {
    const named = nodeAt(root, ["extends"]);
    if (named?.kind !== "scalar" || typeof named.value !== "string" || named.value === "") break;
    const next = isAbsolute(named.value) ? named.value : join(dirname(from), named.value);
    const chain = [...sources.keys(), next];
    root = readOne(next, named.at, { sources, problems });
    const real = realpathSync(next);
    if (seen.includes(real)) {
      const message = `extends: a circle: ${chain.join(" -> ")}`;
      throw new ConfigError([{ ...named.at, message }]);
    }
    seen.push(real);
    below.push(root);
    from = next;
  }
  return [first, ...below];
}

type Reading = { readonly sources: Sources; readonly problems: Problem[] };

function readOne(path: string, at: Position, { sources, problems }: Reading): MapNode {
  const text = readText(path, at);
  sources.set(path, text);
  return withMadeSeeds(nest(readYaml(text, path), problems), problems);
}

/** Seeds may be made by `range`; seeds that cannot be made are left out, the mistake is reported. */
function withMadeSeeds(root: MapNode, problems: Problem[]): MapNode {
  const seeds = root.entries.get("seeds");
  if (seeds === undefined || !hasMaker(seeds.value)) return root;
  const { at } = seeds.value;
  const items = valuesOf(seeds.value, "seeds", problems);
  const entries = new Map(root.entries);
  if (items.length === 0) entries.delete("seeds");
  else entries.set("seeds", { ...seeds, value: { kind: "list", at, items } });
  return mapNode(root.at, entries);
}

function readText(path: string, at: Position): string {
  try {
    return decode(readFileSync(path), path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const message = UNREADABLE[code];
    if (message === undefined) throw error;
    const isExtended = at.source !== path;
    throw new ConfigError([
      { ...at, message: isExtended ? `extends: ${path}: ${message}` : message },
    ]);
  }
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
function extendParts(below: ConfigParts, above: ConfigParts): ConfigParts {
  const inherited = new Map([...below.base.entries].filter(([key]) => !OWN.includes(key)));
  return {
    base: mapNode(above.base.at, merge(mapNode(above.base.at, inherited), above.base).entries),
    variants: mergeByKey(below.variants, above.variants, {
      key: ({ name }) => name,
      put: (old, own) => ({
        ...own,
        description: own.description === "" ? old.description : own.description,
        tree: merge(old.tree, own.tree),
      }),
    }),
    zip: above.zip ?? below.zip,
    factors: mergeByKey(below.factors, above.factors, {
      key: ({ key }) => key,
      put: (_, own) => own,
    }),
    when: mergeByKey(below.when, above.when, { key: ({ key }) => key, put: (_, own) => own }),
    exclude: above.exclude ?? below.exclude,
    include: above.include ?? below.include,
  };
}

/** Returns the old members in their order, each with the new one of its key put on top, then the new keys. */
function mergeByKey<T>(
  old: readonly T[],
  own: readonly T[],
  { key, put }: { readonly key: (member: T) => string; readonly put: (old: T, own: T) => T },
): T[] {
  const members = new Map(old.map((member) => [key(member), member]));
  for (const member of own) {
    const present = members.get(key(member));
    members.set(key(member), present === undefined ? member : put(present, member));
  }
  return [...members.values()];
}
