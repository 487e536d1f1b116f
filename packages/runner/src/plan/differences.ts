import type { ResolvedConfig } from "../spec/config.ts";
import { isSection } from "../spec/schema.ts";
import { canonicalJson } from "./identity.ts";

/** For each config, the keys whose values are not the same in all of them, with its own values. */
export function differences(configs: readonly ResolvedConfig[]): Record<string, unknown>[] {
  const flat = configs.map((config) => flatten(config, ""));
  const texts = new Map<string, Set<string>>();
  for (const values of flat) {
    for (const [key, value] of values) {
      const seen = texts.get(key) ?? new Set();
      texts.set(key, seen.add(canonicalJson(value)));
    }
  }
  return flat.map((values) =>
    Object.fromEntries(values.filter(([key]) => (texts.get(key)?.size ?? 0) > 1)),
  );
}

function flatten(config: object, prefix: string): [string, unknown][] {
  return Object.entries(config).flatMap(([name, value]: [string, unknown]) => {
    const key = prefix === "" ? name : `${prefix}.${name}`;
    const isMap = typeof value === "object" && value !== null && isSection(key);
    return isMap ? flatten(value, key) : [[key, value] as [string, unknown]];
  });
}
