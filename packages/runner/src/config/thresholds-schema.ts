/** `thresholds`: at which numbers the rules of the diagnosis report. */
import { isRule, THRESHOLDS, type ThresholdChanges, type Thresholds } from "@ablate/core";
import { z } from "zod";
import { about, positive } from "./value-schemas.ts";

/** What each means; docs/diagnostics.md explains the rule of the same name. */
const MEANINGS: Readonly<Record<keyof Thresholds, string>> = {
  initial_loss: "nats between the loss at initialisation and ln V",
  saturated: "share of a layer's activations that are saturated",
  dead_units: "share of a layer's units that are dead",
  shrinking_activations: "std of the last hidden layer's activations over that of the first",
  growing_activations: "the same, above",
  vanishing_gradients: "std of the first hidden layer's gradients over that of the last",
  exploding_gradients: "the same, above",
  depth_error: "factor of change through the layers from which on it is an error",
  slow_updates: "update:data of hidden weights, median of 100 steps",
  fast_updates: "the same, above",
  slow_updates_other: "the same for all other parameters, as information",
  fast_updates_other: "the same, above",
  uneven_updates: "largest update:data of a hidden weight over the smallest",
  output_learns_faster: "grad:data of the output weight over that of the hidden ones",
  running_statistics: "stds between running statistics and those of the examples",
  running_loss: "nats by which running statistics worsen an evaluation",
  loss_spike: "standard deviations of a loss above its recent mean",
  divergence: "nats above the loss that a run began with",
  plateau: "nats by which the loss has to fall while the number of steps doubles",
  validation_gap: "nats between validation and training loss",
  penalty: "share of a parameter that its l2 term alone takes away in a step",
  weak_norm: "share of a layer's spread that batch norm's epsilon takes away",
  small_batch: "smallest batch for batch norm",
  underfitting: "nats above what counting pairs of characters costs",
  growing_stream: "std of the last residual stream over that of the first",
  clipping:
    "share of the gradient that is left by clipping by norm, if it acts on nearly every step",
  weight_decay: "share of a parameter that its weight decay alone takes away in a step",
  dropout: "smallest number of units of a layer that dropout leaves, on average",
};

export const thresholdsSchema: z.ZodType<ThresholdChanges> = z.strictObject(
  Object.fromEntries(
    Object.entries(MEANINGS).map(([name, meaning]) => [name, threshold(name, meaning)]),
  ),
);

function threshold(name: string, description: string): z.ZodType<number | undefined> {
  const usual = Object.entries(THRESHOLDS).find(([one]) => one === name)?.[1];
  const rule = name.replaceAll("_", "-");
  const of = isRule(rule) ? `${rule}: ` : "";
  const schema = positive()
    .optional()
    .meta({ otherwise: `\`${usual}\`` });
  return about(schema, `${of}${description}`, usual);
}
