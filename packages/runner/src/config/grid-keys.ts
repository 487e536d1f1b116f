/** Which keys may differ between the runs of a grid, and maps of such keys. */
import type { Position, Problem } from "./config-error.ts";
import { nest } from "./merge.ts";
import { isSection } from "./schema.ts";
import { type MapNode, mapNode, type Node, nodeAt } from "./tree.ts";

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
  "record",
  "thresholds",
  ...GRID_KEYS,
];

/** Why a key may not differ between the runs of a grid, or null. */
export function whyCommon(key: string): string | null {
  if (COMMON.includes(key.split(".")[0] ?? "")) return "is the same for all runs of a config";
  if (key === "data.file") return "is the same for all runs of a config, which train on one file";
  return null;
}

/** A map of values for some runs, nested, without keys that all runs share, which are reported. */
export function readValues(
  node: Node,
  name: string,
  {
    without = [],
    problems,
  }: { readonly without?: readonly string[]; readonly problems: Problem[] },
): MapNode | null {
  if (node.kind !== "map") {
    problems.push({ ...node.at, message: `${name}: expected a map` });
    return null;
  }
  const body = nest(node, problems);
  const entries = new Map(body.entries);
  for (const key of [...entries.keys()].filter((one) => COMMON.includes(one))) {
    const { keyAt } = entries.get(key) ?? { keyAt: body.at };
    if (!without.includes(key)) {
      problems.push({ ...keyAt, message: `${name}.${key}: ${whyCommon(key)}` });
    }
    entries.delete(key);
  }
  const file = nodeAt(body, ["data", "file"]);
  if (file !== null) {
    problems.push({ ...file.at, message: `${name}.data.file: ${whyCommon("data.file")}` });
  }
  for (const key of without) entries.delete(key);
  return mapNode(body.at, entries);
}

/** A key that holds one value, and the value. */
export type Leaf = { readonly key: string; readonly keyAt: Position; readonly value: Node };

/** The keys of a nested map that hold values, dotted. */
export function leavesOf(map: MapNode, prefix = ""): Leaf[] {
  return [...map.entries].flatMap(([name, { keyAt, value }]) => {
    const key = prefix === "" ? name : `${prefix}.${name}`;
    return value.kind === "map" && isSection(key) ? leavesOf(value, key) : [{ key, keyAt, value }];
  });
}
