/** `exclude` and `when`: conditions on the values of a run. */
import type { Position, Problem } from "./config-error.ts";
import { type Leaf, leavesOf, readValues, whyCommon } from "./grid.ts";
import { mapOf } from "./merge.ts";
import { referencesIn } from "./references.ts";
import { isNamed, isSection, NAME } from "./schema.ts";
import { flowText, type MapNode, mapNode, type Node } from "./tree.ts";

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

/** Reads the entries of `exclude`; null where the file has none. */
export function readExclude(root: MapNode, problems: Problem[]): Rule[] | null {
  const exclude = root.entries.get("exclude")?.value;
  if (exclude?.kind !== "list") return null;
  return readRules(exclude, { name: "exclude", extra: ["variant", "seed"], problems });
}

/** Reads the entries of `when`, by key of the grid. */
export function readWhen(root: MapNode, problems: Problem[]): Condition[] {
  const when = root.entries.get("when")?.value;
  if (when?.kind !== "map") return [];
  return leavesOf(when).flatMap(({ key, keyAt, value }) => {
    const common = whyCommon(key);
    const name = `when.${key}`;
    const rules = value.kind === "list" ? value.items.length : 1;
    if (common !== null) problems.push({ ...keyAt, message: `${name}: ${common}` });
    else if (rules === 0) problems.push({ ...value.at, message: `${name}: must not be empty` });
    if (common !== null || rules === 0) return [];
    const anyOf = readRules(value, { name, extra: ["variant"], problems });
    return anyOf.length < rules ? [] : [{ key, keyAt, anyOf }];
  });
}

type Reading = Pick<Rule, "name" | "extra"> & { readonly problems: Problem[] };

/** Reads a list of rules, or one rule. */
function readRules(node: Node, { name, ...rest }: Reading): Rule[] {
  if (node.kind !== "list") return readRule(node, { name, ...rest });
  return node.items.flatMap((item, i) => readRule(item, { name: `${name}[${i}]`, ...rest }));
}

function readRule(item: Node, { name, extra, problems }: Reading): Rule[] {
  if (item.kind === "map" && item.entries.size === 0) {
    problems.push({ ...item.at, message: `${name}: must not be empty` });
    return [];
  }
  const tree = readValues(item, name, { without: extra, problems });
  if (tree === null || item.kind !== "map") return [];
  const own = [...item.entries].filter(([key]) => extra.includes(key));
  const asked = leavesOf(tree, "", (key) => isSection(key) || isNamed(key)).map(ofName);
  const leaves = [...own.map(([key, entry]) => ({ key, ...entry })), ...asked];
  const taken = leaves.filter(({ key, value }) => referencesIn(value, key).length > 0);
  for (const { key, value } of taken) {
    const message = `${name}.${key}: is compared, and takes no value from another key`;
    problems.push({ ...value.at, message });
  }
  if (taken.length > 0) return [];
  return leaves.length === 0 ? [] : [{ name, at: item.at, text: textOf(item), leaves, extra }];
}

/** A name asks for nothing but the name, whatever the settings. */
function ofName(leaf: Leaf): Leaf {
  const isName = isNamed(leaf.key) && leaf.value.kind === "scalar";
  return isName ? { ...leaf, key: `${leaf.key}.${NAME}` } : leaf;
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
