/**
 * What a config may say. A key whose value is a map of keys of its own is a section: sections merge,
 * everything else is one value and is replaced whole.
 */

import { ENGINES, USUAL_READING } from "@ablate/core";
import type { Seed } from "@ablate/store";
import { z } from "zod";
import type { CellConfig } from "./config.ts";
import { instead, otherwise } from "./describe-issue.ts";
import { type InitSettings, initSchema } from "./init-schema.ts";
import { type ModelSettings, modelSchema } from "./model-schema.ts";
import { recordSchema } from "./record-schema.ts";
import { ORDERS, type Order, type Sample, sampleSchema } from "./sample-schema.ts";
import { thresholdsSchema } from "./thresholds-schema.ts";
import { type TrainSettings, trainSchema } from "./train-schema.ts";
import { about, integer, seed } from "./value-schemas.ts";

/** The settings of one run, each there: `resolve.ts` leaves out what has its usual value. */
export type CellSettings = Omit<CellConfig, "model" | "init" | "train"> & {
  readonly model: ModelSettings;
  readonly init: InitSettings;
  readonly train: TrainSettings;
};

/** What a file says before it is expanded; what is about the grid is read on its own. */
export type FileConfig = CellSettings & {
  readonly name?: string | undefined;
  readonly description: string;
  readonly seeds: readonly Seed[];
  readonly sample: Sample;
  readonly order: Order;
};

const LONGEST_GRID_NAME = 60;

const ONE_CHARACTER = 'expected one character that can be seen, in quotes, such as "$"';

const endToken = z
  .string({ error: otherwise(ONE_CHARACTER) })
  .refine((text) => [...text].length === 1 && !/[\s\p{C}]/u.test(text), {
    error: instead(ONE_CHARACTER),
  });

const path = z.string().min(1);

const data = z.strictObject({
  file: about(
    // Required, yet `data` has a default.
    z.preprocess((value) => value, path).meta({ otherwise: "required" }),
    "file of names, one per line; the path is relative to the config. `builtin:names` has the names that come with ablate",
    "../data/names.txt",
  ),
  validation: about(
    path.optional().meta({ otherwise: "" }),
    "file of names for validation, instead of a tenth of `data.file`",
    "valid.txt",
  ),
  test: about(
    path.optional().meta({ otherwise: "" }),
    "file of names for the test, instead of a tenth of `data.file`",
    "test.txt",
  ),
  separator: about(
    z.enum(["line", "whitespace"]).optional().meta({ otherwise: "`line`" }),
    "separator of names in these files: the end of the line, or any white space",
    "whitespace",
  ),
  end: about(
    endToken.optional().meta({ title: "one character", otherwise: `\`"${USUAL_READING.end}"\`` }),
    "token that marks the end of a name, a character that no name contains",
    "$",
  ),
  context: about(integer(1, 64).default(3), "number of characters that the network sees", 8),
  shuffle_seed: about(
    integer(0, Number.MAX_SAFE_INTEGER).default(42),
    "seed of the shuffle before the 80/10/10 split",
    1,
  ),
});

const seeds = z
  .array(seed)
  .min(1)
  .superRefine((values, context) => {
    const seen = new Set<Seed>();
    for (const [i, value] of values.entries()) {
      const message = `seed ${value} is given twice`;
      if (seen.has(value)) context.addIssue({ code: "custom", path: [i], message });
      seen.add(value);
    }
  });

const name = z
  .string()
  .max(LONGEST_GRID_NAME)
  .regex(/^[A-Za-z0-9._=-]+$/, "may have letters, digits, . _ = and - only");

/** A key about the grid, which is read on its own. */
function ofGrid(kind: z.ZodType, title: string): z.ZodOptional<z.ZodType> {
  return kind.optional().meta({ title, otherwise: "" });
}

const map = z.record(z.string(), z.unknown());
const list = z.array(z.unknown());

