/** `record`: what is kept beside every step. */
import { z } from "zod";
import type { ProbesConfig, RecordConfig } from "./config.ts";
import { otherwise, show } from "./describe-issue.ts";
import { USUAL_SCHEDULE } from "./probe-schedule.ts";
import { duration, integer, MAX_STEPS, positive, shorthand } from "./value-schemas.ts";

const settings = z.strictObject(
  {
    take: z
      .enum(["none", "scheduled"])
      .default("scheduled")
      .meta({ description: "whether to probe at all", examples: ["none"] }),
    decades: z
      .array(integer({ min: 1, max: 9 }))
      .default([...USUAL_SCHEDULE.decades])
      .meta({ description: "after these digits times every power of ten", examples: [[1]] }),
    every: integer({ min: 0, max: MAX_STEPS })
      .default(USUAL_SCHEDULE.every)
      .meta({ description: "and after every so many steps; 0: not", examples: [0] }),
    saturated: positive({ max: 1 })
      .default(0.99)
      .meta({ description: "beyond which tanh counts as saturated", examples: [0.97] }),
  },
  { error: otherwise("expected none, scheduled or a map") },
);

const probes = shorthand(settings, {
  short: z.enum(["none", "scheduled"]),
  expand: (value) => (typeof value === "string" ? { take: value } : value),
}).transform(({ take, ...rest }): ProbesConfig | "none" => (take === "none" ? "none" : rest));

const everySteps = z.strictObject({ every: integer({ min: 1, max: MAX_STEPS }) });

const evaluate = z.union([z.enum(["end", "none"]), everySteps], {
  error: wrongForm("expected end, none or { every: STEPS }"),
});

const checkpoint = z.union([z.literal("none"), duration(), everySteps], {
  error: wrongForm("expected none, a duration like 30s, or { every: STEPS }"),
});

export const recordSchema: z.ZodType<RecordConfig> = z.strictObject({
  evaluate: evaluate.default("end").meta({
    title: "`end`, `none` or map",
    description:
      "when the three splits are evaluated; `{ every: STEPS }`: at the end, and the validation split every so many steps",
    examples: [{ every: 1000 }],
  }),
  samples: integer({ min: 0, max: 10_000 })
    .default(20)
    .meta({ description: "names sampled at the end", examples: [0] }),
  probes: probes.prefault("scheduled").meta({
    title: "`none`, `scheduled` or map",
    description:
      "probes the network at the start, at the end and in between: `decades` (`[1, 2, 5]`) times every power of ten, `every` (10000) steps; `saturated` (0.99) is beyond which tanh counts as saturated",
    examples: [{ every: 1000 }],
  }),
  checkpoint: checkpoint.default("30s").meta({
    title: "`none`, duration or map",
    description:
      "how often what it takes to go on is stored while a run trains; it is at the end and when the user stops it, too",
    examples: [{ every: 1000 }],
  }),
});

function wrongForm(expected: string): (issue: z.core.$ZodRawIssue) => string {
  return ({ input }) => `${expected}, got ${show(input)}`;
}
