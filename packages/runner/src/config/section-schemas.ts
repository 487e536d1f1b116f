/** `model`, `train`, `record` and `thresholds`: the keys of one run, with their defaults and meanings. */

import { isRule, THRESHOLDS, type ThresholdChanges, type Thresholds } from "@ablate/core";
import { readNumber } from "@ablate/text";
import { z } from "zod";
import type { ModelConfig, ProbesConfig, RecordConfig, TrainConfig } from "./config.ts";
import { instead, otherwise } from "./describe-issue.ts";
import { USUAL_SCHEDULE } from "./probe-schedule.ts";
import {
  about,
  asNumber,
  duration,
  integer,
  MAX_STEPS,
  namedBy,
  nonNegative,
  positive,
  shorthand,
} from "./value-schemas.ts";

const PLACES = z.enum(["none", "hidden", "all"]);

const batchNormSettings = z.strictObject(
  {
    where: about(
      PLACES.default("hidden"),
      "after which layers: none, the hidden ones, or the output layer too",
      "all",
    ),
    epsilon: about(
      nonNegative().default(1e-5),
      "added to the variance, or to the std where `running` is `std`",
      0,
    ),
    momentum: about(positive(1).default(0.1), "weight of a batch in the running statistics", 0.001),
    running: about(
      z.enum(["std", "variance"]).default("variance"),
      "`variance` as PyTorch's BatchNorm1d, `std` as the notebook's own layer",
      "std",
    ),
  },
  { error: otherwise("expected none, hidden, all or a map") },
);

export const BATCH_NORM_SETTINGS: z.ZodObject = batchNormSettings;

const batchNorm = shorthand(batchNormSettings, PLACES, namedBy("where")).transform(
  ({ where, ...rest }): ModelConfig["batch_norm"] =>
    where === "none" ? "none" : { where, ...rest },
);

const width = integer(1, 65_536);

export const modelSchema: z.ZodType<ModelConfig> = z.strictObject({
  embedding: about(width.default(10), "numbers that stand for a character", 24),
  hidden: about(
    z.array(width).min(1).max(64).default([200]),
    "widths of the hidden layers",
    [100, 100, 100],
  ),
  activation: about(
    z.enum(["tanh", "relu", "none"]).default("tanh"),
    "nonlinearity of the hidden layers",
    "relu",
  ),
  bias: about(z.boolean().default(true), "whether linear layers have a bias", false),
  batch_norm: about(
    batchNorm.prefault("none"),
    "where there is batch norm, or its settings, see below",
    { where: "all", momentum: 0.001 },
  ),
});

/** Steps between two measurements of the validation loss where a config does not say. */
export const STOP_EVERY = 1000;

const A_STEP = "expected a step, a whole number from 0";

/** Digits of a step at most; there is no run of so many. */
const STEP = /^(0|[1-9]\d{0,9})$/;

const rates = z
  .record(
    z
      .string()
      .refine((step) => STEP.test(stepText(step)), A_STEP)
      // For editors, which know no other way to write a number as a key.
      .meta({ pattern: STEP.source }),
    positive(),
    { error: otherwise("expected a rate or a map of step to rate") },
  )
  .superRefine((byStep, context) => {
    const firsts = new Set<string>();
    for (const step of Object.keys(byStep)) {
      const message = `step ${stepText(step)} is given twice`;
      if (firsts.has(stepText(step))) context.addIssue({ code: "custom", path: [step], message });
      firsts.add(stepText(step));
    }
  })
  .transform((byStep) =>
    Object.fromEntries(Object.entries(byStep).map(([step, rate]) => [stepText(step), rate])),
  )
  .refine((byStep) => Object.hasOwn(byStep, "0"), { error: "has no rate for step 0" });

const learningRate = shorthand(rates, positive(), numberAt("0"));

