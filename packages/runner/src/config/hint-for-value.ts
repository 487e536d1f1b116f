/** Says what to write instead of a value or a key that is a likely slip, or comes from another program. */
import { whyCommon } from "./grid.ts";
import { SCHEME_OF } from "./init-schema.ts";
import { CONFIG_KEYS } from "./schema.ts";
import { flowText, type Node, type Path } from "./tree.ts";

type Given = {
  /** Where the value is wrong. */
  readonly path: Path;
  /** What was written there, or the nearest that was. */
  readonly node: Node;
  readonly value: unknown;
  readonly isMissing: boolean;
};

/** Returns `; write ...` where it is clear what is meant, or nothing. */
export function hintForValue({ path, node, value, isMissing }: Given): string {
  const key = path.filter((step) => typeof step === "string").join(".");
  if (isMissing) return hintForMissing(node);
  if (node.kind === "list" && MAPS.has(key)) return hintForMap(key, node.items);
  if (LISTS.has(key)) {
    const isWhole = path.length === key.split(".").length && node.kind === "scalar";
    if (isWhole && key === "train.groups") return '; write [{ match: "*.bias", lr: 0.01 }]';
    if (isWhole && key === "model.layers" && typeof value === "number") {
      return "; write model.hidden: [100, 100] for two layers";
    }
    if (isWhole && key === "seeds") return hintForSeeds(node, value);
    return isWhole ? `; write [${listText(node)}]` : "";
  }
  if (Array.isArray(value) && CONFIG_KEYS.includes(key) && whyCommon(key) === null) {
    const list = flowText(node);
    return node.at.line === null
      ? `; values to compare stand without brackets: ${key}=${list.slice(1, -1).replaceAll(" ", "")}`
      : `; values to compare stand under grid: { ${key}: ${list} }`;
  }
  if (key === "model.batch_norm" && typeof value === "boolean") {
    return `; write ${value ? "hidden" : "none"}`;
  }
  if (key === "data" && typeof value === "string") return `; write { file: ${value} }`;
  return typeof value === "string" ? hintForText(value) : "";
}

/** One number may be a seed, or how many are wanted. */
function hintForSeeds(node: Node, value: unknown): string {
  const own = `; write [${listText(node)}]`;
  const isCount = typeof value === "number" && value > 1 && value <= 100;
  return isCount ? `${own}, or 1..${value} for ${value} seeds` : own;
}

/** A value of another key is written alone, in braces. */
function hintForText(text: string): string {
  const [, braced, dotted] = /\$(?:\{([a-z][\w.]*)|([a-z]\w*\.[\w.]*\w))/.exec(text) ?? [];
  const name = braced ?? dotted;
  if (name === undefined) return "";
  return /^\$\{[^{}]*\}$/.test(text)
    ? "; only keys of a run take values from others"
    : `; a value of another key stands alone: "\${${name}}"`;
}

const MAPS: ReadonlySet<string> = new Set(["variants", "grid"]);

/** Says how a map is written that was given as a list. */
function hintForMap(key: string, items: readonly Node[]): string {
  if (key === "grid") return "; write { train.lr: [0.1, 0.01] }";
  const names = items.filter(({ kind }) => kind === "scalar").map(flowText);
  return names.length === 0 || names.length < items.length
    ? ""
    : `; write { ${names.map((name) => `${name}: {}`).join(", ")} }`;
}

const LISTS: ReadonlySet<string> = new Set([
  "seeds",
  "model.hidden",
  "model.layers",
  "train.groups",
  "record.probes.decades",
]);

/** Returns what a list should hold: of an option all that stands after its `=`, which commas have split. */
function listText(node: Node): string {
  const { source, line } = node.at;
  const equals = source.indexOf("=");
  return line === null && equals > 0 ? source.slice(equals + 1) : flowText(node);
}

function hintForMissing(node: Node): string {
  if (node.kind !== "map") return "";
  const keys = [...node.entries.keys()];
  const slip = keys.find((key) => key.includes("="));
  const [first] = node.entries;
  const scheme = first === undefined ? undefined : SCHEME_OF[first[0]];
  if (first !== undefined && scheme !== undefined && !keys.includes("scheme")) {
    return `; it is one value: { scheme: ${scheme}, ${first[0]}: ${flowText(first[1].value)} }`;
  }
  return slip === undefined ? "" : `; write "${slip.replace("=", ": ")}" for "${slip}"`;
}
