/** `record`: what is kept beside every step. */
import { z } from "zod";
import type { ProbesConfig, RecordConfig } from "./config.ts";
import { instead, otherwise } from "./describe-issue.ts";
import { USUAL_SCHEDULE } from "./probe-schedule.ts";
import {
  about,
  duration,
  integer,
  MAX_STEPS,
  namedBy,
  positive,
  shorthand,
} from "./value-schemas.ts";

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
