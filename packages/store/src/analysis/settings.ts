/** Values of a config as people read and compare them, and as programs do. */
import { shortNumber } from "@ablate/text";
import { isMap } from "../reading/stored-json.ts";
import { shortText } from "./short-settings.ts";

/** What runs have of keys that are left out of a config while they are as they were before there was such a key. */
const USUAL: Readonly<Record<string, unknown>> = {
  "model.norm": "none",
  "model.residual": "none",
  "model.dropout": 0,
  "model.tie": false,
  "init.skip": 0,
  "train.optimizer": "sgd",
  "train.groups": [],
  "train.clip": "none",
  "train.batches": "sample",
  "train.label_smoothing": 0,
};

/** Keys that say of a model in layers nothing: its list does. */
const OF_SHORT_MODELS: ReadonlySet<string> = new Set([
  "model.norm",
  "model.residual",
  "model.dropout",
]);

/**
 * Returns the setting of a key that a config leaves out; undefined where it has none.
 *
 * @param hasLayers - whether its model is a list of layers
 */
export function usualSetting(key: string, hasLayers: boolean): Setting | undefined {
  if (hasLayers && OF_SHORT_MODELS.has(key)) return undefined;
  return Object.hasOwn(USUAL, key) ? settingOfKey(key, USUAL[key]) : undefined;
}

/** Returns what a run has of a key that is left out, by its dotted path or the last segment of it. */
export function usualValue(name: string, hasLayers: boolean): unknown {
  const key = Object.keys(USUAL).find((one) => one === name || one.endsWith(`.${name}`));
  return key === undefined ? undefined : usualSetting(key, hasLayers)?.value;
}

/** Defaults of schemes and of norms, which are left out of a setting's text. */
const UNSAID: Readonly<Record<string, unknown>> = {
  scale: 1,
  std: 1,
  gain: 1,
  mode: "fan_in",
  distribution: "normal",
};

/** A config's value under its dotted key; schemes, batch norm and `train`'s maps are one each. */
export type Setting = {
  readonly key: string;
  /** As it was written: a learning rate that never changes is a number. */
  readonly value: unknown;
  /** For people, by itself; beside others of its key, `settingTexts` tells them apart. */
  readonly text: string;
  /** A text that is the same for equal values only. */
  readonly id: string;
  /** Whether it is a curve that ends with the run, so that nobody needs to say when. */
  readonly endsWithRun: boolean;
};

/**
 * Writes a config value on one line: a scheme as `kaiming(gain: 1.667)`, a batch norm as
 * `hidden(epsilon: 0, ...)`, defaults of schemes left out. Whole numbers are whole, others have so many digits.
 */
export function setting(value: unknown, digits = 4): string {
  if (typeof value === "number") return shortNumber(value, digits);
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return `[${value.map((one) => setting(one, digits)).join(", ")}]`;
  const written = asWritten(value);
  if (!isMap(written))
    return typeof written === "number" ? setting(written, digits) : json(written);
  const { kind, rest } = byKind(written);
  const inner = Object.entries(rest)
    .filter(([key, one]) => kind === undefined || one !== UNSAID[key])
    .map(([key, one]) => `${key}: ${setting(one, digits)}`)
    .join(", ");
  if (typeof kind !== "string") return `{${inner}}`;
  return inner === "" ? kind : `${kind}(${inner})`;
}

/** Tells what a map is: a scheme, an optimiser, a norm or where one is. */
function byKind(value: Readonly<Record<string, unknown>>): {
  readonly kind: unknown;
  readonly rest: Readonly<Record<string, unknown>>;
} {
  const key = KIND_KEYS.find((one) => one in value);
  if (key === undefined) return { kind: undefined, rest: value };
  const { [key]: kind, ...rest } = value;
  return { kind, rest };
}

/** Keys whose values say what a map is. */
export const KIND_KEYS: readonly string[] = ["scheme", "name", "kind", "where"];

/** Returns a learning rate that never changes as the number that it is, any other value as it is. */
function asWritten(value: unknown): unknown {
  return isMap(value) && Object.keys(value).join() === "0" ? value[0] : value;
}

function json(value: unknown): string {
  return JSON.stringify(value) ?? "";
}

/** Writes a value in few characters: `kaiming 1.67`, `hidden`, `100×8`; not all of it is always said. */
export function briefSetting(value: unknown, digits = 3): string {
  if (typeof value === "number") return shortNumber(value, digits);
  if (Array.isArray(value)) return briefList(value.map((one) => briefSetting(one, digits)));
  if (!isMap(value)) return setting(value);
  const { kind, rest } = byKind(value);
  const isNamed = typeof kind === "string" && !("scheme" in value);
  if (isNamed) return kind;
  if (typeof kind !== "string") {
    return Object.entries(rest)
      .map(([key, one]) => (key === "0" ? "" : `${key}:`) + briefSetting(one, digits))
      .join(" ");
  }
  const said = Object.entries(rest).filter(([key, one]) => one !== UNSAID[key]);
  return [kind, ...said.map(([, one]) => briefSetting(one, digits))].join(" ");
}

