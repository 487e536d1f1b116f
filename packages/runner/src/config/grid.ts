/** What a file says about its grid: which keys vary and by what, as trees to put on top of the rest. */
import { closest } from "@ablate/text";
import type { Position, Problem } from "./config-error.ts";
import { SCHEME_OF } from "./init-schema.ts";
import { makerOf, valuesOf } from "./makers.ts";
import { nest } from "./merge.ts";
import { CONFIG_KEYS, isNamed, isSection, NAME } from "./schema.ts";
import { flowText, type MapNode, mapNode, type Node, nodeAt } from "./tree.ts";

/** What describes the grid rather than a run. */
export const GRID_KEYS: readonly string[] = [
  "extends",
  "variants",
  "zip",
  "grid",
  "when",
  "exclude",
  "include",
];

/** What is the same in all runs of a grid. */
const COMMON: readonly string[] = [
  "name",
  "description",
  "seeds",
  "sample",
  "order",
  "record",
  "thresholds",
  ...GRID_KEYS,
];

/** Keys of `data` that say what the data set is. */
const ONE_DATA_SET: readonly string[] = ["file", "validation", "test", "separator", "end"].map(
  (name) => `data.${name}`,
);

/** Why a key may not differ between the runs of a grid, or null. */
export function whyCommon(key: string): string | null {
  if (COMMON.includes(key.split(".")[0] ?? "")) return "is the same for all runs of a config";
  if (ONE_DATA_SET.includes(key)) {
    return "is the same for all runs of a config, which train on one file";
  }
  return null;
}

/**
 * Reads a map of values for some runs, nested, without keys that all runs share, which are reported.
 *
 * @param without - keys that are read elsewhere, and left out
 */
export function readValues(
  node: Node,
  name: string,
  { without = [], problems }: { readonly without?: readonly string[]; problems: Problem[] },
): MapNode | null {
  if (node.kind !== "map") {
    problems.push({ ...node.at, message: `${name}: expected a map` });
    return null;
  }
  const body = nest(node, problems);
  const common = [...body.entries].filter(([key]) => COMMON.includes(key));
  for (const [key, { keyAt }] of common) {
    if (without.includes(key)) continue;
    problems.push({ ...keyAt, message: `${name}.${key}: ${whyCommon(key)}` });
  }
  for (const key of ONE_DATA_SET) {
    const found = nodeAt(body, key.split("."));
    if (found !== null) {
      problems.push({ ...found.at, message: `${name}.${key}: ${whyCommon(key)}` });
    }
  }
  const left = [...common.map(([key]) => key), ...without];
  return mapNode(
    body.at,
    [...body.entries].filter(([key]) => !left.includes(key)),
  );
}

/** A key that holds one value, and the value. */
export type Leaf = { readonly key: string; readonly keyAt: Position; readonly value: Node };

/** Returns the keys of a nested map that hold values, dotted. */
export function leavesOf(
  map: MapNode,
  prefix = "",
  isDeep: (key: string) => boolean = isSection,
): Leaf[] {
  return [...map.entries].flatMap(([name, { keyAt, value }]) => {
    const key = prefix === "" ? name : `${prefix}.${name}`;
    const isDeeper =
      isDeep(key) || (isNamed(key) && value.kind === "map" && !value.entries.has(NAME));
    return value.kind === "map" && isDeeper
      ? leavesOf(value, key, isDeep)
      : [{ key, keyAt, value }];
  });
}

/** A key of the grid and its values. */
export type GridFactor = {
  readonly key: string;
  readonly keyAt: Position;
  readonly items: readonly Node[];
};

export type Variant = {
  readonly name: string;
  readonly description: string;
  readonly at: Position;
  readonly tree: MapNode;
};

/** A row of `zip`, or an entry of `include`: values that go together. */
export type Row = {
  readonly at: Position;
  readonly leaves: readonly Leaf[];
};

export function readVariants(root: MapNode, problems: Problem[]): Variant[] {
  const variants = root.entries.get("variants")?.value;
  if (variants?.kind !== "map") return [];
  if (variants.entries.size === 0) {
    problems.push({ ...variants.at, message: "variants: must not be empty" });
  }
  return [...variants.entries].flatMap(([name, { keyAt, value }]) => {
    if (!/^[A-Za-z0-9._=-]+$/.test(name)) {
      const message = `variants: name ${JSON.stringify(name)} may have letters, digits, . _ = and - only`;
      problems.push({ ...keyAt, message });
    }
    const isEmpty = value.kind === "scalar" && value.value === null;
    const body = isEmpty ? mapNode(value.at) : value;
    const tree = readValues(body, `variants.${name}`, { without: ["description"], problems });
    const described = nodeAt(body, ["description"]);
    const text = described?.kind === "scalar" ? described.value : null;
    if (described !== null && typeof text !== "string") {
      problems.push({ ...described.at, message: `variants.${name}.description: expected text` });
    }
    const description = typeof text === "string" ? text : "";
    return tree === null ? [] : [{ name, description, at: keyAt, tree }];
  });
}

