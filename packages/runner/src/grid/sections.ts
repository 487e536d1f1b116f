/** Makes configs of cells out of layers of values; each group of keys is merged and validated once. */
import { THRESHOLDS } from "@ablate/core";
import type { z } from "zod";
import { canonicalJson } from "../config/canonical-json.ts";
import type { Problem } from "../config/config-error.ts";
import { merge } from "../config/merge.ts";
import { referencesIn, withoutReferring, withoutTaken } from "../config/references.ts";
import { type CellSettings, SECTION_NAMES, SECTION_SCHEMAS } from "../config/schema.ts";
import { type MapNode, mapNode, type Node, toNode } from "../config/tree.ts";
import { validateSection } from "../config/validate.ts";
import { type Run, Taker } from "./take-values.ts";

/** Maps of values, each on top of those before it; the first has the place of the config. */
export type Layers = readonly [MapNode, ...MapNode[]];

/** A group of keys as the schema has it (null where it is wrong) and as it was written. */
export type Section<T> = {
  readonly value: T | null;
  readonly tree: MapNode;
  /** Canonical JSON of the values that were asked for, by dotted key. */
  readonly texts: Map<string, string | null>;
};

export type Sections = {
  readonly [Name in keyof CellSettings]-?: Section<NonNullable<CellSettings[Name]>>;
};

type GroupReaders = { readonly [Name in keyof Sections]: (layers: Layers) => Sections[Name] };

/**
 * Reads configs that share most of their values: a grid of thousands of runs has few different
 * models. Problems are reported when a group of keys is first read.
 */
export class SectionReader {
  readonly #groups: GroupReaders;
  readonly #referring = new Map<MapNode, boolean>();

  constructor(problems: Problem[]) {
    const numbers = new Map<MapNode, number>();
    const numberOf = (layer: MapNode): number => {
      const number = numbers.get(layer) ?? numbers.size;
      numbers.set(layer, number);
      return number;
    };
    const known = new Map<string, readonly string[]>();
    const takenBy = (layers: Layers) => (name: string) => {
      const touching = layers.filter(({ entries }) => entries.has(name));
      const id = `${name} ${touching.map(numberOf).join(" ")}`;
      const groups = known.get(id) ?? groupsTakenBy(name, layers);
      known.set(id, groups);
      return groups;
    };
    const group = <T>(name: string, schema: z.ZodType<T>): ((layers: Layers) => Section<T>) => {
      const sections = new Map<string, Section<T>>();
      return (layers) => {
        const names = this.refers(layers) ? reachedFrom(name, takenBy(layers)) : [name];
        const touching = layers.filter(({ entries }) => names.some((one) => entries.has(one)));
        const id = touching.map(numberOf).join(" ");
        const section = sections.get(id) ?? readSection(name, schema, { layers, problems });
        sections.set(id, section);
        return section;
      };
    };
    const { data, model, init, train, record, thresholds, engine } = SECTION_SCHEMAS;
    this.#groups = {
      data: group("data", data),
      model: group("model", model),
      init: group("init", init),
      train: group("train", train),
      record: group("record", record),
      thresholds: group("thresholds", thresholds),
      engine: group("engine", engine),
    };
  }

  /** Whether a value of these layers is taken from another key. */
  refers(layers: Layers): boolean {
    return layers.some((layer) => {
      const refers =
        this.#referring.get(layer) ?? SECTION_NAMES.some((name) => hasTaken(layer, name));
      this.#referring.set(layer, refers);
      return refers;
    });
  }

  read(layers: Layers): Sections {
    const { data, model, init, train, record, thresholds, engine } = this.#groups;
    return {
      data: data(layers),
      model: model(layers),
      init: init(layers),
      train: train(layers),
      record: record(layers),
      thresholds: thresholds(layers),
      engine: engine(layers),
    };
  }

  /** Returns the value of a dotted key as canonical JSON; null where its group is wrong or has no such key. */
  textAt(key: string, layers: Layers): string | null {
    const [name = "", ...path] = key.split(".");
    const read = Object.entries(this.#groups).find(([one]) => one === name)?.[1];
    const section = read?.(layers);
    if (section === undefined) return null;
    let text = section.texts.get(key);
    if (text === undefined) {
      const value = valueAt(section.value, path) ?? valueAt(section.value, ofAllLayers(path));
      text = section.value === null || value === undefined ? null : canonicalJson(value);
      section.texts.set(key, text);
    }
    return text;
  }
}

