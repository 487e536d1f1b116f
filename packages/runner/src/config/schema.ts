/**
 * What a config may say. A key whose value is a map of keys of its own is a section: sections merge,
 * everything else is one value and is replaced whole.
 */
import { ENGINES } from "@ablate/core";
import { z } from "zod";
import type { CellConfig } from "./config.ts";
import { initSchema } from "./init-schema.ts";
import { modelSchema } from "./model-schema.ts";
import { recordSchema } from "./record-schema.ts";
import { thresholdsSchema } from "./thresholds-schema.ts";
import { trainSchema } from "./train-schema.ts";
import { integer, seed } from "./value-schemas.ts";

/** What a file says before it is expanded; what is about the grid is read on its own. */
export type FileConfig = CellConfig & {
  readonly name?: string | undefined;
  readonly description: string;
  readonly seeds: readonly number[];
};

const LONGEST_GRID_NAME = 60;

const data = z.strictObject({
  // Required, yet `data` has a default.
  file: z
    .preprocess((value) => value, z.string().min(1))
    .meta({
      description: "the names, a path relative to the config that says it",
      examples: ["../data/names.txt"],
      otherwise: "required",
    }),
  context: integer({ min: 1, max: 64 })
    .default(3)
    .meta({ description: "characters that the network sees", examples: [8] }),
  shuffle_seed: seed()
    .default(42)
    .meta({ description: "of the shuffle before the 80/10/10 split", examples: [1] }),
});

const seeds = z
  .array(seed())
  .min(1)
  .superRefine((values, context) => {
    const seen = new Set<number>();
    for (const [i, value] of values.entries()) {
      if (seen.has(value)) {
        context.addIssue({ code: "custom", path: [i], message: `seed ${value} is given twice` });
      }
      seen.add(value);
    }
  });

const name = z
  .string()
  .max(LONGEST_GRID_NAME)
  .regex(/^[A-Za-z0-9._=-]+$/, "may have letters, digits, . _ = and - only");

const file = z.strictObject({
  name: name.optional().meta({
    description: "of the grid: letters, digits, `.`, `_`, `=`, `-`, at most 60",
    examples: ["my-grid"],
    otherwise: "the file's name",
  }),
  description: z
    .string()
    .default("")
    .meta({ description: "one sentence", examples: ["Does batch norm help?"] }),
  data: data.prefault({ file: undefined }),
  model: modelSchema.prefault({}),
  init: initSchema.prefault({}),
  train: trainSchema.prefault({}),
  record: recordSchema.prefault({}),
  thresholds: thresholdsSchema.prefault({}),
  engine: z.enum(ENGINES).default("simd"),
  seeds: seeds.default([42]).meta({
    description: "one run each; as in PyTorch the low 32 bits count",
    examples: [[1, 2, 3]],
  }),
  extends: z
    .string()
    .min(1)
    .optional()
    .meta({
      description: "a config to start from, a path relative to this one",
      examples: ["init-schemes.yaml"],
      otherwise: "",
    }),
  variants: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({
      title: "map of name to changes",
      description: "named changes, each with an optional `description`",
      examples: [{ v5: {}, small: { "model.hidden": [20] } }],
      otherwise: "",
    }),
  zip: z
    .array(z.unknown())
    .optional()
    .meta({
      title: "list of maps",
      description: "rows of values that go together, all of the same keys",
      examples: [[{ "train.lr": 0.1, "train.steps": 100 }]],
      otherwise: "",
    }),
  grid: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({
      title: "map of key to values",
      description: "keys with lists of values: their product",
      examples: [{ "train.lr": [0.1, 0.01] }],
      otherwise: "",
    }),
  when: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({
      title: "map of key to conditions",
      description: "keys of the grid that vary only in some runs",
      examples: [{ "init.hidden.gamma": { "model.batch_norm": "hidden" } }],
      otherwise: "",
    }),
  exclude: z
    .array(z.unknown())
    .optional()
    .meta({
      title: "list of maps",
      description: "runs to leave out: those that have all values of one entry",
      examples: [[{ "train.lr": 0.1, "model.batch_norm": "none" }]],
      otherwise: "",
    }),
  include: z
    .array(z.unknown())
    .optional()
    .meta({
      title: "list of maps",
      description: "runs to add: each entry on top of the config without its grid",
      examples: [[{ "train.lr": 0.5 }]],
      otherwise: "",
    }),
});

// Beside the key, so that a new engine is one word in one line.
file.shape.engine.register(z.globalRegistry, {
  description: "what trains",
  examples: ["simd"],
});

export const fileSchema: z.ZodType<FileConfig> = file;

/** The groups of keys that decide or accompany one run. */
export const SECTION_SCHEMAS: SectionSchemas = {
  data: file.shape.data,
  model: file.shape.model,
  init: file.shape.init,
  train: file.shape.train,
  record: file.shape.record,
  thresholds: file.shape.thresholds,
  engine: file.shape.engine,
};

export const SECTION_NAMES: readonly string[] = Object.keys(SECTION_SCHEMAS);

type SectionSchemas = {
  readonly [Name in keyof CellConfig]-?: z.ZodType<NonNullable<CellConfig[Name]>>;
};

/** The schema of every key that holds a value, by its dotted name: `train.lr`. */
export const KEY_SCHEMAS: ReadonlyMap<string, z.ZodType> = new Map(keysOf(file, ""));

/** Every key that holds a value, dotted. */
export const CONFIG_KEYS: readonly string[] = [...KEY_SCHEMAS.keys()];

const SECTIONS: ReadonlySet<string> = new Set(
  CONFIG_KEYS.flatMap((key) => key.split(".").map((_, i, all) => all.slice(0, i).join("."))),
);

/** Whether a dotted key (`""` is the whole config) holds keys of its own and merges. */
export function isSection(key: string): boolean {
  return SECTIONS.has(key);
}

function keysOf(schema: z.core.$ZodType, key: string): [string, z.ZodType][] {
  if (schema instanceof z.ZodPrefault) {
    const inner = keysOf(schema.unwrap(), key);
    if (inner.length !== 1 || inner[0]?.[0] !== key) return inner;
  }
  if (schema instanceof z.ZodObject) {
    return Object.entries(schema.shape).flatMap(([name, member]) =>
      keysOf(member, key === "" ? name : `${key}.${name}`),
    );
  }
  return schema instanceof z.ZodType ? [[key, schema]] : [];
}
