/** `init`: how tensors are filled. A scheme is its name, or a map of its name and its settings. */
import type { InitScheme, LayerInit } from "@ablate/core";
import { z } from "zod";
import type { InitConfig } from "./config.ts";
import { otherwise } from "./describe-issue.ts";
import { about, finite, integer, namedBy, nonNegative, shorthand } from "./value-schemas.ts";

const distribution = z.enum(["normal", "uniform"]).default("normal");
const scale = finite().default(1);
const NONLINEARITIES = ["linear", "tanh", "relu", "leaky_relu", "sigmoid", "selu"] as const;
const gain = z.union([z.enum(NONLINEARITIES), nonNegative()], {
  error: `expected a number of at least 0 or one of ${NONLINEARITIES.join(", ")}`,
});

const SCHEMES = [
  scheme(z.enum(["zeros", "ones"]), {}, "all 0, or all 1; draws nothing"),
  scheme(z.literal("constant"), { value: finite() }, "all `value`; draws nothing"),
  scheme(
    z.literal("normal"),
    { std: nonNegative().default(1) },
    "N(0, std^2); with a std of 0 it still draws",
  ),
  scheme(
    z.literal("uniform"),
    { low: finite().default(-1), high: finite().default(1) },
    "uniform from low to high",
  ).refine(({ low, high }) => low <= high, { error: "low must not be above high" }),
  scheme(
    z.literal("kaiming"),
    { gain: gain.default(1), mode: z.enum(["fan_in", "fan_out"]).default("fan_in"), distribution },
    "std gain / sqrt(fan); a gain by name: linear and sigmoid 1, tanh 5/3, relu sqrt 2, leaky_relu sqrt(2 / (1 + 0.01^2)), selu 3/4",
  ),
  scheme(
    z.literal("xavier"),
    { gain: nonNegative().default(1), distribution },
    "std gain sqrt(2 / (fan_in + fan_out))",
  ),
  scheme(z.literal("lecun"), { distribution }, "std 1 / sqrt(fan_in)"),
  scheme(
    z.literal("orthogonal"),
    { gain: nonNegative().default(1) },
    "orthonormal rows or columns, times the gain; weights and embedding only",
  ),
] as const;

function scheme<N extends z.ZodType, S extends z.ZodRawShape>(
  name: N,
  settings: S,
  description: string,
) {
  return z.strictObject({ scheme: name, ...settings, scale }).meta({ description });
}

/** Each scheme's settings; the description says what is drawn. */
export const SCHEME_SETTINGS: readonly z.ZodObject[] = SCHEMES;

/** Settings of an initialisation, with a scheme that has each. */
export const SCHEME_OF: Readonly<Record<string, string>> = {
  gain: "kaiming",
  mode: "kaiming",
  distribution: "kaiming",
  std: "normal",
  value: "constant",
};

const schemes = z.discriminatedUnion("scheme", SCHEMES, {
  error: otherwise("expected a scheme's name or a map"),
});

const NAMES = ["zeros", "ones", "normal", "uniform", "kaiming", "xavier", "lecun", "orthogonal"];

const matrix: z.ZodType<InitScheme> = shorthand(schemes, z.enum(NAMES), namedBy("scheme"));

const vector = matrix.refine(({ scheme }) => scheme !== "orthogonal", {
  error: "orthogonal needs a matrix, this is a vector",
});

type SchemeInput = z.input<typeof schemes> | "normal" | "ones" | "zeros";

/** What a layer has of its own: each as all hidden layers unless it is given. */
const ofOneLayer = z.strictObject({
  weight: ofOne(matrix, "the weight", { scheme: "normal", std: 1 }),
  bias: ofOne(vector, "the bias", "zeros"),
  gamma: ofOne(vector, "the norm's gain", "zeros"),
  beta: ofOne(vector, "the norm's shift", "normal"),
});

/** Deeper than any network may be. */
const MOST_LAYERS = 1000;

/** `hidden1` to `hidden1000`. */
const SINGLE_LAYERS: Readonly<Record<`hidden${number}`, z.ZodOptional<typeof ofOneLayer>>> =
  Object.fromEntries(
    Array.from({ length: MOST_LAYERS }, (_, i) => [`hidden${i + 1}`, ofOneLayer.optional()]),
  );

/** More outputs than fill the tensors of any network, and a second's work. */
const MOST_SKIPPED = 1e9;

/** `init` with all its settings, and what single layers have of their own. */
export type InitSettings = Pick<InitConfig, "embedding" | "hidden" | "output"> & {
  readonly skip: number;
  readonly [layer: `hidden${number}`]: OneLayer | undefined;
};

type OneLayer = { readonly [Role in keyof LayerInit]?: LayerInit[Role] | undefined };

/** Defaults are the notebook's v5: Kaiming where tanh needs it, and logits near 0. */
export const initSchema: z.ZodType<InitSettings> = z.strictObject({
  embedding: aboutScheme(
    matrix.prefault("normal"),
    "the embedding, `[characters, model.embedding]`",
    { scheme: "normal", std: 0.5 },
  ),
  hidden: layer(
    "every hidden layer",
    { scheme: "kaiming", gain: "5/3" },
    { scheme: "normal", std: 0.01 },
  ),
  output: layer("the output layer", { scheme: "normal", std: 0.01 }, { scheme: "normal", std: 0 }),
  ...SINGLE_LAYERS,
  skip: about(
    integer(0, MOST_SKIPPED).default(0),
    "number of 32-bit outputs of the generator to skip before the first draw",
    1000,
  ),
});

function ofOne<T extends z.ZodType>(scheme: T, of: string, example: unknown): z.ZodOptional<T> {
  const usual = { title: "scheme", otherwise: "that of `init.hidden`" };
  const text = `scheme of ${of} of one layer, \`hidden1\`, \`hidden2\` and so on`;
  return about(scheme.optional().meta(usual), text, example);
}

function layer(of: string, weight: SchemeInput, bias: SchemeInput): z.ZodType<LayerInit> {
  const group = z.strictObject({
    weight: aboutScheme(
      matrix.prefault(weight),
      `the weight of ${of}, \`[fan_in, fan_out]\``,
      "xavier",
    ),
    bias: aboutScheme(vector.prefault(bias), `the bias of ${of}`, "zeros"),
    gamma: aboutScheme(vector.prefault("ones"), `the norm's gain of ${of}`, {
      scheme: "constant",
      value: 0.1,
    }),
    beta: aboutScheme(vector.prefault("zeros"), `the norm's shift of ${of}`, "normal"),
  });
  return group.prefault({});
}

function aboutScheme<T extends z.ZodType>(schema: T, of: string, example: unknown): T {
  return about(schema.meta({ title: "scheme" }), `scheme of ${of}`, example);
}
