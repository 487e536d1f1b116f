/** `variants` and `grid` of a file, as trees to put on top of the rest. */
import type { Position, Problem } from "./config-error.ts";
import { nest } from "./merge.ts";
import { isSection } from "./schema.ts";
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
  readonly tree: MapNode;
};

/** What is the same in all runs of a grid. */
const COMMON: readonly string[] = ["name", "description", "seeds", "record", "variants", "grid"];

/** Why a key may not differ between the runs of a grid, or null. */
export function whyCommon(key: string): string | null {
  if (COMMON.includes(key.split(".")[0] ?? "")) return "is the same for all runs of a config";
  if (key === "data.file") return "is the same for all runs of a config, which train on one file";
  return null;
}

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
    if (value.kind !== "map" && !isEmpty) {
      problems.push({ ...value.at, message: `variants.${name}: expected a map` });
      return [];
    }
    const body = value.kind === "map" ? nest(value, problems) : mapNode(value.at);
    return [readVariant(name, body, problems)];
  });
}

function readVariant(name: string, body: MapNode, problems: Problem[]): Variant {
  const entries = new Map(body.entries);
  const description = entries.get("description")?.value;
  entries.delete("description");
  const isText = description?.kind === "scalar" && typeof description.value === "string";
  if (description !== undefined && !isText) {
    const message = `variants.${name}.description: expected text`;
    problems.push({ ...description.at, message });
  }
  for (const key of COMMON.filter((common) => entries.has(common))) {
    const { keyAt } = entries.get(key) ?? { keyAt: body.at };
    problems.push({ ...keyAt, message: `variants.${name}.${key}: ${whyCommon(key)}` });
    entries.delete(key);
  }
  const file = nodeAt(body, ["data", "file"]);
  if (file !== null) {
    problems.push({ ...file.at, message: `variants.${name}.data.file: ${whyCommon("data.file")}` });
  }
  const text = isText ? String(description.value) : "";
  return { name, description: text, tree: mapNode(body.at, entries) };
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
      const say = (at: Position, message: string): unknown =>
        problems.push({ ...at, message: `grid.${key}: ${message}` });

      if (common !== null) say(keyAt, common);
      else if (value.kind === "map" && isSection(key)) collect(value, key);
      else if (value.kind !== "list") say(value.at, "expected a list of values");
      else if (value.items.length === 0) say(value.at, "must not be empty");
      else if (factors.has(key)) say(keyAt, "given twice");
      else factors.set(key, { key, keyAt, items: value.items });
    }
  }
}
