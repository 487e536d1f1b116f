/** `variants`, `grid`, `zip` and `include` of a file, as trees to put on top of the rest. */
import type { Position, Problem } from "./config-error.ts";
import { type Leaf, leavesOf, readValues, whyCommon } from "./grid-keys.ts";
import { makerOf, valuesOf } from "./makers.ts";
import { nest } from "./merge.ts";
import { CONFIG_KEYS, isSection } from "./schema.ts";
import { type MapNode, mapNode, type Node, nodeAt } from "./tree.ts";

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
  const variants = nodeAt(root, ["variants"]);
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
    const without = ["description"];
    const tree = readValues(body, `variants.${name}`, { without, problems });
    const description = readDescription(name, body, problems);
    return tree === null ? [] : [{ name, description, at: keyAt, tree }];
  });
}

function readDescription(name: string, body: Node, problems: Problem[]): string {
  const description = body.kind === "map" ? body.entries.get("description")?.value : undefined;
  if (description === undefined) return "";
  if (description.kind === "scalar" && typeof description.value === "string") {
    return description.value;
  }
  problems.push({ ...description.at, message: `variants.${name}.description: expected text` });
  return "";
}

export function readGrid(root: MapNode, problems: Problem[]): GridFactor[] {
  const grid = nodeAt(root, ["grid"]);
  if (grid?.kind !== "map") return [];
  const factors = new Map<string, GridFactor>();
  collect(grid, "");
  return [...factors.values()];

  function collect(map: MapNode, prefix: string): void {
    for (const [name, { keyAt, value }] of map.entries) {
      const key = prefix === "" ? name : `${prefix}.${name}`;
      const common = whyCommon(key);
      const say = (message: string): unknown =>
        problems.push({ ...keyAt, message: `grid.${key}: ${message}` });

      const whole = CONFIG_KEYS.find((one) => key.startsWith(`${one}.`));
      if (common !== null) say(common);
      else if (whole !== undefined)
        say(`is part of ${whole}, which is one value; list whole values`);
      else if (value.kind === "map" && isSection(key)) collect(value, key);
      else if (factors.has(key)) say("given twice");
      else {
        const items = valuesOf(value, `grid.${key}`, problems);
        if (items.length > 0) factors.set(key, { key, keyAt, items });
      }
    }
  }
}

/** The rows of `zip`, all of the same keys; null where the file has none. */
export function readZip(root: MapNode, problems: Problem[]): Row[] | null {
  const zip = nodeAt(root, ["zip"]);
  if (zip?.kind !== "list") return null;
  const removesInherited = zip.items.length === 0 && root.entries.has("extends");
  if (zip.items.length === 0 && !removesInherited) {
    problems.push({ ...zip.at, message: "zip: must not be empty" });
  }
  const rows = zip.items.flatMap((item, i) => {
    const row = readRow(item, `zip[${i}]`, problems);
    if (item.kind === "map" && item.entries.size === 0) {
      problems.push({ ...item.at, message: `zip[${i}]: must not be empty` });
    }
    return row === null || row.leaves.length === 0 ? [] : [{ row, name: `zip[${i}]` }];
  });
  const [first] = rows;
  if (first === undefined) return [];
  for (const { row, name } of rows) {
    const [missing] = first.row.leaves.filter(({ key }) => !hasKey(row, key));
    const extra = row.leaves.filter(({ key }) => !hasKey(first.row, key));
    const rule = "the rows of zip give the same keys";
    for (const { key, keyAt } of extra) {
      problems.push({ ...keyAt, message: `${name}.${key}: is not in ${first.name}; ${rule}` });
    }
    if (missing !== undefined) {
      const message = `${name}: has no ${missing.key}, which ${first.name} has; ${rule}`;
      problems.push({ ...row.at, message });
    }
  }
  return rows.flatMap(({ row, name }) => expandRow(row, name, problems));
}

/** The entries of `include`; null where the file has none. */
export function readInclude(root: MapNode, problems: Problem[]): Row[] | null {
  const include = nodeAt(root, ["include"]);
  if (include?.kind !== "list") return null;
  return include.items.flatMap((item, i) => readRow(item, `include[${i}]`, problems) ?? []);
}

function readRow(item: Node, name: string, problems: Problem[]): Row | null {
  const tree = readValues(item, name, { problems });
  return tree === null ? null : { at: item.at, leaves: leavesOf(tree) };
}

function hasKey({ leaves }: Row, key: string): boolean {
  return leaves.some((leaf) => leaf.key === key);
}

/** A row whose values are makers of equally many values is as many rows. */
function expandRow(row: Row, name: string, problems: Problem[]): Row[] {
  const columns = row.leaves.map((leaf) => {
    const isMaker = makerOf(leaf.value) !== null;
    return isMaker
      ? { leaf, made: valuesOf(leaf.value, `${name}.${leaf.key}`, problems) }
      : { leaf };
  });
  const [first] = columns.flatMap(({ leaf, made }) => (made === undefined ? [] : [{ leaf, made }]));
  if (first === undefined) return [row];
  for (const { leaf, made = first.made } of columns) {
    if (made.length === first.made.length || made.length * first.made.length === 0) continue;
    const message = `${name}.${leaf.key}: has ${made.length} values, ${first.leaf.key} ${first.made.length}; what goes together has as many`;
    problems.push({ ...leaf.value.at, message });
    return [];
  }
  return first.made.map((_, i) => ({
    at: row.at,
    leaves: columns.map(({ leaf, made }) => ({ ...leaf, value: made?.[i] ?? leaf.value })),
  }));
}

/** The leaves as one nested map, those of some keys left out. */
export function treeOf({ at, leaves }: Row): MapNode {
  const entries = leaves.map(({ key, keyAt, value }) => [key, { keyAt, value }] as const);
  return nest(mapNode(at, entries), []);
}