/** From so many equal members of a list on, their number is shorter to read. */
const LEAST_REPEATED = 3;

function briefList(texts: readonly string[]): string {
  const repeated: { readonly text: string; times: number }[] = [];
  for (const text of texts) {
    const last = repeated.at(-1);
    if (last?.text === text) last.times += 1;
    else repeated.push({ text, times: 1 });
  }
  const written = repeated.flatMap(({ text, times }) =>
    times < LEAST_REPEATED ? Array.from({ length: times }, () => text) : [`${text}×${times}`],
  );
  return written.join(" ");
}

/** Returns a setting for machines: a number or a text as it is, maps, lists and the like as JSON. */
export function exactSetting({ value }: Pick<Setting, "value">): string | number {
  return typeof value === "string" || typeof value === "number" ? value : json(value);
}

/** Writes a value with all it says in the letters of a run's name: `500`, `20_30`, `kaiming_gain_3`. */
export function nameText(value: unknown): string {
  if (Array.isArray(value)) return value.map(nameText).join("_");
  if (!isMap(value)) {
    return String(value ?? "none")
      .replace("+", "")
      .replace(/[^A-Za-z0-9._=-]+/g, "_");
  }
  if (Object.keys(value).join() === "0") return nameText(value[0]);
  const { kind, rest } = byKind(value);
  const inner = Object.entries(rest)
    .filter(([key, one]) => kind === undefined || one !== UNSAID[key])
    .map(([key, one]) => `${key}_${nameText(one)}`);
  return [...(kind === undefined ? [] : [nameText(kind)]), ...inner].join("_");
}

/**
 * Returns every setting of a config.
 *
 * @param source - the format of the log that the run is recorded from: what maps are for is not known there
 */
export function flatSettings(config: unknown, source: string | null = null): Setting[] {
  return source === null ? settingsBelow(config, "", stepsOf(config)) : allBelow(config, "");
}

/** Takes every map apart, as other programs have them. */
function allBelow(config: unknown, prefix: string): Setting[] {
  if (!isMap(config)) return [];
  return Object.entries(config).flatMap(([name, value]): Setting[] => {
    const key = prefix === "" ? name : `${prefix}.${name}`;
    const isOne = !isMap(value) || Object.keys(value).length === 0;
    return isOne ? [settingOfKey(key, value)] : allBelow(value, key);
  });
}

/** Returns the steps that a config trains. */
function stepsOf(config: unknown): unknown {
  return isMap(config) && isMap(config.train) ? config.train.steps : undefined;
}

function settingsBelow(config: unknown, prefix: string, steps: unknown): Setting[] {
  if (!isMap(config)) return [];
  return Object.entries(config).flatMap(([name, value]): Setting[] => {
    const key = prefix === "" ? name : `${prefix}.${name}`;
    const isOne = !isMap(value) || "scheme" in value || "where" in value || prefix === "train";
    return isOne ? [settingOfKey(key, value, steps)] : settingsBelow(value, key, steps);
  });
}

/**
 * Makes the setting of a key and its value.
 *
 * @param steps - that its run trains, where that is known
 */
export function settingOfKey(key: string, value: unknown, steps?: unknown): Setting {
  if (typeof value === "object") return newSetting(key, value, steps);
  const said = `${key} ${typeof value} ${Object.is(value, -0) ? "-0" : String(value)}`;
  const known = singles.get(said);
  if (known !== undefined) return known;
  const made = newSetting(key, value, steps);
  if (singles.size >= KEPT_SINGLES) singles.clear();
  singles.set(said, made);
  return made;
}

/** Settings that are single values: thousands of runs of a grid share most of them. */
const singles = new Map<string, Setting>();
const KEPT_SINGLES = 50_000;

function newSetting(key: string, value: unknown, steps: unknown): Setting {
  const written = asWritten(value);
  const endsWithRun = isMap(written) && "then" in written && written.steps === steps;
  const style = { digits: TEXT_DIGITS, saysEnd: !endsWithRun };
  const text = shortText(key, written, style) ?? setting(written, TEXT_DIGITS);
  return { key, value: written, text, id: sortedJson(written), endsWithRun };
}

/** Digits of a setting that stands by itself. */
const TEXT_DIGITS = 4;

/** Writes JSON with the members of every map in one order; faster than with a replacer, which stores of many runs notice. */
function sortedJson(value: unknown): string {
  return JSON.stringify(sorted(value));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isMap(value)) return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : Number(a > b)));
  return Object.fromEntries(members.map(([name, one]) => [name, sorted(one)]));
}

/** Returns as few of a dotted key's last segments as tell it from the other keys: `lr` for `train.lr`. */
export function shortKey(key: string, keys: readonly string[]): string {
  const segments = key.split(".");
  for (let count = 1; count < segments.length; count++) {
    const short = segments.slice(-count).join(".");
    if (keys.filter((other) => `.${other}`.endsWith(`.${short}`)).length === 1) return short;
  }
  return key;
}
