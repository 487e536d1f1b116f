/** Schemas of what a worker says of its run. */
import type {
  DiagnosisState,
  EngineFacts,
  Evaluation,
  Finding,
  Parameter,
  StepBlock,
} from "@ablate/core";
import { ENGINES, ROLES } from "@ablate/core";
import type { StartedMessage, WorkerMessage } from "@ablate/runner";
import type { MetricPoint, Provenance, Snapshot } from "@ablate/store";
import { z } from "zod";
import { layerKind, probe } from "./probe-schema.ts";
import {
  bytes,
  count,
  doubles,
  finite,
  floats,
  measured,
  positive,
  rule,
  type Shape,
  text,
  thresholds,
} from "./shapes.ts";

type OfType<Type extends WorkerMessage["type"]> = Extract<WorkerMessage, { readonly type: Type }>;

const runId = count;

const parameter: z.ZodType<Parameter> = z
  .strictObject({
    name: text,
    layer: text,
    layerKind,
    role: z.enum([...ROLES, "other"]),
    shape: z.array(count),
    size: count,
  } satisfies Shape<Parameter>)
  .refine(
    ({ shape, size }) => size === shape.reduce((product, length) => product * length, 1),
    "a parameter has another size than its shape",
  );

const engine: z.ZodType<EngineFacts> = z.strictObject({
  engine: z.enum(ENGINES),
  backend: text,
  version: text.nullable(),
  reason: text.nullable(),
} satisfies Shape<EngineFacts>);

type Counting = NonNullable<DiagnosisState["counting"]>;

const counting: z.ZodType<Counting> = z.strictObject({
  characters: measured,
  pairs: measured,
} satisfies Shape<Counting>);

const judgedBy: z.ZodType<StartedMessage["judgedBy"]> = z.strictObject({
  thresholds,
  counting: counting.nullable().exactOptional(),
} satisfies Shape<Required<StartedMessage["judgedBy"]>>);

const provenance: z.ZodType<Provenance> = z.record(
  text,
  z.union([text, finite, z.boolean(), z.null()]),
);

const block: z.ZodType<StepBlock> = z
  .strictObject({
    first: count,
    count,
    loss: doubles,
    lr: doubles,
    ratios: floats,
    metrics: doubles.exactOptional(),
  } satisfies Shape<Required<StepBlock>>)
  .refine(
    ({ count: steps, loss, lr }) => loss.length === steps && lr.length === steps,
    "a block has not one loss and one rate for each of its steps",
  )
  .refine(
    ({ count: steps, ratios, metrics }) => isOfEach(steps, ratios) && isOfEach(steps, metrics),
    "a block has not as many ratios and metrics for each of its steps",
  );

function isOfEach(steps: number, numbers: ArrayLike<number> = []): boolean {
  return steps === 0 ? numbers.length === 0 : numbers.length % steps === 0;
}

const resources = z.array(
  z.strictObject({ name: text, step: count, value: measured } satisfies Shape<MetricPoint>),
);

const evaluations = z.array(
  z.strictObject({
    split: z.enum(["train", "valid", "test"]),
    statistics: z.enum(["none", "batch", "trainset", "running"]),
    loss: measured,
  } satisfies Shape<Evaluation>),
);

const findings = z.array(
  z.strictObject({
    level: z.enum(["info", "warning", "error"]),
    rule,
    layer: text.nullable(),
    param: text.nullable(),
    step: count,
    value: measured.nullable(),
    message: text,
    until: count.nullable(),
  } satisfies Shape<Finding>),
);

const snapshot: z.ZodType<Snapshot> = z.strictObject({
  step: count,
  evaluations,
  samples: z.array(text),
  weights: bytes,
  state: bytes.exactOptional(),
} satisfies Shape<Required<Snapshot>>);

const trainSeconds = finite;

/** The schema of every message by its type: a type without one does not compile. */
export const WORKER_MESSAGES: {
  readonly [Type in WorkerMessage["type"]]: z.ZodType<OfType<Type>>;
} = {
  started: z.strictObject({
    type: z.literal("started"),
    runId,
    parameters: z.array(parameter),
    metrics: z.array(text),
    engine,
    from: count,
    unused: text.nullable(),
    judgedBy,
    trainedOn: provenance.exactOptional(),
  } satisfies Shape<Required<OfType<"started">>>),
  steps: z.strictObject({
    type: z.literal("steps"),
    runId,
    block,
    trainSeconds,
    resources,
  } satisfies Shape<OfType<"steps">>),
  checkpoint: z
    .strictObject({
      type: z.literal("checkpoint"),
      runId,
      block,
      trainSeconds,
      resources,
      step: count,
      weights: bytes,
      state: bytes,
    } satisfies Shape<OfType<"checkpoint">>)
    .refine(
      ({ step, block: { first, count: steps } }) => step === first + steps,
      "a checkpoint does not follow its steps",
    ),
  best: z.strictObject({
    type: z.literal("best"),
    runId,
    step: count,
    weights: bytes,
    trainSeconds,
    validLoss: measured,
  } satisfies Shape<OfType<"best">>),
  evaluation: z.strictObject({
    type: z.literal("evaluation"),
    runId,
    step: count,
    evaluations,
  } satisfies Shape<OfType<"evaluation">>),
  probe: z.strictObject({ type: z.literal("probe"), runId, probe } satisfies Shape<
    OfType<"probe">
  >),
  findings: z.strictObject({
    type: z.literal("findings"),
    runId,
    step: count,
    findings,
  } satisfies Shape<OfType<"findings">>),
  "computed by": z.strictObject({
    type: z.literal("computed by"),
    runId,
    threads: positive,
    refusal: text.nullable(),
  } satisfies Shape<OfType<"computed by">>),
  ended: z.strictObject({
    type: z.literal("ended"),
    runId,
    state: z.enum(["finished", "diverged", "stopped"]),
    reason: text,
    rule: rule.nullable().exactOptional(),
    trainSeconds,
    snapshot: snapshot.nullable(),
  } satisfies Shape<Required<OfType<"ended">>>),
  failed: z.strictObject({
    type: z.literal("failed"),
    runId,
    error: text,
    reason: z.enum(["timeout", "worker died", "worker hung"]).exactOptional(),
    trainSeconds,
  } satisfies Shape<Required<OfType<"failed">>>),
  refused: z.strictObject({ type: z.literal("refused"), runId, error: text } satisfies Shape<
    OfType<"refused">
  >),
};
