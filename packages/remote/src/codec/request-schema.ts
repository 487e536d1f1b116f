/** Schemas of what a worker is sent: the run to train, and the names. */
import { ENGINES, type NameLists, TFJS_BACKENDS } from "@ablate/core";
import type { RecordConfig, TrainMessage } from "@ablate/runner";
import { z } from "zod";
import {
  bytes,
  count,
  finite,
  flag,
  positive,
  rule,
  type Shape,
  text,
  thresholds,
} from "./shapes.ts";
import { runSpec } from "./spec-schema.ts";

const everySteps = z.strictObject({ every: positive });

type Probes = Exclude<RecordConfig["probes"], string>;

const probes = z.strictObject({
  decades: z.array(count),
  every: count,
  saturated: finite,
  examples: z.union([positive, z.literal("batch")]).exactOptional(),
} satisfies Shape<Required<Probes>>);

const record: z.ZodType<RecordConfig> = z.strictObject({
  evaluate: z.union([z.enum(["end", "none"]), everySteps]),
  samples: count,
  probes: z.union([z.literal("none"), probes]),
  checkpoint: z.union([text, everySteps]),
  best: z.literal(true).exactOptional(),
} satisfies Shape<Required<RecordConfig>>);

type Resume = NonNullable<TrainMessage["resume"]>;

const resume: z.ZodType<Resume> = z.strictObject({
  step: count,
  weights: bytes,
  state: bytes,
  trainSeconds: finite,
  run: text,
  backend: text.nullable(),
  backendVersion: text.nullable(),
  isOwn: flag,
} satisfies Shape<Resume>);

const threads: z.ZodType<TrainMessage["threads"]> = z.strictObject({
  now: positive,
  most: positive,
  isMeasured: flag,
} satisfies Shape<TrainMessage["threads"]>);

export const trainMessage: z.ZodType<TrainMessage> = z.strictObject({
  type: z.literal("train"),
  runId: count,
  spec: runSpec,
  record,
  engine: z.enum(ENGINES),
  backend: z.enum(TFJS_BACKENDS).optional(),
  dataHash: text,
  thresholds,
  stopOn: z.array(rule),
  resume: resume.nullable(),
  threads,
} satisfies Shape<TrainMessage>);

const names = z.array(text);

export const nameLists: z.ZodType<NameLists> = z.strictObject({
  names,
  end: text,
  valid: names.nullable(),
  test: names.nullable(),
} satisfies Shape<NameLists>);
