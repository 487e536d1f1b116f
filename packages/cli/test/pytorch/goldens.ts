/** What PyTorch makes of some configs of which every part that is ever drawn is in one: goldens.json. */
import { readFileSync } from "node:fs";
import type { Series } from "./in-pytorch.ts";
import { drawConfig } from "./random-config.ts";
import type { YamlMap } from "./random-model.ts";

export type Golden = {
  /** What `drawConfig` drew, as a variant of one grid: without a name, data of its own, and a seed. */
  readonly seed: number;
  readonly config: YamlMap;
  readonly parameters: readonly string[];
  /** Of every step. */
  readonly loss: Series;
  readonly gradient_norm: Series;
  /** By step, in the order of `parameters`: log10 of the update:data ratios; null: rounding decides. */
  readonly ratios: Readonly<Record<string, Series>>;
  /** After the last step, by name; null: rounding decides. */
  readonly tensors: Readonly<Record<string, GoldenTensor | null>>;
  readonly state: Readonly<Record<string, GoldenTensor | null>>;
  readonly evaluations: readonly (readonly [string, string, number | null])[];
};

/** The size of its largest value, and some of its values. */
export type GoldenTensor = {
  readonly largest: number;
  readonly first: Series;
  readonly last: Series;
};

export const GOLDENS: URL = new URL("goldens.json", import.meta.url);

/** Values of a tensor that are kept from either end. */
export const KEPT_VALUES = 2;
/** Steps whose ratios are kept. */
export const KEPT_STEPS: readonly number[] = [0, 1, 9, 49, 99];

/** Names that all goldens are about: the first of the project's. */
const COUNT = 150;
/** As in a grid, all runs have one seed. */
const SEED = 2147483647;

export function projectNames(): string[] {
  const file = new URL("../../../../data/names.txt", import.meta.url);
  return readFileSync(file, "utf8").trim().split("\n");
}

export function goldenNames(): string[] {
  return projectNames().slice(0, COUNT);
}

/** The config of a seed as a variant. */
export function variantOf(seed: number): YamlMap {
  const {
    name: _,
    data,
    record: __,
    seeds: ___,
    ...rest
  } = drawConfig(seed, projectNames()).config;
  const { file: ____, ...own } = typeof data === "object" && "file" in data ? data : {};
  return { data: own, ...rest };
}

/** One grid with these variants. */
export function gridOf(variants: Readonly<Record<string, YamlMap>>): YamlMap {
  return {
    name: "goldens",
    data: { file: "names.txt" },
    record: { evaluate: "end", samples: 0, probes: "none" },
    variants,
    seeds: [SEED],
  };
}
