/** `model.layers`: a network as a list. An entry is a name such as `tanh`, or a map such as `{ linear: 100 }`. */
import { ACTIVATIONS, type LayerSpec, LEAKY_SLOPE } from "@ablate/core";
import { hint } from "@ablate/text";
import { z } from "zod";
import { isRecord } from "./canonical-json.ts";
import { instead, show } from "./describe-issue.ts";
import { NORM_LAYERS, NORM_NAMES, normLayer } from "./norm-schema.ts";
import { about, either, finite, integer, share } from "./value-schemas.ts";

/** More are a slip; each has a name, and rows of its own in every probe. */
const MOST_LAYERS = 1000;

/** How wide a layer may be. */
export const width: z.ZodType<number> = integer(1, 65_536);

/** `none` is a nonlinearity that changes nothing, as in the short form. */
export const LAYER_NAMES: readonly string[] = [
  ...ACTIVATIONS,
  "none",
  ...Object.keys(NORM_NAMES),
  "output",
];

const entry: z.ZodType<LayerSpec[]> = either<LayerSpec[]>([], formOf).meta({ isLayer: true });

/** A list of layers, `repeat` written out. */
export const layerList: z.ZodType<LayerSpec[]> = z
  .array(entry)
  .min(1)
  .transform((parts) => parts.flat())
  .superRefine((layers, context) => {
    const count = countLayers(layers);
    const message = count === 0 ? "has no layer" : `has ${count} layers, at most ${MOST_LAYERS}`;
    if (count === 0 || count > MOST_LAYERS) context.addIssue({ code: "custom", message });
  });

function countLayers(layers: readonly LayerSpec[]): number {
  return layers.reduce(
    (sum, layer) => sum + (layer.kind === "residual" ? countLayers(layer.layers) : 1),
    0,
  );
}

/** A kind of layer that is written as a map, by the key that tells it: its settings, and the layers that it is. */
type Kind = {
  readonly key: string;
  readonly settings: readonly z.ZodObject[];
  readonly layers: z.ZodType<LayerSpec[]>;
};

function kind<S extends z.ZodObject>(
  key: string,
  settings: S,
  toLayers: (value: z.output<S>) => LayerSpec[],
): Kind {
  return { key, settings: [settings], layers: settings.transform(toLayers) };
}

const output = z.literal("output");

const KINDS: readonly Kind[] = [
  kind(
    "linear",
    z.strictObject({
      linear: about(
        z.union([width, output], { error: instead("expected a width, 1 to 65536, or output") }),
        "a linear layer with this number of units; `output`: one per character",
        100,
      ),
      bias: about(z.boolean().default(true), "whether it has a bias", false),
    }),
    ({ linear, bias }) => [{ kind: "linear", width: linear, bias }],
  ),
  {
    key: "norm",
    settings: NORM_LAYERS,
    layers: normLayer.transform((norm) => [{ kind: "norm", ...norm }]),
  },
  kind(
    "leaky_relu",
    z.strictObject({ leaky_relu: about(finite(), "leaky ReLU with this slope below 0", 0.2) }),
    ({ leaky_relu: slope }) => [
      {
        kind: "activation",
        activation: "leaky_relu",
        ...(slope === LEAKY_SLOPE ? {} : { slope }),
      },
    ],
  ),
  kind(
    "dropout",
    z.strictObject({
      dropout: about(share(), "sets this share of the values to 0 in training", 0.1),
    }),
    ({ dropout: rate }) => (rate === 0 ? [] : [{ kind: "dropout", rate }]),
  ),
  kind(
    "residual",
    z.strictObject({
      residual: about(layerList, "adds the output of these layers to their input", [
        "layer_norm",
        { linear: 100 },
        "gelu",
      ]),
    }),
    ({ residual: layers }) => [{ kind: "residual", layers }],
  ),
  kind(
    "flatten",
    z.strictObject({
      flatten: about(integer(1, 64), "concatenates this number of consecutive positions", 2),
    }),
    ({ flatten: factor }) => [{ kind: "flatten", factor }],
  ),
  kind(
    "repeat",
    z.strictObject({
      repeat: about(integer(1, MOST_LAYERS), "repeats the layers this number of times", 5),
      layers: layerList.meta({ title: "list of layers" }),
    }),
    ({ repeat, layers }) => Array.from({ length: repeat }, () => layers).flat(),
  ),
];

/** The maps that an entry of `model.layers` may be, for editors and for docs/config.md. */
export const LAYER_SETTINGS: readonly z.ZodObject[] = KINDS.flatMap(({ settings }) => settings);

const KEYS: readonly string[] = [...new Set(KINDS.map(({ key }) => key))];

/** Tells by its first key that is known, or by its name, what an entry of a list is. */
function formOf(value: unknown): z.ZodType<LayerSpec[]> {
  if (typeof value === "string") return name;
  if (!isRecord(value) || Object.keys(value).length === 0) return nothing;
  return KINDS.find(({ key }) => Object.hasOwn(value, key))?.layers ?? unknown;
}

const name: z.ZodType<LayerSpec[]> = z.string().transform((text, context): LayerSpec[] => {
  const norm = Object.hasOwn(NORM_NAMES, text) ? NORM_NAMES[text] : undefined;
  const activation = ACTIVATIONS.find((one) => one === text);
  if (text === "none") return [];
  if (text === "output") return [{ kind: "linear", width: "output", bias: true }];
  if (activation !== undefined) return [{ kind: "activation", activation }];
  if (norm !== undefined) return [{ kind: "norm", ...normLayer.parse({ norm }) }];
  const message = `unknown layer ${show(text)}${meant(text)}`;
  context.addIssue({ code: "custom", message });
  return z.NEVER;
});

/** Returns what was meant by a name that is no layer's: a map, where it is the key of one, or what is nearest. */
function meant(text: string): string {
  const example = Object.hasOwn(EXAMPLES, text) ? EXAMPLES[text] : undefined;
  if (example === undefined) return hint(text, [...LAYER_NAMES, ...KEYS]);
  return `; write { ${example} }`;
}

/** What to write for a layer that needs more than its name. */
const EXAMPLES: Readonly<Record<string, string>> = {
  linear: "linear: 100",
  norm: "norm: layer",
  dropout: "dropout: 0.1",
  residual: "residual: [{ linear: 100 }, tanh]",
  flatten: "flatten: 2",
  repeat: "repeat: 5, layers: [{ linear: 100 }, tanh]",
};

/** A map without a key that tells a layer, which reports its keys. */
const unknown: z.ZodType<LayerSpec[]> = z
  .strictObject(Object.fromEntries(KEYS.map((key) => [key, z.undefined().optional()])))
  .transform(() => []);

const nothing: z.ZodType<LayerSpec[]> = z.custom<LayerSpec[]>(() => false, {
  error: ({ input }) =>
    `expected a layer's name or a map with one of ${KEYS.join(", ")}, got ${show(input)}`,
});