export function readGrid(root: MapNode, problems: Problem[]): GridFactor[] {
  const grid = root.entries.get("grid")?.value;
  if (grid?.kind !== "map") return [];
  const factors = new Map<string, GridFactor>();
  const isDeep = (key: string): boolean => isSection(key) && whyCommon(key) === null;
  for (const { key, keyAt, value } of leavesOf(grid, "", isDeep)) {
    const whole = CONFIG_KEYS.find((one) => key.startsWith(`${one}.`) && !isNamed(one));
    const inWhole =
      whole === undefined
        ? null
        : `is part of ${whole}, which is one value; list whole values, as ${wholeExample(whole, key, value)}`;
    const before = [...factors.keys()].find((one) => isNamed(key) && one.startsWith(`${key}.`));
    const replaced =
      before === undefined ? null : `replaces ${before}, which stands before it; write it first`;
    const wrong =
      whyCommon(key) ?? inWhole ?? replaced ?? (factors.has(key) ? "given twice" : null);
    const items = wrong === null ? valuesOf(value, `grid.${key}`, problems) : [];
    if (wrong !== null) problems.push({ ...keyAt, message: `grid.${key}: ${wrong}` });
    if (items.length > 0) factors.set(key, { key, keyAt, items });
  }
  return [...factors.values()];
}

/** Writes a list of one value that has a part as it is given: `[{ scheme: kaiming, gain: 0.5 }]`. */
function wholeExample(whole: string, key: string, value: Node): string {
  const part = key.slice(whole.length + 1);
  const [first = value] = value.kind === "list" ? value.items : [];
  if (whole.startsWith("init.") && part !== "scheme") {
    const setting = closest(part, Object.keys(SCHEME_OF)) ?? part;
    const scheme = SCHEME_OF[setting] ?? "kaiming";
    return `[{ scheme: ${scheme}, ${setting}: ${flowText(first)} }]`;
  }
  const place = whole.endsWith("batch_norm") && part !== "where" ? "where: hidden, " : "";
  return `[{ ${place}${part}: ${flowText(first)} }]`;
}

/** Reads the rows of `zip`, all of the same keys; null where the file has none. */
export function readZip(root: MapNode, problems: Problem[]): Row[] | null {
  const zip = root.entries.get("zip")?.value;
  if (zip?.kind !== "list") return null;
  const removesInherited = zip.items.length === 0 && root.entries.has("extends");
  if (zip.items.length === 0 && !removesInherited) {
    problems.push({ ...zip.at, message: "zip: must not be empty" });
  }
  const rows = zip.items.flatMap((item, i) => {
    const name = `zip[${i}]`;
    const row = readRow(item, name, problems);
    if (item.kind === "map" && item.entries.size === 0) {
      problems.push({ ...item.at, message: `${name}: must not be empty` });
    }
    return row === null || row.leaves.length === 0 ? [] : [{ row, name }];
  });
  const [first] = rows;
  if (first === undefined) return [];
  const rule = "the rows of zip give the same keys";
  for (const { row, name } of rows) {
    for (const { key, keyAt } of leavesNotIn(first.row, row)) {
      problems.push({ ...keyAt, message: `${name}.${key}: is not in ${first.name}; ${rule}` });
    }
    const [missing] = leavesNotIn(row, first.row);
    if (missing === undefined) continue;
    const message = `${name}: has no ${missing.key}, which ${first.name} has; ${rule}`;
    problems.push({ ...row.at, message });
  }
  return rows.flatMap(({ row, name }) => expandRow(row, name, problems));
}

/** Reads the entries of `include`; null where the file has none. */
export function readInclude(root: MapNode, problems: Problem[]): Row[] | null {
  const include = root.entries.get("include")?.value;
  if (include?.kind !== "list") return null;
  return include.items.flatMap((item, i) => readRow(item, `include[${i}]`, problems) ?? []);
}

function readRow(item: Node, name: string, problems: Problem[]): Row | null {
  const tree = readValues(item, name, { problems });
  return tree === null ? null : { at: item.at, leaves: leavesOf(tree) };
}

function leavesNotIn(other: Row, { leaves }: Row): Leaf[] {
  return leaves.filter(({ key }) => !other.leaves.some((leaf) => leaf.key === key));
}

/** A row whose values are makers of equally many values is as many rows. */
function expandRow(row: Row, name: string, problems: Problem[]): Row[] {
  const made = row.leaves
    .filter(({ value }) => makerOf(value) !== null)
    .map((leaf) => ({ leaf, items: valuesOf(leaf.value, `${name}.${leaf.key}`, problems) }));
  const [first] = made;
  if (first === undefined) return [row];
  const size = first.items.length;
  for (const { leaf, items } of made) {
    if (items.length === size || items.length * size === 0) continue;
    const message = `${name}.${leaf.key}: has ${items.length} values, ${first.leaf.key} ${size}; what goes together has as many`;
    problems.push({ ...leaf.value.at, message });
    return [];
  }
  const itemsOf = new Map(made.map(({ leaf, items }) => [leaf, items]));
  return first.items.map((_, i) => ({
    at: row.at,
    leaves: row.leaves.map((leaf) => ({ ...leaf, value: itemsOf.get(leaf)?.[i] ?? leaf.value })),
  }));
}

/** Returns the leaves as one nested map. */
export function treeOf({ at, leaves }: Row): MapNode {
  const entries = leaves.map(({ key, ...entry }) => [key, entry] as const);
  return nest(mapNode(at, entries), []);
}
