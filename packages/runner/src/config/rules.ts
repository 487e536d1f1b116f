/** `exclude` and `when`: conditions on the values of a run. */
import type { Position, Problem } from "./config-error.ts";
import { type Leaf, leavesOf, readValues, whyCommon } from "./grid-keys.ts";
import { mapOf } from "./merge.ts";
import { isSection } from "./schema.ts";
import { flowText, type MapNode, mapNode, type Node, nodeAt } from "./tree.ts";

/** Holds for the runs that have all of these values. */
export type Rule = {
  readonly name: string;
  readonly at: Position;
  readonly text: string;
  readonly leaves: readonly Leaf[];
  /** What it may ask for beside keys of a config. */
  readonly extra: readonly string[];
};

/** A key of the grid that varies only where one of the rules holds. */
export type Condition = {
  readonly key: string;
  readonly keyAt: Position;
  readonly anyOf: readonly Rule[];
};

/** The entries of `exclude`; null where the file has none. */
export function readExclude(root: MapNode, problems: Problem[]): Rule[] | null {
  const exclude = nodeAt(root, ["exclude"]);
  if (exclude?.kind !== "list") return null;
  return exclude.items.flatMap(
    (item, i) =>
      readRule(item, { name: `exclude[${i}]`, extra: ["variant", "seed"] }, problems) ?? [],
  );
}

/** The entries of `when`, by key of the grid. */
export function readWhen(root: MapNode, problems: Problem[]): Condition[] {
  const when = nodeAt(root, ["when"]);
  if (when?.kind !== "map") return [];
  return collect(when, "").flatMap(({ key, keyAt, value }) => {
    const common = whyCommon(key);
    if (common !== null) {
      problems.push({ ...keyAt, message: `when.${key}: ${common}` });
      return [];
    }
    const name = `when.${key}`;
    const items = value.kind === "list" ? value.items : [value];
    if (items.length === 0) {
      problems.push({ ...value.at, message: `${name}: must not be empty` });
    }
    const anyOf = items.flatMap(
      (item, i) =>
        readRule(
          item,
          { name: value.kind === "list" ? `${name}[${i}]` : name, extra: ["variant"] },
          problems,
        ) ?? [],
    );
    return anyOf.length < items.length || items.length === 0 ? [] : [{ key, keyAt, anyOf }];
  });
}

/** Keys of `when`, which may be written nested as well: `when: { train: { lr: ... } }`. */
function collect(map: MapNode, prefix: string): Leaf[] {
  return [...map.entries].flatMap(([name, { keyAt, value }]) => {
    const key = prefix === "" ? name : `${prefix}.${name}`;
    return value.kind === "map" && isSection(key) ? collect(value, key) : [{ key, keyAt, value }];
  });
}

type Naming = { readonly name: string; readonly extra: readonly string[] };

function readRule(item: Node, { name, extra }: Naming, problems: Problem[]): Rule | null {
  if (item.kind === "map" && item.entries.size === 0) {
    problems.push({ ...item.at, message: `${name}: must not be empty` });
    return null;
  }
  const own = item.kind === "map" ? [...item.entries].filter(([key]) => extra.includes(key)) : [];
  const tree = readValues(item, name, { without: extra, problems });
  if (tree === null) return null;
  const special = own.map(([key, { keyAt, value }]): Leaf => ({ key, keyAt, value }));
  const leaves = [...special, ...leavesOf(tree)];
  return leaves.length === 0 ? null : { name, at: item.at, text: textOf(item), leaves, extra };
}

const LONGEST_TEXT = 200;

/** What the rule says, in one line of what a terminal shows as it is. */
function textOf(item: Node): string {
  const text = flowText(item)
    .replace(/\p{Cc}+/gu, " ")
    .replace(/^\{ (.*) \}$/, "$1");
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}...` : text;
}

/** Only this key, as a map to put on top of a config. */
export function leafTree({ key, keyAt, value }: Leaf): MapNode {
  return value.kind === "map" && value.entries.size === 0 && isSection(key)
    ? mapNode(value.at)
    : mapOf(key, value, keyAt);
}
