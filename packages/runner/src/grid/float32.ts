/** Finds numbers that training cannot have: it computes in float32. */
import type { Problem } from "../config/config-error.ts";
import { type MapNode, type Node, nodeAt, type Path } from "../config/tree.ts";
import { asNumber } from "../config/value-schemas.ts";
import type { Sections } from "./sections.ts";

/** Where the numbers stand that tensors are filled, normed and updated with. */
const PLACES: readonly (readonly [section: "model" | "init" | "train", path: Path])[] = [
  ["model", ["model", "batch_norm"]],
  ["model", ["model", "norm"]],
  ["model", ["model", "layers"]],
  ["init", ["init"]],
  ["train", ["train", "lr"]],
  ["train", ["train", "l2"]],
  ["train", ["train", "optimizer"]],
  ["train", ["train", "groups"]],
  ["train", ["train", "clip"]],
];

/** Returns what is to be said of numbers that are 0 or infinite in float32, and are not as they are written. */
export function beyondFloat32(sections: Pick<Sections, "model" | "init" | "train">): Problem[] {
  return PLACES.flatMap(([section, path]) => problemsAt(sections[section].tree, path));
}

function problemsAt(tree: MapNode, path: Path): Problem[] {
  const node = nodeAt(tree, path);
  return node === null ? [] : problemsIn(node, path.join("."));
}

function problemsIn(node: Node, key: string): Problem[] {
  if (node.kind === "list") {
    return node.items.flatMap((item, i) => problemsIn(item, `${key}[${i}]`));
  }
  if (node.kind === "map") {
    return [...node.entries].flatMap(([name, { value }]) => problemsIn(value, `${key}.${name}`));
  }
  const number = asNumber(node.value);
  if (typeof number !== "number" || !Number.isFinite(number) || number === 0) return [];
  const rounded = Math.fround(number);
  if (rounded !== 0 && Number.isFinite(rounded)) return [];
  const what = rounded === 0 ? "0" : "infinite";
  const range = rounded === 0 ? "from 1.4e-45" : "up to 3.4e38";
  const message = `${key}: ${number} is ${what} in float32, in which training computes; write a number ${range}`;
  return [{ ...node.at, message }];
}
