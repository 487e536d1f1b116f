/** Puts maps on top of maps. Sections merge; what is not a section is one value, replaced whole. */
import { givenTwice, type Position, type Problem } from "./config-error.ts";
import { isSection } from "./schema.ts";
import { type Entry, type MapNode, mapNode, type Node } from "./tree.ts";

/** Puts `override` on top of `base`; both are nested. */
export function merge(base: MapNode, override: MapNode, key = ""): MapNode {
  const entries = new Map(base.entries);
  for (const [name, entry] of override.entries) {
    const below = entries.get(name)?.value;
    const whole = join(key, name);
    entries.set(
      name,
      below?.kind === "map" && entry.value.kind === "map" && isSection(whole)
        ? { keyAt: entry.keyAt, value: merge(below, entry.value, whole) }
        : entry,
    );
  }
  return mapNode(base.at, entries);
}

/** Returns the same map without dotted keys: `train.lr: 1` becomes `train: { lr: 1 }`. */
export function nest(map: MapNode, problems: Problem[]): MapNode {
  const root = mapNode(map.at);
  return insertAll(root, map, { key: "", problems });
}

/** Returns a map of nothing but this value at this dotted key. */
export function mapOf(key: string, value: Node, at: Position): MapNode {
  return nest(mapNode(at, [[key, { keyAt: at, value }]]), []);
}

type Place = { readonly key: string; readonly problems: Problem[] };

function insertAll(target: MapNode, map: MapNode, { key, problems }: Place): MapNode {
  let result = target;
  for (const [name, entry] of map.entries) {
    result = insert(result, splitKey(key, name), entry, { key, problems });
  }
  return result;
}

function insert(
  target: MapNode,
  [name = "", ...rest]: readonly string[],
  entry: Entry,
  { key, problems }: Place,
): MapNode {
  const whole = join(key, name);
  const present = target.entries.get(name);
  const { value } = entry;
  const isNested = rest.length > 0 || (value.kind === "map" && isSection(whole));
  if (present !== undefined && !(isNested && present.value.kind === "map")) {
    problems.push({ ...entry.keyAt, message: givenTwice(whole, present.keyAt) });
    return target;
  }
  const inner = present?.value.kind === "map" ? present.value : mapNode(value.at);
  const place = { key: whole, problems };
  return withEntry(target, name, {
    keyAt: present?.keyAt ?? entry.keyAt,
    value:
      rest.length > 0
        ? insert(inner, rest, entry, place)
        : value.kind === "map" && isSection(whole)
          ? insertAll(inner, value, place)
          : value,
  });
}

/** Splits a key below `prefix` for as long as it leads through sections. */
function splitKey(prefix: string, name: string): string[] {
  const segments = name.split(".");
  if (segments.includes("")) return [name];
  let depth = 0;
  let key = prefix;
  while (depth < segments.length - 1 && isSection(key)) {
    key = join(key, segments[depth] ?? "");
    depth += 1;
  }
  return [...segments.slice(0, depth), segments.slice(depth).join(".")];
}

function withEntry(map: MapNode, name: string, entry: Entry): MapNode {
  return mapNode(map.at, new Map(map.entries).set(name, entry));
}

function join(key: string, name: string): string {
  return key === "" ? name : `${key}.${name}`;
}
