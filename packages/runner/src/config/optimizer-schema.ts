/** `train.optimizer`: each optimiser with PyTorch's arguments and defaults, its usual rate, and what core calls it. */
import type { OptimizerSpec } from "@ablate/core";
import { z } from "zod";
import { otherwise } from "./describe-issue.ts";
import { about, namedBy, nonNegative, share, shorthand } from "./value-schemas.ts";

/** A name of core's as YAML and PyTorch spell it: `weight_decay` for `weightDecay`. */
type Snake<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${Snake<Rest>}`
  : Name;

type SnakeKeys<T> = T extends unknown
  ? { readonly [Key in keyof T as Key extends string ? Snake<Key> : never]: T[Key] }
  : never;

/** An optimiser with all its settings. */
export type OptimizerConfig = SnakeKeys<OptimizerSpec>;

const eps = (usual: number) => about(nonNegative().default(usual), "added to the divisor", 1e-6);

const weightDecay = (usual = 0) =>
  about(
    nonNegative().default(usual),
    "share of itself that a parameter loses, times the rate",
    0.1,
  );

const intoGradient = () =>
  about(nonNegative().default(0), "times the parameter, added to its gradient", 1e-4);

const betas = (first: number, second: number) =>
  about(
    z
      .tuple([share(), share()], { error: otherwise("expected two numbers from 0, below 1") })
      .default([first, second])
      .meta({ title: "two numbers from 0, below 1" }),
    "how much of the averages of gradients and of their squares is kept",
    [0.9, 0.95],
  );

const momentum = () => about(nonNegative().default(0), "how much of the last update is kept", 0.9);

const sgd = z
  .strictObject({
    name: z.literal("sgd").default("sgd"),
    momentum: momentum(),
    dampening: about(nonNegative().default(0), "share of the gradient that is left out of it", 0.1),
    weight_decay: intoGradient(),
    nesterov: about(z.boolean().default(false), "whether momentum looks ahead", true),
  })
  .refine(({ nesterov, momentum: kept, dampening }) => !nesterov || (kept > 0 && dampening === 0), {
    path: ["nesterov"],
    error: "needs a momentum above 0 and no dampening",
  });

const adam = z.strictObject({
  name: z.literal("adam"),
  betas: betas(0.9, 0.999),
  eps: eps(1e-8),
  weight_decay: intoGradient(),
});

const adamw = z.strictObject({
  name: z.literal("adamw"),
  betas: betas(0.9, 0.999),
  eps: eps(1e-8),
  weight_decay: weightDecay(0.01),
});

const rmsprop = z.strictObject({
  name: z.literal("rmsprop"),
  alpha: about(share().default(0.99), "how much of the average of squared gradients is kept", 0.9),
  eps: eps(1e-8),
  weight_decay: intoGradient(),
  momentum: momentum(),
  centered: about(
    z.boolean().default(false),
    "whether squares are of the distance to a mean",
    true,
  ),
});

const adagrad = z.strictObject({
  name: z.literal("adagrad"),
  lr_decay: about(nonNegative().default(0), "the rate is divided by 1 + steps * lr_decay", 1e-3),
  weight_decay: intoGradient(),
  initial_accumulator_value: about(nonNegative().default(0), "sum of squares to begin with", 0.1),
  eps: eps(1e-10),
});

const lion = z.strictObject({
  name: z.literal("lion"),
  betas: betas(0.9, 0.99),
  weight_decay: weightDecay(),
});

const optimizers = z.discriminatedUnion("name", [sgd, adam, adamw, rmsprop, adagrad, lion], {
  error: otherwise("expected an optimiser's name or a map"),
});

/** The settings of each optimiser, and the rate of a run that says none: of SGD the notebook's, of Lion its paper's. */
export const OPTIMIZERS: Readonly<
  Record<OptimizerConfig["name"], { readonly settings: z.ZodObject; readonly usualRate: number }>
> = {
  sgd: { settings: sgd, usualRate: 0.1 },
  adam: { settings: adam, usualRate: 0.001 },
  adamw: { settings: adamw, usualRate: 0.001 },
  rmsprop: { settings: rmsprop, usualRate: 0.01 },
  adagrad: { settings: adagrad, usualRate: 0.01 },
  lion: { settings: lion, usualRate: 0.0001 },
};

export const optimizer: z.ZodType<OptimizerConfig> = shorthand(
  optimizers,
  z.enum(Object.keys(OPTIMIZERS)),
  (value) => named(namedBy("name")(value)),
);

/** Settings without a name are those of SGD. */
function named(value: unknown): unknown {
  const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
  return isMap && !("name" in value) ? { name: "sgd", ...value } : value;
}

/** Plain SGD, which no config needs to name. */
export const PLAIN: OptimizerConfig = optimizer.parse("sgd");

/** Returns an optimiser in core's words. */
export function optimizerSpec(config: OptimizerConfig): OptimizerSpec {
  switch (config.name) {
    case "sgd":
    case "adam":
    case "adamw":
    case "rmsprop":
    case "lion": {
      const { weight_decay: weightDecay, ...rest } = config;
      return { ...rest, weightDecay };
    }
    case "adagrad": {
      const {
        weight_decay: weightDecay,
        lr_decay: lrDecay,
        initial_accumulator_value: initialAccumulatorValue,
        ...rest
      } = config;
      return { ...rest, weightDecay, lrDecay, initialAccumulatorValue };
    }
  }
}
