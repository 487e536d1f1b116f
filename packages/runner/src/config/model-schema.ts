/** `model`: the network. */
import { z } from "zod";
import type { ModelConfig } from "./config.ts";
import { otherwise } from "./describe-issue.ts";
import { about, integer, namedBy, nonNegative, positive, shorthand } from "./value-schemas.ts";

const PLACES = z.enum(["none", "hidden", "all"]);

const batchNormSettings = z.strictObject(
  {
    where: about(
      PLACES.default("hidden"),
      "after which layers: none, the hidden ones, or the output layer too",
      "all",
    ),
    epsilon: about(
      nonNegative().default(1e-5),
      "added to the variance, or to the std where `running` is `std`",
      0,
    ),
    momentum: about(positive(1).default(0.1), "weight of a batch in the running statistics", 0.001),
    running: about(
      z.enum(["std", "variance"]).default("variance"),
      "`variance` as PyTorch's BatchNorm1d, `std` as the notebook's own layer",
      "std",
    ),
  },
  { error: otherwise("expected none, hidden, all or a map") },
);

export const BATCH_NORM_SETTINGS: z.ZodObject = batchNormSettings;

const batchNorm = shorthand(batchNormSettings, PLACES, namedBy("where")).transform(
  ({ where, ...rest }): ModelConfig["batch_norm"] =>
    where === "none" ? "none" : { where, ...rest },
);

const width = integer(1, 65_536);

export const modelSchema: z.ZodType<ModelConfig> = z.strictObject({
  embedding: about(width.default(10), "numbers that stand for a character", 24),
  hidden: about(
    z.array(width).min(1).max(64).default([200]),
    "widths of the hidden layers",
    [100, 100, 100],
  ),
  activation: about(
    z.enum(["tanh", "relu", "none"]).default("tanh"),
    "nonlinearity of the hidden layers",
    "relu",
  ),
  bias: about(z.boolean().default(true), "whether linear layers have a bias", false),
  batch_norm: about(
    batchNorm.prefault("none"),
    "where there is batch norm, or its settings, see below",
    { where: "all", momentum: 0.001 },
  ),
});