const file = z.strictObject({
  name: about(
    name.optional().meta({ otherwise: "the file's name" }),
    "name of the grid: at most 60 letters, digits, `.`, `_`, `=` and `-`",
    "my-grid",
  ),
  description: about(
    z.string().default(""),
    "one sentence about the grid",
    "Does batch norm help?",
  ),
  data: data.prefault({ file: undefined }),
  model: modelSchema.prefault({}),
  init: initSchema.prefault({}),
  train: trainSchema.prefault({}),
  record: recordSchema.prefault({}),
  thresholds: thresholdsSchema.prefault({}),
  engine: about(z.enum(ENGINES).default("simd"), "what trains", "simd"),
  seeds: about(
    seeds.default([42]),
    "one run per seed, also as `1..5,9`; as in PyTorch only the low 32 bits count",
    [1, 2, 3],
  ),
  sample: about(
    sampleSchema
      .prefault("all")
      .meta({ title: "whole number, `all`, or a map of `runs` and `seed`", otherwise: "`all`" }),
    "size of a random subset of the grid to plan; its `seed` is 42",
    { runs: 40, seed: 1 },
  ),
  order: about(
    z.enum(ORDERS).default("config"),
    "order of training: that of the config, or a random one",
    "random",
  ),
  extends: about(
    z.string().min(1).optional().meta({ otherwise: "" }),
    "config to start from, a path relative to this one",
    "init-schemes.yaml",
  ),
  variants: about(
    ofGrid(map, "map of name to changes"),
    "named changes, each with an optional `description`",
    { v5: {}, small: { "model.hidden": [20] } },
  ),
  zip: about(
    ofGrid(list, "list of maps"),
    "rows of values that belong together, all with the same keys",
    [{ "train.lr": 0.1, "train.steps": 100 }],
  ),
  grid: about(ofGrid(map, "map of key to values"), "keys with lists of values: their product", {
    "train.lr": [0.1, 0.01],
  }),
  when: about(
    ofGrid(map, "map of key to conditions"),
    "keys of the grid that vary only in some runs",
    { "init.hidden.gamma": { "model.batch_norm": "hidden" } },
  ),
  exclude: about(
    ofGrid(list, "list of maps"),
    "runs to leave out: those with all the values of one entry",
    [{ "train.lr": 0.1, "model.batch_norm": "none" }],
  ),
  include: about(
    ofGrid(list, "list of maps"),
    "runs to add: each entry is applied on top of the config without its grid",
    [{ "train.lr": 0.5 }],
  ),
});

export const fileSchema: z.ZodType<FileConfig> = file;

type SectionSchemas = {
  readonly [Name in keyof CellSettings]-?: z.ZodType<NonNullable<CellSettings[Name]>>;
};

const { data: ofData, model, init, train, record, thresholds, engine } = file.shape;

/** The groups of keys that decide or accompany one run. */
export const SECTION_SCHEMAS: SectionSchemas = {
  data: ofData,
  model,
  init,
  train,
  record,
  thresholds,
  engine,
};

export const SECTION_NAMES: readonly string[] = Object.keys(SECTION_SCHEMAS);

/** The name of a value that keys may lead into, as in `train.optimizer.weight_decay`. */
export const NAME = "name";

/**
 * Whether the value of a dotted key is replaced whole by a name or by a map that has one, and changed by other maps and by
 * keys that lead into it.
 */
export function isNamed(key: string): boolean {
  return key === "train.optimizer";
}

/** Stands for `init.hidden1`, `init.hidden2` and so on, which have the same keys. */
const FIRST_LAYER = "init.hidden1";

/** The schema of every key that holds a value, by its dotted name: `train.lr`. */
export const KEY_SCHEMAS: ReadonlyMap<string, z.ZodType> = new Map(keysOf(file, ""));

/** Every key that holds a value, dotted. */
export const CONFIG_KEYS: readonly string[] = [...KEY_SCHEMAS.keys()];

const SECTIONS: ReadonlySet<string> = new Set(
  CONFIG_KEYS.flatMap((key) => key.split(".").map((_, i, all) => all.slice(0, i).join("."))),
);

/** Whether a dotted key (`""` is the whole config) holds keys of its own and merges. */
export function isSection(key: string): boolean {
  return SECTIONS.has(ofFirstLayer(key));
}

/** Whether a dotted key holds a value. */
export function isKey(key: string): boolean {
  return KEY_SCHEMAS.has(ofFirstLayer(key));
}

/** Returns the key of the first layer for one of any single layer. */
function ofFirstLayer(key: string): string {
  return key.replace(/^init\.hidden\d+(?=\.|$)/, FIRST_LAYER);
}

function keysOf(schema: z.core.$ZodType, key: string): [string, z.ZodType][] {
  if (schema instanceof z.ZodPrefault) {
    const inner = keysOf(schema.unwrap(), key);
    if (inner.length !== 1 || inner[0]?.[0] !== key) return inner;
  }
  // A section that is completed or checked as a whole.
  if (schema instanceof z.ZodPipe && schema.def.in instanceof z.ZodObject) {
    return keysOf(schema.def.in, key);
  }
  if (schema instanceof z.ZodOptional && ofFirstLayer(key) === FIRST_LAYER) {
    return key === FIRST_LAYER ? keysOf(schema.unwrap(), key) : [];
  }
  if (schema instanceof z.ZodObject) {
    return Object.entries(schema.shape).flatMap(([name, member]) =>
      keysOf(member, key === "" ? name : `${key}.${name}`),
    );
  }
  return schema instanceof z.ZodType ? [[key, schema]] : [];
}
