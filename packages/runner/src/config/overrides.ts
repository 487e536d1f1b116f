/** The command line's overrides as trees. */

import type { Overrides } from "./config.ts";
import { ConfigError, type Position, type Problem } from "./config-error.ts";
import type { GridFactor } from "./grid.ts";
import { GRID_KEYS } from "./grid.ts";
import { hasMaker, valuesOf } from "./makers.ts";
import { mapOf, merge } from "./merge.ts";
import { readYamlValue } from "./read-yaml.ts";
import { madeSeeds } from "./seed-list.ts";
import { type List, type MapNode, mapNode, type Node } from "./tree.ts";

export type OverrideTrees = {
  /** Single values; they win over everything in the file. */
  readonly values: MapNode;
  /** The overrides by key. */
  readonly keys: ReadonlySet<string>;
  /** Keys with several values. */
  readonly factors: readonly GridFactor[];
};

type Setting = { readonly at: Position; readonly value: Node };

export function readOverrides(overrides: Overrides, problems: Problem[]): OverrideTrees {
  const values = new Map<string, Setting>();
  const factors = new Map<string, GridFactor>();
  for (const text of overrides.set ?? []) {
    const at = optionAt(`--set ${text}`);
    try {
      const { key, items: written } = readSetting(text, at);
      values.delete(key);
      factors.delete(key);
      const items = itemsOf(key, { kind: "list", at, items: written }, problems);
      const [value, ...others] = items;
      if (key === "seeds" && value !== undefined && (others.length > 0 || value.kind !== "list")) {
        values.set(key, { at, value: { kind: "list", at, items } });
      } else if (others.length > 0) factors.set(key, { key, keyAt: at, items });
      else if (value !== undefined) values.set(key, { at, value });
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
    }
  }
  for (const [key, setting] of settingsOf(overrides)) values.set(key, setting);
  for (const key of values.keys()) factors.delete(key);
  const trees = [...values].map(([key, { at, value }]) => mapOf(key, value, at));
  return {
    values: trees.reduce((all, tree) => merge(all, tree), mapNode(optionAt("--set"))),
    keys: new Set(values.keys()),
    factors: [...factors.values()],
  };
}

function itemsOf(key: string, list: List, problems: Problem[]): readonly Node[] {
  if (key === "seeds") {
    const made = madeSeeds(list, problems);
    return made?.kind === "list" ? made.items : [];
  }
  return hasMaker(list) ? valuesOf(list, key, problems) : list.items;
}

function optionAt(source: string): Position {
  return { source, line: null, col: null };
}

/** Returns what options of their own give, by key. */
function settingsOf({ steps, seeds, engine }: Overrides): (readonly [string, Setting])[] {
  const given = [
    { key: "train.steps", option: "--steps", value: steps },
    { key: "seeds", option: "--seeds", value: seeds },
    { key: "engine", option: "--engine", value: engine },
  ];
  return given.flatMap(({ key, option, value }) => {
    if (value === undefined) return [];
    const at = optionAt(`${option} ${value}`);
    const scalar = (one: string | number): Node => ({ kind: "scalar", at, value: one });
    const isOne = typeof value === "string" || typeof value === "number";
    const node: Node = isOne ? scalar(value) : { kind: "list", at, items: value.map(scalar) };
    return [[key, { at, value: node }]];
  });
}

function readSetting(text: string, at: Position): { readonly key: string; readonly items: Node[] } {
  const equals = text.indexOf("=");
  const key = text.slice(0, equals).trim();
  if (equals < 0 || key === "") throw new ConfigError([{ ...at, message: "expected key=value" }]);
  if (GRID_KEYS.includes(key.split(".")[0] ?? "")) {
    const message = `${key}: cannot be set here; give keys of a run, several values by commas`;
    throw new ConfigError([{ ...at, message }]);
  }
  const parts = splitValues(text.slice(equals + 1));
  if (parts.some((part) => part.trim() === "")) {
    throw new ConfigError([{ ...at, message: `${key}: a value is empty` }]);
  }
  return { key, items: parts.map((part) => readYamlValue(part, at)) };
}

/** Parts between the commas that are outside brackets, braces and quotes. */
function splitValues(text: string): string[] {
  const parts = [""];
  let depth = 0;
  let quote: string | null = null;
  for (const char of text) {
    if (quote !== null) quote = char === quote ? null : quote;
    else if (char === '"' || char === "'") quote = char;
    else if (char === "[" || char === "{") depth += 1;
    else if (char === "]" || char === "}") depth -= 1;
    if (char === "," && depth === 0 && quote === null) parts.push("");
    else parts[parts.length - 1] += char;
  }
  return parts;
}
