/** How a tensor is filled: a scheme's name, or a map of its name and its settings. */
import type { LayerInit } from "@ablate/core";
import { z } from "zod";
import type { InitConfig } from "./config.ts";
import { otherwise } from "./describe-issue.ts";
import { finite, nonNegative } from "./numeric.ts";

const distribution = z.enum(["normal", "uniform"]).default("normal");
const scale = finite().default(1);
const NONLINEARITIES = ["linear", "tanh", "relu", "sigmoid", "selu"] as const;
const gain = z.union([z.enum(NONLINEARITIES), nonNegative()], {
  error: `expected a number of at least 0 or one of ${NONLINEARITIES.join(", ")}`,
});

const schemes = z.discriminatedUnion(
  "scheme",
  [
    z.strictObject({ scheme: z.enum(["zeros", "ones"]), scale }),
    z.strictObject({ scheme: z.literal("constant"), value: finite(), scale }),
    z.strictObject({ scheme: z.literal("normal"), std: nonNegative().default(1), scale }),
    z
      .strictObject({
        scheme: z.literal("uniform"),
        low: finite().default(-1),
        high: finite().default(1),
        scale,
      })
      .refine(({ low, high }) => low <= high, { error: "low must not be above high" }),
    z.strictObject({
      scheme: z.literal("kaiming"),
      gain: gain.default(1),
      mode: z.enum(["fan_in", "fan_out"]).default("fan_in"),
      distribution,
      scale,
    }),
    z.strictObject({
      scheme: z.literal("xavier"),
      gain: nonNegative().default(1),
      distribution,
      scale,
    }),
    z.strictObject({ scheme: z.literal("lecun"), distribution, scale }),
    z.strictObject({ scheme: z.literal("orthogonal"), gain: nonNegative().default(1), scale }),
  ],
  { error: otherwise("expected a scheme's name or a map") },
);

const scheme = z.preprocess(
  (value) => (typeof value === "string" ? { scheme: value } : value),
  schemes,
);

/** Defaults are the notebook's v5: Kaiming where tanh needs it, and logits near 0. */
export const initSchema: z.ZodType<InitConfig> = z.strictObject({
  embedding: scheme.prefault("normal"),
  hidden: layer({
    weight: { scheme: "kaiming", gain: 5 / 3 },
    bias: { scheme: "normal", std: 0.01 },
  }),
  output: layer({
    weight: { scheme: "normal", std: 0.01 },
    bias: { scheme: "normal", std: 0 },
  }),
});

type SchemeInput = z.input<typeof schemes>;

function layer({
  weight,
  bias,
}: {
  readonly weight: SchemeInput;
  readonly bias: SchemeInput;
}): z.ZodType<LayerInit> {
  return z
    .strictObject({
      weight: scheme.prefault(weight),
      bias: scheme.prefault(bias),
      gamma: scheme.prefault("ones"),
      beta: scheme.prefault("zeros"),
    })
    .prefault({});
}
