/** Maps a config to what core trains: the names of the YAML, `none` and durations to the spec's. */
import {
  type ClipSpec,
  type GroupSpec,
  type InitSpec,
  type ModelSpec,
  modelOf,
  type RunSpec,
  type StopSpec,
  seedBits,
  type TrainSpec,
} from "@ablate/core";
import type { Seed } from "@ablate/store";
import type {
  ClipConfig,
  InitConfig,
  ModelConfig,
  ResolvedConfig,
  StopConfig,
  TrainConfig,
} from "./config.ts";
import type { GroupConfig } from "./group-schema.ts";
import { layerList } from "./layers-schema.ts";
import { optimizerSpec } from "./optimizer-schema.ts";
import { rateSchedule } from "./rate-schema.ts";
import { STOP_EVERY } from "./train-schema.ts";
import { secondsOf } from "./value-schemas.ts";

/** Turns a resolved config into the spec that an engine trains. */
export function toRunSpec({ data, model, init, train, seed }: ResolvedConfig): RunSpec {
  return {
    model: toModelSpec(model, data.context),
    init: toInitSpec(init),
    train: toTrainSpec(train),
    seed: generatorSeed(seed),
    shuffleSeed: data.shuffle_seed,
  };
}

/** Returns a seed as a number: what a generator makes of it where it is negative or a number does not hold it. */
export function generatorSeed(seed: Seed): number {
  return typeof seed === "number" && seed >= 0 ? seed : seedBits(seed);
}

export function toModelSpec(model: ModelConfig, context: number): ModelSpec {
  const { embedding, tie = false } = model;
  if ("layers" in model) return { context, embedding, layers: layerList.parse(model.layers), tie };
  const { batch_norm: batchNorm, norm, ...shape } = model;
  if (norm === undefined || norm.kind === "batch") return modelOf({ context, ...shape, batchNorm });
  const { kind, ...settings } = norm;
  return modelOf({ context, ...shape, norm: { norm: kind, ...settings } });
}

function toInitSpec({ embedding, hidden, output, skip, ...layers }: InitConfig): InitSpec {
  return {
    ...{ embedding, hidden, output },
    ...(Object.keys(layers).length === 0 ? {} : { layers }),
    ...(skip === undefined ? {} : { skip }),
  };
}

export function toTrainSpec(train: TrainConfig): TrainSpec {
  const { steps, batch_size: batchSize, lr, l2, label_smoothing: labelSmoothing } = train;
  const { optimizer, groups, clip, batches } = train;
  const stop = stopSpecOf(train);
  return {
    ...{ steps, batchSize, lr: rateSchedule(lr), l2 },
    ...(optimizer === undefined ? {} : { optimizer: optimizerSpec(optimizer) }),
    ...(groups === undefined ? {} : { groups: groups.map(groupSpec) }),
    ...(clip === undefined ? {} : { clip: clipSpec(clip) }),
    ...(batches === undefined || batches === "sample"
      ? {}
      : { batches: { from: "epochs", last: batches.last } }),
    ...(labelSmoothing === undefined ? {} : { labelSmoothing }),
    ...(stop === undefined ? {} : { stop }),
  };
}

function groupSpec({ match, lr, weight_decay: weightDecay }: GroupConfig): GroupSpec {
  return {
    match,
    ...(lr === undefined ? {} : { lr: typeof lr === "number" ? lr : rateSchedule(lr) }),
    ...(weightDecay === undefined ? {} : { weightDecay }),
  };
}

function clipSpec(clip: ClipConfig): ClipSpec {
  return "norm" in clip ? { by: "norm", most: clip.norm } : { by: "value", most: clip.value };
}

/** Older versions have stored no `stop`: nothing ended a run early. */
const NO_STOP: StopConfig = {
  patience: "none",
  target: "none",
  budget: "none",
  every: STOP_EVERY,
};

/** Returns what ends a run before its last step, without what has no effect; undefined: nothing does. */
export function stopSpecOf({ stop = NO_STOP }: Pick<TrainConfig, "stop">): StopSpec | undefined {
  const { patience, target, budget, every } = stop;
  const isMeasured = usesValidation(stop);
  if (!isMeasured && budget === "none") return undefined;
  return {
    every: isMeasured ? every : 0,
    patience: patience === "none" ? null : patience,
    target: target === "none" ? null : target,
    budgetSeconds: budget === "none" ? null : secondsOf(budget),
  };
}

/** Tells whether the validation loss decides about a run's end. */
export function usesValidation({ patience, target }: StopConfig): boolean {
  return patience !== "none" || target !== "none";
}
