import type { LayerKind } from "../spec.ts";
import type { Statistics } from "../statistics.ts";
import type { Histogram } from "./histogram.ts";
import type { UnitMoments } from "./network-pass.ts";

export type TensorKind =
  | "linear"
  | "preactivation"
  | "activation"
  | "linear_gradient"
  | "preactivation_gradient"
  | "activation_gradient"
  | "weight"
  | "weight_gradient"
  | "stream"
  | "stream_gradient";

/** One kind of number of a layer, all its elements taken together. */
export type TensorProbe = Statistics & { readonly histogram: Histogram | null };

/** The first norm of a layer, unit by unit. Moments are null where it is no batch norm. */
export type NormProbe = {
  /** Moments of the probe's examples. */
  readonly batch: UnitMoments | null;
  readonly running: UnitMoments | null;
  /** Moments of the whole training set, where they were measured at this step. */
  readonly trainset: UnitMoments | null;
  readonly gamma: Float32Array;
  /** 0 where it has no shift. */
  readonly beta: Float32Array;
};

/**
 * Where the nonlinearity of a layer passes on no gradient worth the name: tanh near -1 or 1, relu at 0, see
 * `saturationOf`. A unit that is flat for every example is dead to the probe.
 */
export type Saturation = {
  /** Rows: examples, each of which has as many as the layer has positions. */
  readonly examples: number;
  readonly units: number;
  /** Share of all examples and units. */
  readonly share: number;
  /** Dead units, by index. */
  readonly dead: Int32Array;
  /** One bit for each example and unit, example by example, the first bit of a byte its highest. */
  readonly bits: Uint8Array;
};

export type LayerProbe = {
  /** `embedding`, `hidden1`, ..., `output` */
  readonly name: string;
  readonly kind: LayerKind;
  /** Numbers that leave the layer for one example (of the embedding: for one token). */
  readonly units: number;
  readonly tensors: Readonly<Partial<Record<TensorKind, TensorProbe>>>;
  /** Null where there is no nonlinearity. */
  readonly saturation: Saturation | null;
  readonly norm: NormProbe | null;
};

/** Logits and probabilities of the first few examples, `[examples, tokens]` each. */
export type LogitsProbe = {
  readonly examples: number;
  readonly tokens: number;
  readonly logits: Float32Array;
  readonly probabilities: Float32Array;
};

/** What a network was like after `step` updates. */
export type Probe = {
  readonly step: number;
  readonly examples: number;
  /** Loss of these examples in nats, l2 terms included. */
  readonly loss: number;
  /** The layers in the order of the model. */
  readonly layers: readonly LayerProbe[];
  readonly logits: LogitsProbe;
};

/** What the rules of a diagnosis ask of a probe. */
export type DiagnosedProbe = Pick<Probe, "step" | "loss" | "layers">;

/** Returns the hidden layers, from the input on. */
export function hiddenLayers({ layers }: DiagnosedProbe): readonly LayerProbe[] {
  return layers.filter(({ kind }) => kind === "hidden");
}

/** Grad:data of a layer's weight: std of its gradient over its own; NaN where it has none. */
export function gradientToData({ tensors }: LayerProbe): number {
  return (tensors.weight_gradient?.std ?? Number.NaN) / (tensors.weight?.std ?? Number.NaN);
}
