/** Values of a config as people read and compare them. */

/** Defaults of schemes and of batch norm, which are left out of a setting's text. */
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
  readonly value: unknown;
  /** For people; different values may have the same text. */
  readonly text: string;
  /** A text that is the same for equal values only. */
  readonly id: string;
};

/**
 * A config value on one line: a scheme as `kaiming(gain: 1.667)`, a batch norm as
 * `hidden(epsilon: 0, ...)`, defaults of schemes left out.
 */
export function setting(value: unknown): string {
  if (typeof value === "number") return String(Number(value.toPrecision(4)));
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return `[${value.map(setting).join(", ")}]`;
  if (!isMap(value)) return JSON.stringify(value) ?? "";
  if (Object.keys(value).join() === "0") return setting(value[0]); // a learning rate that never changes
  const { scheme, where, ...rest } = value;
  const kind = scheme ?? where;
  const inner = Object.entries(rest)
    .filter(([key, one]) => kind === undefined || one !== UNSAID[key])
    .map(([key, one]) => `${key}: ${setting(one)}`)
    .join(", ");
  if (typeof kind !== "string") return `{${inner}}`;
  return inner === "" ? kind : `${kind}(${inner})`;
}

/** Writes a value in few characters: `kaiming 1.67`, `hidden`; not all of it is always said. */
export function briefSetting(value: unknown): string {
  if (typeof value === "number") return String(Number(value.toPrecision(3)));
  if (Array.isArray(value)) return value.map(briefSetting).join(" ");
  if (!isMap(value)) return setting(value);
  const { scheme, where, ...rest } = value;
  if (typeof where === "string") return where;
  if (typeof scheme !== "string") {
    return Object.entries(rest)
      .map(([key, one]) => (key === "0" ? "" : `${key}:`) + briefSetting(one))
      .join(" ");
  }
  const said = Object.entries(rest).filter(([key, one]) => one !== UNSAID[key]);
  return [scheme, ...said.map(([, one]) => briefSetting(one))].join(" ");
}

/** Returns every setting of a config. */
export function flatSettings(config: unknown, prefix = ""): Setting[] {
  if (!isMap(config)) return [];
  return Object.entries(config).flatMap(([name, value]): Setting[] => {
    const key = prefix === "" ? name : `${prefix}.${name}`;
    const isOne = !isMap(value) || "scheme" in value || "where" in value || prefix === "train";
    if (!isOne) return flatSettings(value, key);
    return [{ key, value, text: setting(value), id: sortedJson(value) }];
  });
}

/** JSON with the members of every map in one order. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    isMap(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : Number(a > b))))
      : one,
  );
}

/** Says whether a value of a config has keys of its own. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
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
