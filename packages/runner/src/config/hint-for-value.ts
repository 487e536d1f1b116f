/** Says what to write instead of a value or a key that is a likely slip, or comes from another program. */
import { whyCommon } from "./grid.ts";
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
  if (LISTS.has(key)) {
    const isWhole = path.length === key.split(".").length && node.kind === "scalar";
    if (isWhole && key === "train.groups") return '; write [{ match: "*.bias", lr: 0.01 }]';
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

/** A value of another key is written alone, in braces. */
function hintForText(text: string): string {
  const [, braced, dotted] = /\$(?:\{([a-z][\w.]*)|([a-z]\w*\.[\w.]*\w))/.exec(text) ?? [];
  const name = braced ?? dotted;
  if (name === undefined) return "";
  return /^\$\{[^{}]*\}$/.test(text)
    ? "; only keys of a run take values from others"
    : `; a value of another key stands alone: "\${${name}}"`;
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
  const slip = [...node.entries.keys()].find((key) => key.includes("="));
  return slip === undefined ? "" : `; write "${slip.replace("=", ": ")}" for "${slip}"`;
}

/** Names of other programs, and what is meant by them here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  learning_rate: ', did you mean "train.lr"?',
  batch: ', did you mean "train.batch_size"?',
  bs: ', did you mean "train.batch_size"?',
  epochs:
    "; training is counted in updates: train.steps (train.batches: epochs takes each example once an epoch)",
  max_steps: ', did you mean "train.steps"?',
  weight_decay: ', did you mean "train.optimizer.weight_decay"?',
  optimiser: ', did you mean "train.optimizer"?',
  momentum: "; it is a setting of train.optimizer, that of batch norm one of model.batch_norm",
  betas: ', did you mean "train.optimizer.betas"?',
  scheduler: "; train.lr takes a map such as { warmup: 500, then: cosine }",
  warmup: "; train.lr takes a map such as { warmup: 500, then: cosine }",
  grad_clip: "; write train.clip: { norm: 1 }",
  max_norm: "; write train.clip: { norm: 1 }",
  layer_norm: "; write model.norm: layer",
  rms_norm: "; write model.norm: rms",
  layernorm: "; write model.norm: layer",
  device: "; training is on the CPU",
  gpu: "; training is on the CPU",
};

/** Returns what a key of another program is here, or null. */
export function otherName(key: string): string | null {
  if (key.includes("=")) return `, write "${key.replace("=", ": ")}"`;
  return Object.hasOwn(ELSEWHERE, key) ? (ELSEWHERE[key] ?? null) : null;
}
