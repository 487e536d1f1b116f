/**
 * What a config may say. A key whose value is a map of keys of its own is a section: sections merge,
 * everything else is one value and is replaced whole.
 */
import { ENGINES } from "@ablate/core";
import { z } from "zod";
import type {
  BatchNormConfig,
  CellConfig,
  ModelConfig,
  ProbesConfig,
  TrainConfig,
} from "./config.ts";
import { otherwise } from "./describe-issue.ts";
import { initSchema } from "./init-schema.ts";
import { finite, integer, nonNegative, positive, seed } from "./numeric.ts";

/** What a file says before it is expanded; `variants` and `grid` are read on their own. */
export type FileConfig = CellConfig & {
  readonly name?: string | undefined;
  readonly description: string;
  readonly seeds: readonly number[];
};

const LONGEST_GRID_NAME = 60;
const MAX_STEPS = 1e9;

const batchNorm = z
  .preprocess(
    (value) => (typeof value === "string" ? { where: value } : value),
    z.strictObject(
      {
        where: z.enum(["none", "hidden", "all"]).default("hidden"),
        epsilon: nonNegative().default(1e-5),
        momentum: positive({ max: 1 }).default(0.1),
        running: z.enum(["std", "variance"]).default("variance"),
      },
      { error: otherwise("expected none, hidden, all or a map") },
    ),
  )
  .transform(({ where, ...rest }): BatchNormConfig | "none" =>
    where === "none" ? "none" : { where, ...rest },
  );

const data = z.strictObject({
  file: z.preprocess((value) => value, z.string().min(1)), // required, yet `data` has a default
  context: integer({ min: 1, max: 64 }).default(3),
  shuffle_seed: seed().default(42),
});

const model = z.strictObject({
  embedding: integer({ min: 1, max: 65_536 }).default(10),
  hidden: z
    .array(integer({ min: 1, max: 65_536 }))
    .min(1)
    .max(64)
    .default([200]),
  activation: z.enum(["tanh", "relu", "none"]).default("tanh"),
  bias: z.boolean().default(true),
  batch_norm: batchNorm.prefault("none"),
});

const learningRate = z.preprocess(
  (value) => (isNumber(value) ? { 0: value } : value),
  z
    .record(
      z.string().regex(/^(0|[1-9]\d{0,9})$/, "expected a step, a whole number from 0"),
      positive(),
      { error: otherwise("expected a rate or a map of step to rate") },
    )
    .refine((rates) => Object.hasOwn(rates, "0"), { error: "has no rate for step 0" }),
);

const EVERY_PARAMETER = "*";
const l2 = z
  .preprocess(
    (value) => (isNumber(value) ? { [EVERY_PARAMETER]: value } : value),
    z.record(z.string(), nonNegative(), {
      error: otherwise("expected a number or a map by parameter name"),
    }),
  )
  .transform((lambdas): TrainConfig["l2"] => {
    const used = Object.entries(lambdas).filter(([, lambda]) => lambda !== 0);
    return lambdas[EVERY_PARAMETER] ?? (used.length === 0 ? 0 : Object.fromEntries(used));
  });

const train = z.strictObject({
  steps: integer({ min: 1, max: MAX_STEPS }).default(200_000),
  batch_size: integer({ min: 1, max: 1_048_576 }).default(32),
  lr: learningRate.prefault(0.1),
  l2: l2.prefault(0),
});

const probes = z
  .preprocess(
    (value) => (typeof value === "string" ? { take: value } : value),
    z.strictObject(
      {
        take: z.enum(["none", "scheduled"]).default("scheduled"),
        decades: z.array(integer({ min: 1, max: 9 })).default([1, 2, 5]),
        every: integer({ min: 0, max: MAX_STEPS }).default(10_000),
        saturated: positive({ max: 1 }).default(0.99),
      },
      { error: otherwise("expected none, scheduled or a map") },
    ),
  )
  .transform(({ take, ...rest }): ProbesConfig | "none" => (take === "none" ? "none" : rest));

const record = z.strictObject({
  evaluate: z.enum(["end", "none"]).default("end"),
  samples: integer({ min: 0, max: 10_000 }).default(20),
  probes: probes.prefault("scheduled"),
});

const seeds = z
  .array(seed())
  .min(1)
  .superRefine((values, context) => {
    for (const [i, value] of values.entries()) {
      if (values.indexOf(value) < i) {
        context.addIssue({ code: "custom", path: [i], message: `seed ${value} is given twice` });
      }
    }
  });

const name = z
  .string()
  .max(LONGEST_GRID_NAME)
  .regex(/^[A-Za-z0-9._=-]+$/, "may have letters, digits, . _ = and - only");

const file = z.strictObject({
  name: name.optional(),
  description: z.string().default(""),
  data: data.prefault({ file: undefined }),
  model: model.prefault({}),
  init: initSchema.prefault({}),
  train: train.prefault({}),
  record: record.prefault({}),
  engine: z.enum(ENGINES).default("simd"),
  seeds: seeds.default([42]),
  variants: z.record(z.string(), z.unknown()).optional(),
  grid: z.record(z.string(), z.unknown()).optional(),
});

export const fileSchema: z.ZodType<FileConfig> = file;

export const modelSchema: z.ZodType<ModelConfig> = model;

/** Every key that holds a value, dotted: `train.lr`. */
export const CONFIG_KEYS: readonly string[] = keysOf(file, "");

const SECTIONS: ReadonlySet<string> = new Set(
  CONFIG_KEYS.flatMap((key) => key.split(".").map((_, i, all) => all.slice(0, i).join("."))),
);

/** Whether a dotted key (`""` is the whole config) holds keys of its own and merges. */
export function isSection(key: string): boolean {
  return SECTIONS.has(key);
}

function keysOf(schema: unknown, key: string): string[] {
  if (schema instanceof z.ZodPrefault) return keysOf(schema.unwrap(), key);
  if (!(schema instanceof z.ZodObject)) return [key];
  return Object.entries(schema.shape).flatMap(([name, member]) =>
    keysOf(member, key === "" ? name : `${key}.${name}`),
  );
}

function isNumber(value: unknown): boolean {
  return finite().safeParse(value).success;
}
