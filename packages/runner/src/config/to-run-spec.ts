/** Maps a config to what core trains: the names of the YAML, `none` and durations to the spec's. */
import { type ModelSpec, modelOf, type RunSpec, type Schedule, type StopSpec } from "@ablate/core";
import type { ModelConfig, ResolvedConfig, StopConfig, TrainConfig } from "./config.ts";
import { STOP_EVERY } from "./section-schemas.ts";
import { secondsOf } from "./value-schemas.ts";

export function toRunSpec({ data, model, init, train, seed }: ResolvedConfig): RunSpec {
  const stop = stopSpecOf(train);
  return {
    model: toModelSpec(model, data.context),
    init,
    train: {
      steps: train.steps,
      batchSize: train.batch_size,
      lr: rateSchedule(train.lr),
      l2: train.l2,
      ...(stop === undefined ? {} : { stop }),
    },
    seed,
    shuffleSeed: data.shuffle_seed,
  };
}

/** Sorts the rates of a config by the step from which on they apply. */
export function rateSchedule(rates: TrainConfig["lr"]): Schedule {
  return Object.entries(rates)
    .map(([step, rate]) => ({ step: Number(step), rate }))
    .sort((a, b) => a.step - b.step);
}

export function toModelSpec(
  { batch_norm: batchNorm, ...shape }: ModelConfig,
  context: number,
): ModelSpec {
  return modelOf({ context, ...shape, batchNorm });
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
