/** `train`: how long and how fast. */
import { z } from "zod";
import type { TrainConfig } from "./config.ts";
import { instead, otherwise } from "./describe-issue.ts";
import {
  about,
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

const learningRate = shorthand(rates, positive(), numberAt("0"));

const EVERY_PARAMETER = "*";

const lambdas = z.record(z.string(), nonNegative(), {
  error: otherwise("expected a number or a map by parameter name"),
});

const l2 = shorthand(lambdas, nonNegative(), numberAt(EVERY_PARAMETER)).transform(
  (byName): TrainConfig["l2"] => {
    const used = Object.entries(byName).filter(([, lambda]) => lambda !== 0);
    return byName[EVERY_PARAMETER] ?? (used.length === 0 ? 0 : Object.fromEntries(used));
  },
);

const ends = z.strictObject({
  patience: about(
    orNone(integer(1, MAX_STEPS), "a number of steps", "whole number from 1"),
    "ends a run after so many steps without a new lowest validation loss",
    20_000,
  ),
  target: about(
    orNone(positive(), "a loss in nats", "number above 0"),
    "ends a run at a validation loss at or below it",
    2.2,
  ),
  budget: about(
    orNone(duration(), "a duration like 30s, 5m or 1h30m", "duration"),
    "ends a run after so much time in the training loop, all its resumes together",
    "10m",
  ),
  every: about(
    integer(1, MAX_STEPS).default(STOP_EVERY),
    "how often, in steps, the validation loss is measured for `patience` and `target`",
    500,
  ),
});

export const trainSchema: z.ZodType<TrainConfig> = z.strictObject({
  steps: about(integer(1, MAX_STEPS).default(200_000), "updates", 2000),
  batch_size: about(
    integer(1, 1_048_576).default(32),
    "examples an update; at least 2 with batch norm",
    64,
  ),
  lr: about(
    learningRate.prefault(0.1).meta({ title: "rate, or map of step to rate" }),
    "learning rate, or the rates by the first step they apply to",
    { 0: 0.1, 100000: 0.01 },
  ),
  l2: about(
    l2.prefault(0).meta({ title: "number, or map of parameter to number" }),
    "lambda of `lambda * mean(p^2)` for all parameters, or by name",
    { embedding: 0.1, "hidden1.weight": 0.1 },
  ),
  stop: ends.prefault({}),
});

/** @param title - the kind of value, for docs/config.md */
function orNone<T>(
  value: z.ZodType<T>,
  what: string,
  title: string,
): z.ZodDefault<z.ZodType<T | "none">> {
  return z
    .union([z.literal("none"), value], { error: instead(`expected ${what}, or none`) })
    .default("none" as const)
    .meta({ title: `${title}, or \`none\`` });
}

/** Makes a map of a number that is written alone; leaves everything else as it is. */
function numberAt(key: string): (value: unknown) => unknown {
  return (value) => (Number.isFinite(asNumber(value)) ? { [key]: value } : value);
}
