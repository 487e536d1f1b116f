/** Makes configs of cells out of layers of values; each group of keys is merged and validated once. */
import type { z } from "zod";
import { canonicalJson } from "../config/canonical-json.ts";
import type { CellConfig } from "../config/config.ts";
import type { Problem } from "../config/config-error.ts";
import { merge } from "../config/merge.ts";
import { SECTION_SCHEMAS } from "../config/schema.ts";
import { type MapNode, mapNode } from "../config/tree.ts";
import { validateSection } from "../config/validate.ts";

/** Maps of values, each on top of those before it; the first has the place of the config. */
export type Layers = readonly [MapNode, ...MapNode[]];

/** A group of keys as the schema has it (null where it is wrong) and as it was written. */
export type Section<T> = { readonly value: T | null; readonly tree: MapNode };

export type Sections = {
  readonly [Name in keyof CellConfig]-?: Section<NonNullable<CellConfig[Name]>>;
};

/**
 * Reads configs that share most of their values: a grid of thousands of runs has few different
 * models. Problems are reported when a group of keys is first read.
 */
export class SectionReader {
  readonly #groups: {
    readonly [Name in keyof CellConfig]-?: Group<NonNullable<CellConfig[Name]>>;
  };

  constructor(problems: Problem[]) {
    const numbers = new Map<MapNode, number>();
    const numberOf = (layer: MapNode): number => {
      const number = numbers.get(layer) ?? numbers.size;
      numbers.set(layer, number);
      return number;
    };
    const shared = { numberOf, problems };
    this.#groups = {
      data: new Group("data", SECTION_SCHEMAS.data, shared),
      model: new Group("model", SECTION_SCHEMAS.model, shared),
      init: new Group("init", SECTION_SCHEMAS.init, shared),
      train: new Group("train", SECTION_SCHEMAS.train, shared),
      record: new Group("record", SECTION_SCHEMAS.record, shared),
      thresholds: new Group("thresholds", SECTION_SCHEMAS.thresholds, shared),
      engine: new Group("engine", SECTION_SCHEMAS.engine, shared),
    };
  }

  read(layers: Layers): Sections {
    const { data, model, init, train, record, thresholds, engine } = this.#groups;
    return {
      data: data.read(layers),
      model: model.read(layers),
      init: init.read(layers),
      train: train.read(layers),
      record: record.read(layers),
      thresholds: thresholds.read(layers),
      engine: engine.read(layers),
    };
  }

  /** Returns the value of a dotted key as canonical JSON; null where its group is wrong or has no such key. */
  textAt(key: string, layers: Layers): string | null {
    const [name = ""] = key.split(".");
    const group = Object.entries(this.#groups).find(([one]) => one === name)?.[1];
    return group?.textAt(key, layers) ?? null;
  }
}

type Shared = {
  readonly numberOf: (layer: MapNode) => number;
  readonly problems: Problem[];
};

class Group<T> {
  readonly #name: string;
  readonly #schema: z.ZodType<T>;
  readonly #shared: Shared;
  readonly #sections = new Map<string, Section<T>>();
  readonly #texts = new Map<Section<T>, Map<string, string | null>>();

  constructor(name: string, schema: z.ZodType<T>, shared: Shared) {
    this.#name = name;
    this.#schema = schema;
    this.#shared = shared;
  }

  read(layers: Layers): Section<T> {
    const name = this.#name;
    const touching = layers.filter(({ entries }) => entries.has(name));
    const id = touching.map(this.#shared.numberOf).join(" ");
    const known = this.#sections.get(id);
    if (known !== undefined) return known;
    const tree = touching.reduce(
      (below, layer) => merge(below, onlyKey(layer, name)),
      mapNode(layers[0].at),
    );
    const value = validateSection(this.#schema, name, { tree, problems: this.#shared.problems });
    const section = { value, tree };
    this.#sections.set(id, section);
    return section;
  }

  textAt(key: string, layers: Layers): string | null {
    const section = this.read(layers);
    const texts = this.#texts.get(section) ?? new Map<string, string | null>();
    this.#texts.set(section, texts);
    let text = texts.get(key);
    if (text === undefined) {
      const value = section.value === null ? undefined : valueAt(section.value, key);
      text = value === undefined ? null : canonicalJson(value);
      texts.set(key, text);
    }
    return text;
  }
}

function onlyKey(layer: MapNode, name: string): MapNode {
  const entry = layer.entries.get(name);
  return mapNode(layer.at, entry === undefined ? [] : [[name, entry]]);
}

/** Follows a key below its first segment. */
function valueAt(value: unknown, key: string): unknown {
  const [, ...segments] = key.split(".");
  return segments.reduce<unknown>((inner, segment) => {
    if (typeof inner !== "object" || inner === null) return undefined;
    return Object.entries(inner).find(([name]) => name === segment)?.[1];
  }, value);
}
