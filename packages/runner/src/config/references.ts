/** `${train.lr}`: a value that stands for that of another key of the same run. */
import { SECTION_NAMES } from "./schema.ts";
import { type Entry, type MapNode, mapNode, type Node } from "./tree.ts";
import { REFERENCE } from "./value-schemas.ts";

/** Returns the key that a value is taken from; null where it says itself what it is. */
export function referenceOf(node: Node): string | null {
  if (node.kind !== "scalar" || typeof node.value !== "string") return null;
  return REFERENCE.exec(node.value)?.[1]?.trim() ?? null;
}

/** Keys of text, in which `${NAME}` is a variable of the environment or nothing special. */
const OF_TEXT: ReadonlySet<string> = new Set([
  "data.file",
  "data.validation",
  "data.test",
  "data.separator",
  "data.end",
]);

/** Whether no value is taken from elsewhere at this key. */
export function isOfText(key: string): boolean {
  return OF_TEXT.has(key);
}

/** Returns the keys that values are taken from in this one and in all that is in it. */
export function referencesIn(node: Node, key = ""): string[] {
  if (isOfText(key)) return [];
  switch (node.kind) {
    case "scalar":
      return [referenceOf(node)].filter((name) => name !== null);
    case "list":
      return node.items.flatMap((item) => referencesIn(item));
    case "map":
      return [...node.entries].flatMap(([name, { value }]) =>
        referencesIn(value, key === "" ? name : `${key}.${name}`),
      );
  }
}

/** Returns a value without the entries of maps that are taken from elsewhere; null where nothing is left. */
export function withoutTaken(node: Node, key: string): Node | null {
  if (referencesIn(node, key).length === 0) return node;
  if (node.kind !== "map") return null;
  const entries = [...node.entries].flatMap(([name, entry]): [string, Entry][] => {
    const value = withoutTaken(entry.value, `${key}.${name}`);
    return value === null ? [] : [[name, { ...entry, value }]];
  });
  return mapNode(node.at, entries);
}

/**
 * Returns a config without the groups of keys in which values are taken from elsewhere: what these are is known of whole runs.
 * Of `data`, which a config must have, only such keys are left out.
 */
export function withoutReferring(config: MapNode): MapNode {
  const entries = [...config.entries].flatMap(([name, entry]): [string, Entry][] => {
    const { value } = entry;
    if (!SECTION_NAMES.includes(name) || referencesIn(value, name).length === 0) {
      return [[name, entry]];
    }
    if (name !== "data" || value.kind !== "map") return [];
    const kept = [...value.entries].filter(
      ([key, one]) => referencesIn(one.value, `data.${key}`).length === 0,
    );
    return [[name, { ...entry, value: mapNode(value.at, kept) }]];
  });
  return mapNode(config.at, entries);
}
