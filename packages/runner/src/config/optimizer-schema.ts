/** `train.optimizer`: a schema of each optimiser, made of what core says of its settings. */
import { OPTIMIZERS, type OptimizerSetting, type OptimizerSpec } from "@ablate/core";
import { z } from "zod";
import { isRecord } from "./canonical-json.ts";
import { otherwise } from "./describe-issue.ts";
import { about, either, namedBy, nonNegative, share } from "./value-schemas.ts";

/** A name of core's as YAML and PyTorch spell it: `weight_decay` for `weightDecay`. */
type Snake<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${Snake<Rest>}`
  : Name;

type SnakeKeys<T> = T extends unknown
  ? { readonly [Key in keyof T as Key extends string ? Snake<Key> : never]: T[Key] }
  : never;

/** An optimiser with all its settings. */
export type OptimizerConfig = SnakeKeys<OptimizerSpec>;

const PAIR = "two numbers from 0, below 1";

function settingSchema({ about: meaning, example, ...setting }: OptimizerSetting): z.ZodType {
  switch (setting.kind) {
    case "number":
      return about(nonNegative().default(setting.usual), meaning, example);
    case "share":
      return about(share().default(setting.usual), meaning, example);
    case "flag":
      return about(z.boolean().default(setting.usual), meaning, example);
    case "shares": {
      const pair = z.tuple([share(), share()], { error: otherwise(`expected ${PAIR}`) });
      const [first, second] = setting.usual;
      return about(pair.default([first, second]).meta({ title: PAIR }), meaning, example);
    }
  }
}

/** The settings of each optimiser, for docs/config.md. */
export const OPTIMIZER_SETTINGS: ReadonlyMap<string, z.ZodObject> = new Map(
  Object.entries(OPTIMIZERS).map(([name, { settings }]) => {
    const own = Object.entries(settings).map(([key, one]) => [snake(key), settingSchema(one)]);
    return [name, z.strictObject({ name: nameSchema(name), ...Object.fromEntries(own) })];
  }),
);

/** SGD is what settings without a name are of. */
function nameSchema(name: string): z.ZodType {
  const literal = z.literal(name);
  return name === "sgd" ? literal.default(name) : literal;
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function camel(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

const unknown = z.strictObject(
  { name: z.enum([...OPTIMIZER_SETTINGS.keys()]) },
  { error: otherwise("expected an optimiser's name or a map") },
);

const optimizers = either<object>([...OPTIMIZER_SETTINGS.values()], (value) => {
  const name = isRecord(value) ? value.name : undefined;
  return OPTIMIZER_SETTINGS.get(typeof name === "string" ? name : "") ?? unknown;
}).transform((settings, context): OptimizerConfig => {
  if (!isOptimizer(settings)) return z.NEVER;
  const isAhead = settings.name === "sgd" && settings.nesterov;
  if (isAhead && (settings.momentum === 0 || settings.dampening > 0)) {
    const message = "needs a momentum above 0 and no dampening";
    context.addIssue({ code: "custom", path: ["nesterov"], message });
  }
  return settings;
});

/** Every setting of it was read by the schema of its name. */
function isOptimizer(settings: object): settings is OptimizerConfig {
  return "name" in settings;
}

function isSpec(settings: object): settings is OptimizerSpec {
  return "name" in settings;
}

export const optimizer: z.ZodType<OptimizerConfig> = z
  .preprocess((value) => named(namedBy("name")(value)), optimizers)
  .meta({ forms: [z.enum([...OPTIMIZER_SETTINGS.keys()]), ...OPTIMIZER_SETTINGS.values()] });

/** Settings without a name are those of SGD. */
function named(value: unknown): unknown {
  const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
  return isMap && !("name" in value) ? { name: "sgd", ...value } : value;
}

/** Plain SGD, which no config needs to name. */
export const PLAIN: OptimizerConfig = optimizer.parse("sgd");

/** Returns an optimiser in core's words. */
export function optimizerSpec(config: OptimizerConfig): OptimizerSpec {
  const settings = Object.fromEntries(
    Object.entries(config).map(([name, value]) => [camel(name), value]),
  );
  if (isSpec(settings)) return settings;
  throw new TypeError("an optimiser without a name");
}
