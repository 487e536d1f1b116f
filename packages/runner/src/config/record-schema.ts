/** `record`: what is kept of a run beside every step. */
import { z } from "zod";
import type { ProbesConfig, RecordConfig } from "./config.ts";
import { instead, otherwise } from "./describe-issue.ts";
import { USUAL_SCHEDULE } from "./probe-schedule.ts";
import {
  about,
  duration,
  either,
  integer,
  MAX_STEPS,
  namedBy,
  positive,
  shorthand,
} from "./value-schemas.ts";

const TAKE = z.enum(["none", "scheduled"]);

/** Examples of a probe unless a config says otherwise. */
export const PROBE_EXAMPLES = 32;

/** More would make probes cost more than the training between them. */
const MOST_EXAMPLES = 256;

const BATCH = "batch";
const someExamples = integer(1, MOST_EXAMPLES);
const batchExamples = z.literal(BATCH, {
  error: instead(`expected batch or a number of examples, 1 to ${MOST_EXAMPLES}`),
});

const examples = either<number | typeof BATCH>([batchExamples, someExamples], (value) =>
  typeof value === "number" ? someExamples : batchExamples,
);

const settings = z.strictObject(
  {
    take: about(TAKE.default("scheduled"), "whether to probe at all", "none"),
    decades: about(
      z.array(integer(1, 9)).default([...USUAL_SCHEDULE.decades]),
      "probes after these digits times every power of ten",
      [1],
    ),
    every: about(
      integer(0, MAX_STEPS).default(USUAL_SCHEDULE.every),
      "probes each time after this number of steps; 0: never",
      0,
    ),
    saturated: about(
      positive(1).default(0.99),
      "limit beyond which tanh counts as saturated",
      0.97,
    ),
    examples: about(
      examples.prefault(PROBE_EXAMPLES),
      "number of fixed examples of the training split, or `batch`: those of the next step",
      BATCH,
    ),
  },
  { error: otherwise("expected none, scheduled or a map") },
);

/** Of so many examples as usual a config says nothing. */
const probes = shorthand(settings, TAKE, namedBy("take")).transform(
  ({ take, examples: count, ...rest }): ProbesConfig | "none" => {
    if (take === "none") return "none";
    return { ...rest, ...(count === PROBE_EXAMPLES ? {} : { examples: count }) };
  },
);

const everySteps = z.strictObject({ every: integer(1, MAX_STEPS) });

const evaluate = z.union([z.enum(["end", "none"]), everySteps], {
  error: instead("expected end, none or { every: STEPS }"),
});

const checkpoint = z.union([z.literal("none"), duration(), everySteps], {
  error: instead("expected none, a duration like 30s, or { every: STEPS }"),
});

const recordKeys = z.strictObject({
  evaluate: about(
    evaluate.default("end").meta({ title: "`end`, `none` or map" }),
    "when the three splits are evaluated; `{ every: STEPS }`: all at the end, and the validation split every STEPS steps",
    { every: 1000 },
  ),
  samples: about(integer(0, 10_000).default(20), "names sampled at the end", 0),
  probes: about(
    probes.prefault("scheduled").meta({ title: "`none`, `scheduled` or map" }),
    "probes the network at the start, at the end and in between: `decades` (`[1, 2, 5]`) times every power of ten, `every` (10000) steps; `saturated` (0.99) is the limit beyond which tanh counts as saturated; `examples` (32) is the number of fixed examples, up to 256, or `batch`: those of the next step",
    { every: 1000 },
  ),
  checkpoint: about(
    checkpoint.default("30s").meta({ title: "`none`, duration or map" }),
    "how often a checkpoint is stored while a run trains; the run stores one at its end and when you stop it, too",
    { every: 1000 },
  ),
  best: about(
    z.boolean().default(false),
    "whether to keep the weights with the lowest measured validation loss as well",
    true,
  ),
});

/** `record` as a run has it: `best` only where it is asked for. */
export const recordSchema: z.ZodType<RecordConfig> = recordKeys.transform(({ best, ...rest }) =>
  best ? { ...rest, best } : rest,
);
