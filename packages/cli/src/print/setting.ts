/** A config value on one line: maps of a scheme by its name first, what multiplies by 1 left out. */
export function setting(value: unknown): string {
  if (typeof value === "number") return String(Number(value.toPrecision(6)));
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return `[${value.map(setting).join(", ")}]`;
  if (!isMap(value)) return JSON.stringify(value) ?? "";
  const { scheme, scale, ...rest } = value;
  const entries = Object.entries(scale === undefined || scale === 1 ? rest : { ...rest, scale });
  const inner = entries.map(([key, one]) => `${key}: ${setting(one)}`).join(", ");
  if (typeof scheme !== "string") return `{${inner}}`;
  return inner === "" ? scheme : `${scheme}(${inner})`;
}

/** Every setting of a config under its dotted key; what has a scheme is one setting. */
export function flatSettings(config: unknown, prefix = ""): [string, string][] {
  if (!isMap(config)) return [];
  return Object.entries(config).flatMap(([name, value]): [string, string][] => {
    const key = prefix === "" ? name : `${prefix}.${name}`;
    const isSection = isMap(value) && !("scheme" in value) && !key.startsWith("train.");
    return isSection ? flatSettings(value, key) : [[key, setting(value)]];
  });
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
