/** `train`: how long and how fast. */
import { z } from "zod";
import type { TrainConfig } from "./config.ts";
import { otherwise, show } from "./describe-issue.ts";
import {
  asNumber,
  duration,
  integer,
  MAX_STEPS,
  nonNegative,
  positive,
  shorthand,
} from "./value-schemas.ts";

/** Steps between two measurements of the validation loss where a config does not say. */
export const STOP_EVERY = 1000;

const rates = z
  .record(
    z.string().regex(/^(0|[1-9]\d{0,9})$/, "expected a step, a whole number from 0"),
    positive(),
    { error: otherwise("expected a rate or a map of step to rate") },
  )
  .refine((byStep) => Object.hasOwn(byStep, "0"), { error: "has no rate for step 0" });

const learningRate = shorthand(rates, {
  short: positive(),
  expand: (value) => (isNumber(value) ? { 0: value } : value),
});

const EVERY_PARAMETER = "*";

const lambdas = z.record(z.string(), nonNegative(), {
  error: otherwise("expected a number or a map by parameter name"),
});

const l2 = shorthand(lambdas, {
  short: nonNegative(),
  expand: (value) => (isNumber(value) ? { [EVERY_PARAMETER]: value } : value),
}).transform((byName): TrainConfig["l2"] => {
  const used = Object.entries(byName).filter(([, lambda]) => lambda !== 0);
  return byName[EVERY_PARAMETER] ?? (used.length === 0 ? 0 : Object.fromEntries(used));
});

const ends = z.strictObject({
  patience: orNone(integer({ min: 1, max: MAX_STEPS }), "a number of steps").meta({
    title: "whole number from 1, or `none`",
    description: "ends a run after so many steps without a new lowest validation loss",
    examples: [20_000],
  }),
  target: orNone(positive(), "a loss in nats").meta({
    title: "number above 0, or `none`",
    description: "ends a run at a validation loss at or below it",
    examples: [2.2],
  }),
  budget: orNone(duration(), "a duration like 30s, 5m or 1h30m").meta({
    title: "duration, or `none`",
    description: "ends a run after so much time in the training loop, all its resumes together",
    examples: ["10m"],
  }),
  every: integer({ min: 1, max: MAX_STEPS })
    .default(STOP_EVERY)
    .meta({
      description:
        "how often, in steps, the validation loss is measured for `patience` and `target`",
      examples: [500],
    }),
});

export const trainSchema: z.ZodType<TrainConfig> = z.strictObject({
  steps: integer({ min: 1, max: MAX_STEPS })
    .default(200_000)
    .meta({ description: "updates", examples: [2000] }),
  batch_size: integer({ min: 1, max: 1_048_576 })
    .default(32)
    .meta({ description: "examples an update; at least 2 with batch norm", examples: [64] }),
  lr: learningRate.prefault(0.1).meta({
    title: "rate, or map of step to rate",
    description: "learning rate, or the rates by the first step they apply to",
    examples: [{ 0: 0.1, 100000: 0.01 }],
  }),
  l2: l2.prefault(0).meta({
    title: "number, or map of parameter to number",
    description: "lambda of `lambda * mean(p^2)` for all parameters, or by name",
    examples: [{ embedding: 0.1, "hidden1.weight": 0.1 }],
  }),
  stop: ends.prefault({}),
});

function orNone<T>(value: z.ZodType<T>, what: string): z.ZodDefault<z.ZodType<T | "none">> {
  return z
    .union([z.literal("none"), value], {
      error: ({ input }) => `expected ${what}, or none, got ${show(input)}`,
    })
    .default("none" as const);
}

function isNumber(value: unknown): boolean {
  const number = asNumber(value);
  return typeof number === "number" && Number.isFinite(number);
}
