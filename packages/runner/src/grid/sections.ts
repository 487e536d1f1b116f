/** Makes configs of cells out of layers of values; each group of keys is merged and validated once. */
import type { z } from "zod";
import { canonicalJson } from "../config/canonical-json.ts";
import type { Problem } from "../config/config-error.ts";
import { merge } from "../config/merge.ts";
import { type CellSettings, SECTION_SCHEMAS } from "../config/schema.ts";
import { type MapNode, mapNode } from "../config/tree.ts";
import { validateSection } from "../config/validate.ts";

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

  constructor(problems: Problem[]) {
    const numbers = new Map<MapNode, number>();
    const numberOf = (layer: MapNode): number => {
      const number = numbers.get(layer) ?? numbers.size;
      numbers.set(layer, number);
      return number;
    };
    const group = <T>(name: string, schema: z.ZodType<T>): ((layers: Layers) => Section<T>) => {
      const sections = new Map<string, Section<T>>();
      return (layers) => {
        const touching = layers.filter(({ entries }) => entries.has(name));
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

/** Merges what the layers say of one group of keys, and validates it. */
function readSection<T>(
  name: string,
  schema: z.ZodType<T>,
  { layers, problems }: Reading,
): Section<T> {
  const tree = layers.reduce((below, layer) => {
    const entry = layer.entries.get(name);
    return entry === undefined ? below : merge(below, mapNode(layer.at, [[name, entry]]));
  }, mapNode(layers[0].at));
  const value = validateSection(schema, name, { tree, problems });
  return { value, tree, texts: new Map() };
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