/** Returns a step without anything that only writes it otherwise; what is no whole number stays as it is. */
export function stepText(step: string): string {
  const number = readNumber(step);
  return number !== null && Number.isSafeInteger(number) && number >= 0 ? String(number) : step;
}

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
    learningRate.prefault(0.1).meta({ title: "rate above 0, or map of step to rate" }),
    "learning rate, or the rates by the first step they apply to",
    { 0: 0.1, 100000: 0.01 },
  ),
  l2: about(
    l2.prefault(0).meta({ title: "number from 0, or map of parameter to number" }),
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

const TAKE = z.enum(["none", "scheduled"]);

const settings = z.strictObject(
  {
    take: about(TAKE.default("scheduled"), "whether to probe at all", "none"),
    decades: about(
      z.array(integer(1, 9)).default([...USUAL_SCHEDULE.decades]),
      "after these digits times every power of ten",
      [1],
    ),
    every: about(
      integer(0, MAX_STEPS).default(USUAL_SCHEDULE.every),
      "and after every so many steps; 0: not",
      0,
    ),
    saturated: about(positive(1).default(0.99), "beyond which tanh counts as saturated", 0.97),
  },
  { error: otherwise("expected none, scheduled or a map") },
);

const probes = shorthand(settings, TAKE, namedBy("take")).transform(
  ({ take, ...rest }): ProbesConfig | "none" => (take === "none" ? "none" : rest),
);

const everySteps = z.strictObject({ every: integer(1, MAX_STEPS) });

const evaluate = z.union([z.enum(["end", "none"]), everySteps], {
  error: instead("expected end, none or { every: STEPS }"),
});

const checkpoint = z.union([z.literal("none"), duration(), everySteps], {
  error: instead("expected none, a duration like 30s, or { every: STEPS }"),
});

export const recordSchema: z.ZodType<RecordConfig> = z.strictObject({
  evaluate: about(
    evaluate.default("end").meta({ title: "`end`, `none` or map" }),
    "when the three splits are evaluated; `{ every: STEPS }`: at the end, and the validation split every so many steps",
    { every: 1000 },
  ),
  samples: about(integer(0, 10_000).default(20), "names sampled at the end", 0),
  probes: about(
    probes.prefault("scheduled").meta({ title: "`none`, `scheduled` or map" }),
    "probes the network at the start, at the end and in between: `decades` (`[1, 2, 5]`) times every power of ten, `every` (10000) steps; `saturated` (0.99) is beyond which tanh counts as saturated",
    { every: 1000 },
  ),
  checkpoint: about(
    checkpoint.default("30s").meta({ title: "`none`, duration or map" }),
    "how often what it takes to go on is stored while a run trains; it is at the end and when the user stops it, too",
    { every: 1000 },
  ),
});

/** What each means; docs/diagnostics.md explains the rule of the same name. */
const MEANINGS: Readonly<Record<keyof Thresholds, string>> = {
  initial_loss: "nats between the loss at initialisation and ln V",
  saturated: "share of a layer's activations that are saturated",
  dead_units: "share of a layer's units that are dead",
  shrinking_activations: "std of the last hidden layer's activations over that of the first",
  growing_activations: "the same, above",
  vanishing_gradients: "std of the first hidden layer's gradients over that of the last",
  exploding_gradients: "the same, above",
  depth_error: "factor of change through the layers that is an error",
  slow_updates: "update:data of hidden weights, median of 100 steps",
  fast_updates: "the same, above",
  slow_updates_other: "the same of all other parameters, for information",
  fast_updates_other: "the same, above",
  uneven_updates: "largest update:data of a hidden weight over the smallest",
  output_learns_faster: "grad:data of the output weight over that of the hidden ones",
  running_statistics: "stds between running statistics and those of the examples",
  running_loss: "nats that an evaluation loses with running statistics",
  loss_spike: "standard deviations of a loss above its recent mean",
  divergence: "nats above the loss that a run began with",
  plateau: "nats that the loss has to fall while the steps double",
  validation_gap: "nats between validation and training loss",
  penalty: "share of a parameter that its l2 term alone takes away in a step",
  weak_norm: "share of a layer's spread that batch norm's epsilon takes away",
  small_batch: "examples of a batch that batch norm needs",
  underfitting: "nats above what counting pairs of characters costs",
};

export const thresholdsSchema: z.ZodType<ThresholdChanges> = z.strictObject(
  Object.fromEntries(
    Object.entries(MEANINGS).map(([name, meaning]) => [name, threshold(name, meaning)]),
  ),
);

function threshold(name: string, description: string): z.ZodType<number | undefined> {
  const usual = Object.entries(THRESHOLDS).find(([one]) => one === name)?.[1];
  const rule = name.replaceAll("_", "-");
  const of = isRule(rule) ? `${rule}: ` : "";
  const schema = positive()
    .optional()
    .meta({ otherwise: `\`${usual}\`` });
  return about(schema, `${of}${description}`, usual);
}
