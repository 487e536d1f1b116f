/** Norms: `model.batch_norm`, `model.norm` and those of `model.layers`, each kind with its settings. */
import { type BatchNormSpec, type NormSpec, ROW_NORMS, type RowNormSpec } from "@ablate/core";
import { z } from "zod";
import { otherwise } from "./describe-issue.ts";
import { USUAL_NORM } from "./layer-config.ts";
import { about, namedBy, nonNegative, positive, shorthand } from "./value-schemas.ts";

type Place = "hidden" | "all";
type BatchSettings = Pick<BatchNormSpec, "epsilon" | "momentum" | "running">;

/** `model.batch_norm`, in full. */
export type BatchNormConfig = { readonly where: Place } & BatchSettings;

/** `model.norm`, in full. */
export type NormConfig = { readonly where: Place } & (
  | ({ readonly kind: "batch" } & BatchSettings)
  | ({ readonly kind: RowNormSpec["norm"] } & Pick<RowNormSpec, "epsilon">)
);

const PLACES = z.enum(["none", "hidden", "all"]);

const where = about(
  PLACES.default("hidden"),
  "after which layers: none, the hidden ones, or the output layer too",
  "all",
);

const BATCH = {
  epsilon: about(
    nonNegative().default(USUAL_NORM.epsilon),
    "added to the variance, or to the std where `running` is `std`",
    0,
  ),
  momentum: about(
    positive(1).default(USUAL_NORM.momentum),
    "weight of a batch in the running statistics",
    0.001,
  ),
  running: about(
    z.enum(["std", "variance"]).default(USUAL_NORM.running),
    "`variance` as in PyTorch's BatchNorm1d, `std` as in the notebook's own layer",
    "std",
  ),
} as const;

/** Kinds that normalise each row by itself. */
const ROW_KINDS = z.enum(ROW_NORMS);

const ROW = {
  epsilon: about(
    nonNegative().default(USUAL_NORM.epsilon),
    "added to the variance, or to the mean square, under the root",
    1e-6,
  ),
} as const;

const batchNormSettings = z.strictObject(
  { where, ...BATCH },
  { error: otherwise("expected none, hidden, all or a map") },
);

export const BATCH_NORM_SETTINGS: z.ZodObject = batchNormSettings;

export const batchNorm: z.ZodType<BatchNormConfig | "none"> = shorthand(
  batchNormSettings,
  PLACES,
  namedBy("where"),
).transform(({ where: place, ...rest }) => (place === "none" ? "none" : { where: place, ...rest }));

const norms = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({ kind: z.literal("batch"), where, ...BATCH }),
    z.strictObject({ kind: ROW_KINDS, where, ...ROW }),
    z.strictObject({ kind: z.literal("none") }),
  ],
  { error: otherwise(`expected none, batch, ${ROW_NORMS.join(", ")} or a map`) },
);

export const norm: z.ZodType<NormConfig | "none"> = shorthand(
  norms,
  z.enum(["none", "batch", ...ROW_NORMS]),
  namedBy("kind"),
).transform((settings): NormConfig | "none" => {
  if (settings.kind === "none" || settings.where === "none") return "none";
  return { ...settings, where: settings.where };
});

/** A norm of `model.layers`, in full. */
export type NormLayer = Omit<BatchNormSpec, "kind"> | Omit<RowNormSpec, "kind">;

const batchLayer = z.strictObject({
  norm: about(z.literal("batch"), "batch norm with its own settings", "batch"),
  ...BATCH,
});
const rowLayer = z.strictObject({
  norm: about(ROW_KINDS, "layer norm or RMS norm with its own epsilon", "layer"),
  ...ROW,
});

/** What a norm of `model.layers` may be, for editors and for docs/config.md. */
export const NORM_LAYERS: readonly z.ZodObject[] = [batchLayer, rowLayer];

export const normLayer: z.ZodType<NormLayer> = z.discriminatedUnion("norm", [batchLayer, rowLayer]);

/** Norms by what `model.layers` calls them alone: `batch_norm`. */
export const NORM_NAMES: Readonly<Record<string, NormSpec["norm"]>> = Object.fromEntries(
  (["batch", ...ROW_NORMS] as const).map((kind) => [`${kind}_norm`, kind]),
);
