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
  return insertAll(mapNode(map.at), map, { key: "", problems });
}

/** Returns a map of nothing but this value at this dotted key. */
export function mapOf(key: string, value: Node, at: Position): MapNode {
  return nest(mapNode(at, [[key, { keyAt: at, value }]]), []);
}

type Place = { readonly key: string; readonly problems: Problem[] };

function insertAll(target: MapNode, map: MapNode, place: Place): MapNode {
  return [...map.entries].reduce(
    (result, [name, entry]) => insert(result, splitKey(place.key, name), entry, place),
    target,
  );
}

function insert(
  target: MapNode,
  [name = "", ...rest]: readonly string[],
  entry: Entry,
  { key, problems }: Place,
): MapNode {
  const whole = join(key, name);
  const present = target.entries.get(name);
  const { keyAt, value } = entry;
  const isLast = rest.length === 0;
  const section = isLast && value.kind === "map" && isSection(whole) ? value : null;
  const isNested = !isLast || section !== null;
  if (present !== undefined && !(isNested && present.value.kind === "map")) {
    problems.push({ ...keyAt, message: givenTwice(whole, present.keyAt) });
    return target;
  }
  const inner = present?.value.kind === "map" ? present.value : mapNode(value.at);
  const place = { key: whole, problems };
  const deeper = section === null ? value : insertAll(inner, section, place);
  return mapNode(
    target.at,
    new Map(target.entries).set(name, {
      keyAt: present?.keyAt ?? keyAt,
      value: isLast ? deeper : insert(inner, rest, entry, place),
    }),
  );
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

function join(key: string, name: string): string {
  return key === "" ? name : `${key}.${name}`;
}
