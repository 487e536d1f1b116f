/** Puts maps on top of maps. Sections merge; what is not a section is one value, replaced whole. */
import { givenTwice, type Position, type Problem } from "./config-error.ts";
import { isNamed, isSection, NAME } from "./schema.ts";
import { type Entry, type MapNode, mapNode, type Node, nodeAt } from "./tree.ts";

/** Puts `override` on top of `base`; both are nested. */
export function merge(base: MapNode, override: MapNode, key = ""): MapNode {
  const entries = new Map(base.entries);
  for (const [name, entry] of override.entries) {
    const below = entries.get(name)?.value;
    const whole = join(key, name);
    const { keyAt, value } = entry;
    if (isNamed(whole)) entries.set(name, { keyAt, value: changed(below, value) });
    else if (below?.kind === "map" && value.kind === "map" && isSection(whole)) {
      entries.set(name, { keyAt, value: merge(below, value, whole) });
    } else entries.set(name, entry);
  }
  return mapNode(base.at, entries);
}

/** Puts a map without a name on top of the settings of what has one; a name replaces it whole. */
function changed(below: Node | undefined, value: Node): Node {
  if (below === undefined || value.kind !== "map" || value.entries.has(NAME)) return value;
  return mapNode(value.at, [...named(below).entries, ...value.entries]);
}

/** Whether settings of the optimiser are in a config and no name: they are those of a name that is elsewhere. */
export function hasSettingsAlone(tree: MapNode): boolean {
  const optimizer = nodeAt(tree, ["train", "optimizer"]);
  return optimizer?.kind === "map" && !optimizer.entries.has(NAME);
}

/** Returns the map that a name alone stands for. */
function named(node: Node): MapNode {
  return node.kind === "map" ? node : mapNode(node.at, [[NAME, { keyAt: node.at, value: node }]]);
}

/** Returns the same map without dotted keys: `train.lr: 1` becomes `train: { lr: 1 }`. */
export function nest(map: MapNode, problems: Problem[]): MapNode {
  const drafts: Drafts = new WeakMap();
  const root = draftOf(mapNode(map.at), drafts);
  insertAll(root, map, { key: "", problems, drafts });
  return root;
}

/** Returns a map of nothing but this value at this dotted key. */
export function mapOf(key: string, value: Node, at: Position): MapNode {
  return nest(mapNode(at, [[key, { keyAt: at, value }]]), []);
}

/** The entries of maps that are being made: a config of many keys is not copied for each of them. */
type Drafts = WeakMap<MapNode, Map<string, Entry>>;

type Place = { readonly key: string; readonly problems: Problem[]; readonly drafts: Drafts };

function draftOf(map: MapNode, drafts: Drafts): MapNode {
  if (drafts.has(map)) return map;
  const entries = new Map(map.entries);
  const draft: MapNode = { kind: "map", at: map.at, entries };
  drafts.set(draft, entries);
  return draft;
}

function insertAll(target: MapNode, map: MapNode, place: Place): void {
  for (const [name, entry] of map.entries) {
    insert(target, splitKey(place.key, name), entry, place);
  }
}

function insert(
  target: MapNode,
  [name = "", ...rest]: readonly string[],
  entry: Entry,
  { key, problems, drafts }: Place,
): void {
  const whole = join(key, name);
  const present = target.entries.get(name);
  const { keyAt, value } = entry;
  const isLast = rest.length === 0;
  const section = isLast ? sectionOf(whole, value, present) : null;
  const isNested = !isLast || section !== null;
  if (present !== undefined && !(isNested && (present.value.kind === "map" || isNamed(whole)))) {
    problems.push({ ...keyAt, message: givenTwice(whole, present.keyAt) });
    return;
  }
  const set = (one: Node): unknown =>
    drafts.get(target)?.set(name, { keyAt: present?.keyAt ?? keyAt, value: one });
  if (!isNested) {
    set(value);
    return;
  }
  const inner = draftOf(present === undefined ? mapNode(value.at) : named(present.value), drafts);
  const place = { key: whole, problems, drafts };
  if (section === null) insert(inner, rest, entry, place);
  else insertAll(inner, section, place);
  set(inner);
}

/** Returns what is put into a map entry by entry; null: the value is set whole. */
function sectionOf(key: string, value: Node, present: Entry | undefined): MapNode | null {
  if (isNamed(key)) return present === undefined ? null : named(value);
  return value.kind === "map" && isSection(key) ? value : null;
}

/** Splits a key below `prefix` for as long as it leads through sections. */
function splitKey(prefix: string, name: string): string[] {
  const segments = name.split(".");
  if (segments.includes("")) return [name];
  let depth = 0;
  let key = prefix;
  while (depth < segments.length - 1 && (isSection(key) || isNamed(key))) {
    key = join(key, segments[depth] ?? "");
    depth += 1;
  }
  return [...segments.slice(0, depth), segments.slice(depth).join(".")];
}

function join(key: string, name: string): string {
  return key === "" ? name : `${key}.${name}`;
}
