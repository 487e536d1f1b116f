import type { RunSpec } from "@ablate/core";
import type { ResolvedConfig } from "../config/config.ts";
import { stopSpecOf } from "../config/stop.ts";

/** The config as core takes it. */
export function toRunSpec({ data, model, init, train, seed }: ResolvedConfig): RunSpec {
  const { batch_norm: batchNorm, ...shape } = model;
  const stop = stopSpecOf(train);
  return {
    model: { context: data.context, ...shape, batchNorm },
    init,
    train: {
      steps: train.steps,
      batchSize: train.batch_size,
      lr: Object.entries(train.lr)
        .map(([step, rate]) => ({ step: Number(step), rate }))
        .sort((a, b) => a.step - b.step),
      l2: train.l2,
      ...(stop === undefined ? {} : { stop }),
    },
    seed,
    shuffleSeed: data.shuffle_seed,
  };
}
