/** What `--set` takes, for shells that complete it: keys of a config or of all configs, and names of values. */
import type { Environment } from "@ablate/text";
import { isRecord } from "../config/canonical-json.ts";
import { GRID_KEYS, leavesOf } from "../config/grid.ts";
import { readFiles } from "../config/read-files.ts";
import { KEY_SCHEMAS } from "../config/schema.ts";
import { flowText, mapNode } from "../config/tree.ts";
import { type JsonSchema, valueSchema } from "./json-schema.ts";

/** A key, with its values in the config or what it means. */
export type SettingKey = { readonly key: string; readonly text: string };

/** Returns every key that `--set` takes, except those of layers after the first. */
export function settingKeys(): readonly SettingKey[] {
  return [...KEY_SCHEMAS]
    .filter(([key]) => !GRID_KEYS.includes(key))
    .map(([key, schema]) => ({ key, text: schema.meta()?.description ?? "" }));
}

/**
 * Returns the keys that a config, or one that it extends, gives a value, each once.
 *
 * @throws ConfigError - if it cannot be read
 */
export function givenKeys(path: string, environment: Environment): readonly SettingKey[] {
  const given = mapNode({ source: path, line: null, col: null });
  const around = { given, sources: new Map<string, string>(), environment };
  const { base, variants, zip, factors, include } = readFiles(path, around, []);
  const trees = [base, ...variants.map(({ tree }) => tree)];
  const leaves = [
    ...trees.flatMap((tree) => leavesOf(tree)),
    ...[...(zip ?? []), ...(include ?? [])].flatMap((row) => row.leaves),
    ...factors.flatMap(({ key, items }) => items.map((value) => ({ key, value }))),
  ];
  return [...Map.groupBy(leaves, ({ key }) => key)].map(([key, same]) => {
    const texts = new Set(same.map(({ value }) => flowText(value)));
    return { key, text: [...texts].join(", ") };
  });
}

/** Returns the names among the values that a key may have: `tanh`, `relu`, `true`. */
export function settingNames(key: string): readonly string[] {
  const schema = KEY_SCHEMAS.get(key.replace(/^init\.hidden\d+(?=\.)/, "init.hidden1"));
  return schema === undefined ? [] : [...new Set(namesOf(valueSchema(schema)))];
}

function namesOf({ enum: names, const: only, type, anyOf, oneOf }: JsonSchema): string[] {
  if (Array.isArray(names)) return names.map(String);
  if (only !== undefined) return [String(only)];
  if (type === "boolean") return ["true", "false"];
  const options: unknown = anyOf ?? oneOf;
  return Array.isArray(options) ? options.filter(isRecord).flatMap(namesOf) : [];
}
