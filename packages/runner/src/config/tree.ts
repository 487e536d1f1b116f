/** YAML values that remember where they were written, also after merging files and options. Immutable. */
import type { Position } from "./config-error.ts";

/** Where a value is from: its place, and the key of which it is the value where that is another one. */
type Origin = { readonly at: Position; readonly from?: string };

type Scalar = Origin & {
  readonly kind: "scalar";
  readonly value: string | number | boolean | null;
  /** A number as it was written, where it is too large to be kept. */
  readonly written?: string;
};
export type List = Origin & {
  readonly kind: "list";
  readonly items: readonly Node[];
};
export type Entry = { readonly keyAt: Position; readonly value: Node };
export type MapNode = Origin & {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, Entry>;
};
export type Node = Scalar | List | MapNode;

export type Path = readonly (string | number)[];

/** How far a path leads into a tree: the last node on it and, if that is in a map, its key's place. */
type Found = { readonly node: Node; readonly keyAt: Position; readonly depth: number };

/** Follows a path as far as it exists. */
export function follow(root: Node, path: Path): Found {
  let found: Found = { node: root, keyAt: root.at, depth: 0 };
  for (const step of path) {
    const { node, depth } = found;
    const entry = node.kind === "map" ? node.entries.get(String(step)) : undefined;
    const inner: Node | undefined = node.kind === "list" ? node.items[Number(step)] : entry?.value;
    if (inner === undefined) break;
    found = { node: inner, keyAt: entry?.keyAt ?? inner.at, depth: depth + 1 };
  }
  return found;
}

/** Returns the node at a path, or null. */
export function nodeAt(root: Node, path: Path): Node | null {
  const { node, depth } = follow(root, path);
  return depth === path.length ? node : null;
}

/** Returns the plain value. */
export function toValue(node: Node): unknown {
  switch (node.kind) {
    case "scalar":
      return exactValue(node);
    case "list":
      return node.items.map(toValue);
    case "map":
      return Object.fromEntries(
        [...node.entries].map(([key, entry]) => [key, toValue(entry.value)]),
      );
  }
}

/** Keys whose values say what they are. */
const UNSAID: ReadonlySet<string> = new Set(["scheme", "where", "name", "kind", "linear"]);

/** Returns a whole number in full where it is too large to be kept as a number. */
function exactValue({ value, written = "" }: Scalar): unknown {
  return /^[-+]?\d+$|^0[xo][\da-f]+$/i.test(written) ? BigInt(written.replace("+", "")) : value;
}

const OTHER_LETTERS = /[^A-Za-z0-9._=-]+/g;

/** Writes a value as it reads in a label: letters, digits, `.`, `_`, `=` and `-` only. */
export function toLabelText(node: Node): string {
  switch (node.kind) {
    case "scalar":
      return String(node.value ?? "none")
        .replace(/^\$\{(.*)\}$/, "$1")
        .replace("+", "")
        .replace(OTHER_LETTERS, "_");
    case "list":
      return node.items.map(toLabelText).join("_");
    case "map":
      return [...node.entries]
        .map(([key, { value }]) =>
          UNSAID.has(key)
            ? toLabelText(value)
            : `${key.replace(OTHER_LETTERS, "_")}_${toLabelText(value)}`,
        )
        .join("_");
  }
}

/** Returns a value as it could have been written at a place; a rate that never changes is a number. */
export function toNode(value: unknown, at: Position): Node {
  if (Array.isArray(value))
    return { kind: "list", at, items: value.map((item) => toNode(item, at)) };
  if (typeof value !== "object" || value === null) return scalarNode(value, at);
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  const [[key, only] = []] = entries;
  if (entries.length === 1 && key === "0") return toNode(only, at);
  return mapNode(
    at,
    entries.map(([name, one]) => [name, { keyAt: at, value: toNode(one, at) }]),
  );
}

function scalarNode(value: unknown, at: Position): Node {
  const isPlain = typeof value === "number" || typeof value === "boolean" || value === null;
  return { kind: "scalar", at, value: isPlain ? value : String(value) };
}

export function mapNode(at: Position, entries: Iterable<readonly [string, Entry]> = []): MapNode {
  return { kind: "map", at, entries: new Map(entries) };
}

/** Writes a value in one line, as YAML does: `{ scheme: normal, std: 2 }`. */
export function flowText(node: Node): string {
  switch (node.kind) {
    case "scalar":
      return String(exactValue(node) ?? "null");
    case "list":
      return `[${node.items.map(flowText).join(", ")}]`;
    case "map": {
      const entries = [...node.entries].map(([key, { value }]) => `${key}: ${flowText(value)}`);
      return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
    }
  }
}
