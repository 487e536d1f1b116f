/** `train`: how a run is trained. */

import { OPTIMIZERS } from "@ablate/core";
import { z } from "zod";
import { isRecord } from "./canonical-json.ts";
import type { BatchesConfig, ClipConfig, StopConfig, TrainConfig } from "./config.ts";
import { instead, otherwise } from "./describe-issue.ts";
import { type GroupSettings, groups } from "./group-schema.ts";
import { type OptimizerConfig, optimizer } from "./optimizer-schema.ts";
import { completeRates, type RateCurve, rates, type StepRates } from "./rate-schema.ts";
import {
  about,
  duration,
  either,
  integer,
  MAX_STEPS,
  nonNegative,
  numberAt,
  positive,
  share,
  shorthand,
} from "./value-schemas.ts";

/** Steps between two measurements of the validation loss where a config does not say. */
export const STOP_EVERY = 1000;

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
    "ends a run after this number of steps without a new lowest validation loss",
    20_000,
  ),
  target: about(
    orNone(positive(), "a loss in nats", "number above 0"),
    "ends a run when its validation loss is at or below this value",
    2.2,
  ),
  budget: about(
    orNone(duration(), "a duration like 30s, 5m or 1h30m", "duration"),
    "ends a run after this time in the training loop, summed over all its resumes",
    "10m",
  ),
  every: about(
    integer(1, MAX_STEPS).default(STOP_EVERY),
    "how often, in steps, the validation loss is measured for `patience` and `target`",
    500,
  ),
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

const A_CLIP = "expected none, { norm: NUMBER } or { value: NUMBER }";
const byNorm = z.strictObject({ norm: positive() });
const byValue = z.strictObject({ value: positive() });
const noClip = z.literal("none", { error: instead(A_CLIP) });

const clip = either<ClipConfig | "none">([z.literal("none"), byNorm, byValue], (value) => {
  if (!isRecord(value)) return noClip;
  return "value" in value && !("norm" in value) ? byValue : byNorm;
});

const SOURCES = z.enum(["sample", "epochs"]);
const sampled = z.literal("sample", {
  error: instead("expected sample, epochs or { epochs: shuffled, last: drop }"),
});
const epochs = z.strictObject({
  epochs: z.literal("shuffled"),
  last: z.enum(["keep", "drop"]).default("keep"),
});

const batches = z
  .preprocess(
    (value) => (value === "epochs" ? { epochs: "shuffled" } : value),
    either<BatchesConfig>([], (value) => (isRecord(value) ? epochs : sampled)),
  )
  .meta({ forms: [SOURCES, epochs] });

/** `train` with all its settings. */
export type TrainSettings = Pick<TrainConfig, "steps" | "batch_size" | "l2"> & {
  readonly lr: StepRates | RateCurve;
  readonly stop: StopConfig;
  readonly optimizer: OptimizerConfig;
  readonly groups: readonly GroupSettings[];
  readonly clip: ClipConfig | "none";
  readonly batches: BatchesConfig;
  readonly label_smoothing: number;
};

const trainKeys = z.strictObject({
  steps: about(integer(1, MAX_STEPS).default(200_000), "updates", 2000),
  batch_size: about(
    integer(1, 1_048_576).default(32),
    "examples per update; at least 2 with batch norm",
    64,
  ),
  lr: about(
    rates.optional().meta({
      title: "rate from 0, map of step to rate, or [curve](#learning-rate)",
      otherwise: "`0.1`; less for other [optimisers](#optimisers)",
    }),
    "learning rate: a number, a map from the first step of each rate to the rate, or a curve",
    { 0: 0.1, 100000: 0.01 },
  ),
  l2: about(
    l2.prefault(0).meta({ title: "number from 0, or map of parameter to number" }),
    "lambda of `lambda * mean(p^2)`, for all parameters or by name",
    { embedding: 0.1, "hidden1.weight": 0.1 },
  ),
  optimizer: about(
    optimizer.prefault("sgd").meta({ title: "[optimiser](#optimisers)" }),
    "the optimiser, a name or a map with its settings",
    { name: "adamw", betas: [0.9, 0.95] },
  ),
  groups: about(
    groups.prefault([]).meta({ title: "list of [groups](#groups)" }),
    "parameters with their own learning rate or weight decay; a parameter belongs to the first group that matches it",
    [{ match: "role:bias", weight_decay: 0 }],
  ),
  clip: about(
    clip.prefault("none").meta({ title: "`none`, `{ norm: NUMBER }` or `{ value: NUMBER }`" }),
    "limit on the norm of all gradients together, or on the value of each number in them",
    { norm: 1 },
  ),
  batches: about(
    batches.prefault("sample").meta({ title: "`sample`, `epochs` or map" }),
    "`sample` draws each example at random; `{ epochs: shuffled, last: keep }` uses every example once per epoch, in a new order; `last: drop` leaves out a batch that is not full",
    { epochs: "shuffled", last: "drop" },
  ),
  label_smoothing: about(
    share().default(0),
    "share of each target that is spread evenly over all characters, in training only",
    0.1,
  ),
  stop: ends.prefault({}),
});

export const trainSchema: z.ZodType<TrainSettings> = trainKeys.transform((settings, context) => {
  const { steps, optimizer: used } = settings;
  // An optimiser with a key that is unknown is none.
  const usualRate = OPTIMIZERS[used.name]?.usualRate ?? 0;
  const complete = (
    written: Parameters<typeof completeRates>[0],
    path: readonly (string | number)[],
  ) =>
    completeRates(written, {
      usualRate,
      steps,
      complain: (key, message) =>
        context.addIssue({ code: "custom", path: [...path, key], message }),
    });
  return {
    ...settings,
    lr: complete(settings.lr ?? { 0: usualRate }, ["lr"]),
    groups: settings.groups.map((group, i) => {
      const { lr } = group;
      if (lr === undefined) return { ...group, lr };
      return {
        ...group,
        lr: typeof lr === "number" ? lr : complete(lr, ["groups", i, "lr"]),
      };
    }),
  };
});
