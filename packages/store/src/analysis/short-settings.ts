/** Curves, optimisers, norms, clipping, groups and lists of layers in few words: what is usual is not said. */
import { count, shortNumber } from "@ablate/text";
import { isMap } from "../reading/stored-json.ts";

type Members = Readonly<Record<string, unknown>>;

/** How much is said. */
export type ShortStyle = {
  readonly digits: number;
  /** Whether a curve says at which step it ends, as it does unless that is the run's last. */
  readonly saysEnd: boolean;
  /** Characters of a list of layers, which is cut to them. */
  readonly most?: number;
};

/** PyTorch's settings of optimisers, and Lion's of its paper. */
const USUAL_OPTIMIZER: Readonly<Record<string, Members>> = {
  sgd: { momentum: 0, dampening: 0, weight_decay: 0, nesterov: false },
  adam: { betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0 },
  adamw: { betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0.01 },
  rmsprop: { alpha: 0.99, eps: 1e-8, weight_decay: 0, momentum: 0, centered: false },
  adagrad: { lr_decay: 0, weight_decay: 0, initial_accumulator_value: 0, eps: 1e-10 },
  lion: { betas: [0.9, 0.99], weight_decay: 0 },
};

const USUAL_NORM: Members = { where: "hidden", epsilon: 1e-5, momentum: 0.1, running: "variance" };

/** Returns the short text of the value of a key; undefined where it is of no such kind. */
export function shortText(key: string, value: unknown, style: ShortStyle): string | undefined {
  if (Array.isArray(value)) return listText(key, value, style);
  if (!isMap(value)) return undefined;
  if ("then" in value) return curveText(value, style);
  if (key === "train.optimizer") return optimizerText(value, style);
  if (key === "model.norm") return normText(value, style);
  if (key === "train.clip") return membersText(value, style);
  if (key === "train.stop") return stopText(value, style);
  return undefined;
}

function listText(key: string, value: readonly unknown[], style: ShortStyle): string | undefined {
  if (key === "model.layers") return cutList(layerTexts(value, style), style.most);
  if (key !== "train.groups") return undefined;
  if (value.length === 0) return "none";
  return value.map((one) => groupText(one, style)).join(", ");
}

/** Writes a schedule: `0.1 (warmup 100, cosine to 0)`. */
function curveText(curve: Members, { digits, saysEnd }: ShortStyle): string {
  const { rate, warmup = 0, from = 0, then, steps, to } = curve;
  const start = from === 0 ? "" : ` from ${number(from, digits)}`;
  const end = saysEnd && typeof steps === "number" ? ` at ${count(steps)}` : "";
  const parts = [
    ...(warmup === 0 ? [] : [`warmup ${number(warmup, digits)}${start}`]),
    ...(then === "constant" ? [] : [`${then} to ${number(to, digits)}${end}`]),
  ];
  return `${number(rate, digits)} (${parts.join(", ")})`;
}

/** Writes what ends a run before its last step, and how often that is asked: `patience 300, every 100`. */
function stopText({ every, ...criteria }: Members, style: ShortStyle): string {
  const said = Object.entries(criteria).filter(([, one]) => one !== "none");
  return said.length === 0 ? "none" : membersText({ ...Object.fromEntries(said), every }, style);
}

function optimizerText({ name, ...settings }: Members, style: ShortStyle): string {
  const usual = USUAL_OPTIMIZER[String(name)] ?? {};
  return withBrackets(String(name), unusual(settings, usual), style);
}

/** Writes a norm: `layer`, `layer, all`, `layer (epsilon 0.001)`. */
function normText({ kind, ...settings }: Members, style: ShortStyle): string {
  const { where, ...rest } = unusual(settings, USUAL_NORM);
  return withBrackets(where === undefined ? String(kind) : `${kind}, ${where}`, rest, style);
}

