/** `model`: the network. */
import { z } from "zod";
import type { ModelConfig } from "./config.ts";
import { otherwise } from "./describe-issue.ts";
import { integer, nonNegative, positive, shorthand } from "./value-schemas.ts";

const PLACES = ["none", "hidden", "all"] as const;

const batchNormSettings = z.strictObject(
  {
    where: z
      .enum(PLACES)
      .default("hidden")
      .meta({
        description: "after which layers: none, the hidden ones, or the output layer too",
        examples: ["all"],
      }),
    epsilon: nonNegative()
      .default(1e-5)
      .meta({
        description: "added to the variance, or to the std where `running` is `std`",
        examples: [0],
      }),
    momentum: positive({ max: 1 })
      .default(0.1)
      .meta({
        description: "weight of a batch in the running statistics",
        examples: [0.001],
      }),
    running: z
      .enum(["std", "variance"])
      .default("variance")
      .meta({
        description: "`variance` as PyTorch's BatchNorm1d, `std` as the notebook's own layer",
        examples: ["std"],
      }),
  },
  { error: otherwise("expected none, hidden, all or a map") },
);

export const BATCH_NORM_SETTINGS: z.ZodObject = batchNormSettings;

const batchNorm = shorthand(batchNormSettings, {
  short: z.enum(PLACES),
  expand: (value) => (typeof value === "string" ? { where: value } : value),
}).transform(({ where, ...rest }): ModelConfig["batch_norm"] =>
  where === "none" ? "none" : { where, ...rest },
);

export const modelSchema: z.ZodType<ModelConfig> = z.strictObject({
  embedding: integer({ min: 1, max: 65_536 })
    .default(10)
    .meta({ description: "numbers that stand for a character", examples: [24] }),
  hidden: z
    .array(integer({ min: 1, max: 65_536 }))
    .min(1)
    .max(64)
    .default([200])
    .meta({ description: "widths of the hidden layers", examples: [[100, 100, 100]] }),
  activation: z
    .enum(["tanh", "relu", "none"])
    .default("tanh")
    .meta({ description: "nonlinearity of the hidden layers", examples: ["relu"] }),
  bias: z
    .boolean()
    .default(true)
    .meta({ description: "whether linear layers have a bias", examples: [false] }),
  batch_norm: batchNorm.prefault("none").meta({
    description: "where there is batch norm, or its settings, see below",
    examples: [{ where: "all", momentum: 0.001 }],
  }),
});
