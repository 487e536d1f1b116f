/** Reads back the resolved config that a store keeps of a run. */
import type { RunSpec } from "@ablate/core";
import { DamageError, isMap, storedMap } from "@ablate/store";
import { listed, literalPath, visible, withEscapes } from "@ablate/text";
import { Document, Scalar, visit } from "yaml";
import type { DataConfig, ResolvedConfig } from "../config/config.ts";
import { modelSchema } from "../config/model-schema.ts";
import { toRunSpec } from "../config/to-run-spec.ts";
import { trainSchema } from "../config/train-schema.ts";
import { seed } from "../config/value-schemas.ts";

/** Returns what core needs to build the run again. */
export function storedSpec(config: string): RunSpec {
  return toRunSpec(storedSettings(config));
}

/**
 * Returns a config file of this one run, as YAML that runs as it is and has the same identity. Without a separator its
 * names were those that white space separates.
 */
export function storedYaml(run: { readonly name: string; readonly config: string }): string {
  const { seed: own, data, ...settings } = storedSettings(run.config);
  const [grid = run.name] = run.name.split("/");
  const read = { ...withLiteralPaths(data), separator: data.separator ?? "whitespace" };
  return visibleYaml({ name: grid, data: read, ...settings, seeds: [own] });
}

function withLiteralPaths(data: DataConfig): DataConfig {
  const { file, validation, test } = data;
  return {
    ...data,
    file: literalPath(file),
    ...(validation === undefined ? {} : { validation: literalPath(validation) }),
    ...(test === undefined ? {} : { test: literalPath(test) }),
  };
}

/** Writes YAML that a terminal shows whole: what it would obey or hide stands in quotes, escaped. */
function visibleYaml(value: unknown): string {
  const document = new Document(value);
  visit(document, {
    Scalar: (_, scalar) => {
      const { value: text } = scalar;
      if (typeof text === "string" && visible(text) !== text) scalar.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return withEscapes(document.toString({ lineWidth: 100 }));
}

/**
 * Returns the resolved config of a run as the store keeps it.
 *
 * @throws DamageError - if it is none that `planRuns` made: a key is missing, or has a value that no config may have
 */
export function storedSettings(config: string): ResolvedConfig {
  const value = storedMap(config, "config");
  const missing = KEYS.filter((key) => !(key in value));
  if (missing.length > 0) throw new DamageError(`its config lacks ${listed(missing)}`);
  const [wrong] = wrongKeys(value);
  if (wrong !== undefined) {
    throw new DamageError(`its config has a ${wrong} that no config may have`);
  }
  if (isResolved(value)) return value;
  throw new DamageError("its config lacks a seed");
}

/** Says what is wrong with a stored config, as the end of a sentence; null where nothing is. */
export function configDamage(config: string): string | null {
  try {
    storedSettings(config);
    return null;
  } catch (error) {
    if (error instanceof DamageError) return error.message;
    throw error;
  }
}

const KEYS = ["data", "model", "init", "train", "record", "engine", "seed"];

function isResolved(value: Readonly<Record<string, unknown>>): value is ResolvedConfig {
  return seed.safeParse(value.seed).success;
}

/** Names the keys whose values would not have passed when they were planned; sizes are made of them. */
function wrongKeys({
  data,
  model,
  init,
  train,
  record,
}: Readonly<Record<string, unknown>>): string[] {
  const ofModel = modelSchema.safeParse(model).error?.issues ?? [];
  const ofTrain = trainSchema.safeParse(train).error?.issues ?? [];
  const named = (section: string, issues: readonly { readonly path: readonly PropertyKey[] }[]) =>
    issues.map(({ path }) => [section, ...path.slice(0, 1).map(String)].join("."));
  const context = isMap(data) ? data.context : undefined;
  const isContext = Number.isSafeInteger(context) && Number(context) > 0 && Number(context) <= MOST;
  return [
    ...named("model", ofModel),
    ...named("train", ofTrain),
    ...(isContext ? [] : ["data.context"]),
    ...(isMap(init) ? [] : ["init"]),
    ...(isMap(record) ? [] : ["record"]),
  ];
}

/** More characters than any context has. */
const MOST = 1e4;
