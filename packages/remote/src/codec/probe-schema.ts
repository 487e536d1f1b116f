/** A schema of core's `Probe`. */
import type {
  Histogram,
  HistogramScale,
  LayerKind,
  LayerProbe,
  LogitsProbe,
  NormProbe,
  Probe,
  Saturation,
  TensorKind,
  TensorProbe,
  UnitMoments,
} from "@ablate/core";
import { z } from "zod";
import { bytes, count, floats, measured, type Shape, text } from "./shapes.ts";

export const layerKind: z.ZodType<LayerKind> = z.enum(["embedding", "hidden", "output", "other"]);

/** Exponents of float32. */
const exponent = z.int().min(-149).max(127);

/** More bits than these make bins that nobody sees. */
const MOST_MANTISSA_BITS = 10;

const scale: z.ZodType<HistogramScale> = z.strictObject({
  mantissaBits: z.int().min(0).max(MOST_MANTISSA_BITS),
  smallest: exponent,
  largest: exponent,
} satisfies Shape<HistogramScale>);

const histogram: z.ZodType<Histogram> = z
  .strictObject({ scale, counts: z.instanceof(Uint32Array) } satisfies Shape<Histogram>)
  .refine(
    ({ scale: { mantissaBits, smallest, largest }, counts }) =>
      counts.length === 2 * ((largest - smallest + 1) * 2 ** mantissaBits) + 2,
    "a histogram has other bins than its scale",
  );

const tensor: z.ZodType<TensorProbe> = z.strictObject({
  mean: measured,
  std: measured,
  min: measured,
  max: measured,
  histogram: histogram.nullable(),
} satisfies Shape<TensorProbe>);

const maybe = tensor.exactOptional();

const tensors: z.ZodType<LayerProbe["tensors"]> = z.strictObject({
  linear: maybe,
  preactivation: maybe,
  activation: maybe,
  linear_gradient: maybe,
  preactivation_gradient: maybe,
  activation_gradient: maybe,
  weight: maybe,
  weight_gradient: maybe,
  stream: maybe,
  stream_gradient: maybe,
} satisfies Shape<Record<TensorKind, TensorProbe>>);

const saturation: z.ZodType<Saturation> = z
  .strictObject({
    examples: count,
    units: count,
    share: measured,
    dead: z.instanceof(Int32Array),
    bits: bytes,
  } satisfies Shape<Saturation>)
  .refine(
    ({ examples, units, bits }) => bits.length === Math.ceil((examples * units) / 8),
    "the saturation map does not have one bit per example and unit",
  )
  .refine(
    ({ units, dead }) => dead.every((unit) => unit >= 0 && unit < units),
    "a dead unit is none of the layer",
  );

const moments: z.ZodType<UnitMoments> = z
  .strictObject({ mean: floats, std: floats } satisfies Shape<UnitMoments>)
  .refine(({ mean, std }) => mean.length === std.length, "moments have not one std for each mean");

const norm: z.ZodType<NormProbe> = z
  .strictObject({
    batch: moments.nullable(),
    running: moments.nullable(),
    trainset: moments.nullable(),
    gamma: floats,
    beta: floats,
  } satisfies Shape<NormProbe>)
  .refine(({ batch, running, trainset, gamma, beta }) => {
    const lengths = [batch, running, trainset].map((one) => one?.mean.length ?? gamma.length);
    return [...lengths, beta.length].every((length) => length === gamma.length);
  }, "a norm has not the same units everywhere");

const layer: z.ZodType<LayerProbe> = z.strictObject({
  name: text,
  kind: layerKind,
  units: count,
  tensors,
  saturation: saturation.nullable(),
  norm: norm.nullable(),
} satisfies Shape<LayerProbe>);

const logits: z.ZodType<LogitsProbe> = z
  .strictObject({
    examples: count,
    tokens: count,
    logits: floats,
    probabilities: floats,
  } satisfies Shape<LogitsProbe>)
  .refine(({ examples, tokens, ...all }) => {
    const numbers = examples * tokens;
    return all.logits.length === numbers && all.probabilities.length === numbers;
  }, "logits have not one number for each example and token");

export const probe: z.ZodType<Probe> = z.strictObject({
  step: count,
  examples: count,
  loss: measured,
  layers: z.array(layer),
  logits,
} satisfies Shape<Probe>);
