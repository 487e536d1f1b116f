/** Reads back the resolved config that a store keeps of a run. */
import type { RunSpec } from "@ablate/core";
import { visible, withEscapes } from "@ablate/text";
import { Document, Scalar, visit } from "yaml";
import type { ResolvedConfig } from "../config/config.ts";
import { toRunSpec } from "../config/to-run-spec.ts";

/** Returns what core needs to build the run again. */
export function storedSpec(config: string): RunSpec {
  return toRunSpec(storedSettings(config));
}

/**
 * Returns a config file of this one run, as YAML that runs as it is and has the same identity. Without a separator its
 * names were those that white space separates.
 */
export function storedYaml(run: { readonly name: string; readonly config: string }): string {
  const { seed, data, ...settings } = storedSettings(run.config);
  const [grid = run.name] = run.name.split("/");
  const read = { ...data, separator: data.separator ?? "whitespace" };
  return visibleYaml({ name: grid, data: read, ...settings, seeds: [seed] });
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

/** Returns the resolved config of a run as the store keeps it. */
export function storedSettings(config: string): ResolvedConfig {
  const value: unknown = JSON.parse(config);
  if (!isResolved(value)) throw new TypeError("a stored config lacks some of its keys");
  return value;
}

/** Checks only that the store gave back what `planRuns` made. */
function isResolved(value: unknown): value is ResolvedConfig {
  const keys = ["data", "model", "init", "train", "record", "engine", "seed"];
  return typeof value === "object" && value !== null && keys.every((key) => key in value);
}
