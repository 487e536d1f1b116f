/** `model`: a network by its widths, or as a list of layers. */
import { ACTIVATIONS, type Activation, ROW_NORMS } from "@ablate/core";
import { z } from "zod";
import { type LayerConfig, spelled, withOutput } from "./layer-config.ts";
import { layerList, width } from "./layers-schema.ts";
import { type BatchNormConfig, batchNorm, type NormConfig, norm } from "./norm-schema.ts";
import { about, share } from "./value-schemas.ts";

/** A network by its widths, with all its settings. */
export type ShortSettings = {
  readonly embedding: number;
  readonly hidden: readonly number[];
  readonly activation: Activation;
  readonly bias: boolean;
  readonly batch_norm: BatchNormConfig | "none";
  readonly norm: NormConfig | "none";
  readonly residual: "none" | "pre" | "post";
  readonly dropout: number;
  readonly tie: boolean;
};

/** A network as a list: `repeat` is written out, and the output layer is in it. */
export type ListSettings = {
  readonly embedding: number;
  readonly layers: readonly LayerConfig[];
  readonly tie: boolean;
};

export type ModelSettings = ShortSettings | ListSettings;

const NONLINEARITIES = [...ACTIVATIONS, "none"] as const;

const modelKeys = z.strictObject({
  embedding: about(width.default(10), "size of the vector that represents a character", 24),
  hidden: about(
    z.array(width).max(64).optional().meta({ otherwise: "`[200]`" }),
    "widths of the hidden layers; `[]`: none, the output layer follows the embeddings",
    [100, 100, 100],
  ),
  activation: about(
    z.enum(NONLINEARITIES).optional().meta({ otherwise: "`tanh`" }),
    "nonlinearity of the hidden layers",
    "relu",
  ),
  bias: about(
    z.boolean().optional().meta({ otherwise: "`true`" }),
    "whether linear layers have a bias",
    false,
  ),
  batch_norm: about(
    batchNorm.optional().meta({ title: "`none`, `hidden`, `all` or map", otherwise: "`none`" }),
    "layers with batch norm, or its settings, see below",
    { where: "all", momentum: 0.001 },
  ),
  norm: about(
    norm.optional().meta({
      title: `\`none\`, \`batch\`, ${ROW_NORMS.map((kind) => `\`${kind}\``).join(", ")} or map`,
      otherwise: "`none`",
    }),
    "norm of the hidden layers, or its settings, see below; `batch` is `batch_norm: hidden`",
    { kind: "layer", where: "hidden" },
  ),
  residual: about(
    z.enum(["none", "pre", "post"]).optional().meta({ otherwise: "`none`" }),
    "residual blocks around hidden layers whose input and output are equally wide: `pre` normalises the input, `post` the sum",
    "pre",
  ),
  dropout: about(
    share().optional().meta({ otherwise: "`0`" }),
    "share of a hidden layer's activations that training sets to 0",
    0.1,
  ),
  layers: about(
    layerList.optional().meta({ title: "list of [layers](#layers)", otherwise: "" }),
    "the network as a list instead of the keys from `hidden` to `dropout`",
    [{ linear: 100 }, "batch_norm", "tanh"],
  ),
  tie: about(
    z.boolean().default(false),
    "whether the output layer uses the transposed embedding as its weight",
    true,
  ),
});

/** Keys that a list of layers says instead. */
const SHORT_KEYS = [
  "hidden",
  "activation",
  "bias",
  "batch_norm",
  "norm",
  "residual",
  "dropout",
] as const;

const modelChecked = modelKeys.superRefine((model, context) => {
  const given = SHORT_KEYS.filter((key) => model[key] !== undefined);
  const [first] = given;
  if (model.layers !== undefined && first !== undefined) {
    const message = `${given.join(", ")} cannot be beside model.layers, which lists all layers; write one or the other`;
    context.addIssue({ code: "custom", path: [first], message });
  }
  const isTwice =
    model.norm !== undefined && model.batch_norm !== undefined && model.batch_norm !== "none";
  if (isTwice) {
    const message = "cannot be beside model.batch_norm, which is a norm as well; write one of them";
    context.addIssue({ code: "custom", path: ["norm"], message });
  }
});

export const modelSchema: z.ZodType<ModelSettings> = modelChecked.transform(
  ({ layers, embedding, tie, ...short }): ModelSettings => {
    if (layers !== undefined) return { embedding, layers: spelled(withOutput(layers)), tie };
    const { hidden = [200], activation = "tanh", bias = true, ...rest } = short;
    const { batch_norm = "none", norm: ofRows = "none", residual = "none", dropout = 0 } = rest;
    return {
      embedding,
      hidden,
      activation,
      bias,
      batch_norm,
      norm: ofRows,
      residual,
      dropout,
      tie,
    };
  },
);
