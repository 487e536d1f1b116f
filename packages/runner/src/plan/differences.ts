import { canonicalJson } from "../config/canonical-json.ts";
import type { ResolvedConfig } from "../config/config.ts";
import { isSection } from "../config/schema.ts";

/** A key of a config, its value, and the same as canonical JSON. */
type Flat = { readonly key: string; readonly value: unknown; readonly text: string };

/** For each config, the keys whose values are not the same in all of them, with its own values. */
export function differences(configs: readonly ResolvedConfig[]): Record<string, unknown>[] {
  const flatten = flattener();
  const flat = configs.map((config) =>
    Object.entries(config).flatMap(([key, value]) => flatten(value, key)),
  );
  const first = new Map((flat[0] ?? []).map(({ key, text }) => [key, text]));
  const differing = new Set(
    flat.flatMap((all) =>
      all.filter(({ key, text }) => first.get(key) !== text).map(({ key }) => key),
    ),
  );
  return flat.map((all) =>
    Object.fromEntries(
      all.filter(({ key }) => differing.has(key)).map(({ key, value }) => [key, value]),
    ),
  );
}

/** Runs of a grid share most of their groups of keys: each is flattened once. */
function flattener(): (value: unknown, key: string) => readonly Flat[] {
  const known = new WeakMap<object, readonly Flat[]>();
  return function flatten(value: unknown, key: string): readonly Flat[] {
    if (typeof value !== "object" || value === null || !isSection(key)) {
      return [{ key, value, text: canonicalJson(value) }];
    }
    const flat =
      known.get(value) ??
      Object.entries(value).flatMap(([name, inner]) => flatten(inner, `${key}.${name}`));
    known.set(value, flat);
    return flat;
  };
}