type Reading = { readonly layers: Layers; readonly problems: Problem[] };

/** Merges what the layers say of one group of keys, takes from the others what it takes, and validates it. */
function readSection<T>(
  name: string,
  schema: z.ZodType<T>,
  { layers, problems }: Reading,
): Section<T> {
  const { tree, isWhole } = new Taker(runOf({ layers, problems }), problems).section(name);
  const value = validateSection(schema, name, { tree, problems });
  return { value: isWhole ? value : null, tree, texts: new Map() };
}

function mergedSection(name: string, layers: Layers): MapNode {
  return layers.reduce((below, layer) => {
    const entry = layer.entries.get(name);
    return entry === undefined ? below : merge(below, mapNode(layer.at, [[name, entry]]));
  }, mapNode(layers[0].at));
}

function hasTaken({ entries }: MapNode, name: string): boolean {
  const value = entries.get(name)?.value;
  return value !== undefined && referencesIn(value, name).length > 0;
}

/** Returns the groups of keys that values of this one are taken from. */
function groupsTakenBy(name: string, layers: Layers): readonly string[] {
  const value = mergedSection(name, layers).entries.get(name)?.value;
  const keys = value === undefined ? [] : referencesIn(value, name);
  return [...new Set(keys.map((key) => key.split(".")[0] ?? ""))];
}

/** Returns a group of keys and those that its values are taken from, and theirs. */
function reachedFrom(
  name: string,
  takenBy: (name: string) => readonly string[],
): readonly string[] {
  const reached = new Set([name]);
  for (const one of reached) for (const other of takenBy(one)) reached.add(other);
  return [...reached];
}

/** What a run has before its values are taken. */
function runOf({ layers, problems }: Reading): Run {
  const written = (name: string): MapNode => mergedSection(name, layers);
  return {
    written,
    usual: (key, at) => {
      const [name = "", ...path] = key.split(".");
      const value = usualValues(name, written(name), problems);
      if (value === null) return undefined;
      const own = valueAt(value, path) ?? valueAt(value, ofAllLayers(path));
      const found = own ?? (name === "thresholds" ? valueAt(THRESHOLDS, path) : undefined);
      return found === undefined ? null : toNode(found, at);
    },
  };
}

/**
 * Returns the values of a group of keys with its defaults, as far as they do not depend on what is taken from elsewhere;
 * null where the group is wrong.
 */
function usualValues(name: string, tree: MapNode, problems: Problem[]): unknown {
  const schema: z.ZodType | undefined = Object.entries(SECTION_SCHEMAS).find(
    ([one]) => one === name,
  )?.[1];
  const entry = tree.entries.get(name);
  const kept = entry === undefined ? null : withoutTaken(entry.value, name);
  const without = (value: Node | null): MapNode =>
    mapNode(tree.at, entry === undefined || value === null ? [] : [[name, { ...entry, value }]]);
  if (schema === undefined) return null;
  return (
    validateSection(schema, name, { tree: without(kept), problems: [] }) ??
    validateSection(schema, name, { tree: withoutReferring(tree), problems })
  );
}

/** A layer without a scheme of its own has that of all hidden layers. */
function ofAllLayers([layer = "", ...path]: readonly string[]): readonly string[] {
  return [layer.replace(/^hidden\d+$/, "hidden"), ...path];
}

/** Follows a path into a value; undefined where it leads nowhere. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, segment) => {
    if (typeof inner !== "object" || inner === null) return undefined;
    return Object.entries(inner).find(([name]) => name === segment)?.[1];
  }, value);
}