/** Writes a group: `*.bias (lr 0.01)`. */
function groupText(group: unknown, style: ShortStyle): string {
  if (!isMap(group)) return String(group);
  const { match, ...settings } = group;
  return withBrackets(String(match), settings, style);
}

/** Writes layers as YAML spells them, and what is repeated once: `(linear 100, tanh)×3, linear output`. */
function layerTexts(layers: readonly unknown[], style: ShortStyle): readonly string[] {
  return repeated(layers.map((layer) => layerText(layer, style)));
}

/** Leaves of a list what fits: `linear 100, tanh, ...`. */
function cutList(texts: readonly string[], most = Number.POSITIVE_INFINITY): string {
  const whole = texts.join(", ");
  if (whole.length <= most) return whole;
  const kept = texts.filter((_, i) => texts.slice(0, i + 1).join(", ").length <= most - 5);
  return [...(kept.length === 0 ? texts.slice(0, 1) : kept), "..."].join(", ");
}

function layerText(layer: unknown, style: ShortStyle): string {
  if (!isMap(layer)) return String(layer);
  const [first, ...rest] = Object.entries(layer);
  const [name, value] = first ?? ["", ""];
  const own = Array.isArray(value)
    ? `[${layerTexts(value, style).join(", ")}]`
    : number(value, style.digits);
  return withBrackets(`${name} ${own}`, Object.fromEntries(rest), style);
}

/** Puts parts that are repeated together, the longest such part first. */
function repeated(texts: readonly string[]): readonly string[] {
  const written: string[] = [];
  for (let at = 0; at < texts.length; ) {
    const { length, times } = repetition(texts, at);
    const part = texts.slice(at, at + length).join(", ");
    written.push(times === 1 ? part : `${length === 1 ? part : `(${part})`}×${times}`);
    at += length * times;
  }
  return written;
}

/** Finds the part that begins here and covers most by being repeated; a single one where none is. */
function repetition(texts: readonly string[], at: number) {
  let found = { length: 1, times: 1 };
  for (let length = 1; at + 2 * length <= texts.length; length++) {
    let times = 1;
    while (isRepeated(texts, at, { length, times })) times++;
    if (times > 1 && length * times > found.length * found.times) found = { length, times };
  }
  return found;
}

function isRepeated(
  texts: readonly string[],
  at: number,
  { length, times }: Readonly<Record<"length" | "times", number>>,
): boolean {
  const next = at + length * times;
  if (next + length > texts.length) return false;
  return texts.slice(at, at + length).every((text, i) => texts[next + i] === text);
}

/** Leaves what is not as usual. */
function unusual(settings: Members, usual: Members): Members {
  return Object.fromEntries(
    Object.entries(settings).filter(
      ([key, value]) => JSON.stringify(value) !== JSON.stringify(usual[key]),
    ),
  );
}

function withBrackets(text: string, settings: Members, style: ShortStyle): string {
  const inner = membersText(settings, style);
  return inner === "" ? text : `${text} (${inner})`;
}

/** Writes members: `momentum 0.9, nesterov`. */
function membersText(settings: Members, style: ShortStyle): string {
  const texts = Object.entries(settings).map(([key, value]) => {
    if (value === true) return key;
    return `${key} ${isMap(value) ? ratesText(value, style) : number(value, style.digits)}`;
  });
  return texts.join(", ");
}

/** Writes rates of a group: a curve, or rates by their first step. */
function ratesText(rates: Members, style: ShortStyle): string {
  if ("then" in rates) return curveText(rates, style);
  const texts = Object.entries(rates).map(([step, rate]) => {
    const text = number(rate, style.digits);
    return step === "0" ? text : `${step}:${text}`;
  });
  return texts.join(" ");
}

function number(value: unknown, digits: number): string {
  if (Array.isArray(value)) return value.map((one) => number(one, digits)).join(" ");
  if (typeof value === "number") return shortNumber(value, digits);
  return isMap(value) ? JSON.stringify(value) : String(value);
}
