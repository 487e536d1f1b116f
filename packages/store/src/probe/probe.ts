/** What a probe saw inside a network, as the store takes it: plain data, structurally that of the engines. */

import type { LayerKind } from "@ablate/core";

type Moments = { readonly mean: Float32Array; readonly std: Float32Array };

export type Histogram = {
  /** Edges: bins of one width up to `2^smallest`, then `2^mantissaBits` an octave up to `2^largest`. */
  readonly scale: {
    readonly mantissaBits: number;
    readonly smallest: number;
    readonly largest: number;
  };
  /** What lies below, the bins from the lowest edge to the highest, what lies above. */
  readonly counts: Uint32Array;
};

export type ProbedTensor = {
  readonly kind: string;
  readonly statistics: {
    readonly mean: number;
    readonly std: number;
    readonly min: number;
    readonly max: number;
  };
  readonly histogram: Histogram | null;
};

export type ProbedNorm = {
  readonly batch: Moments;
  readonly running: Moments;
  readonly trainset: Moments | null;
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
};

export type ProbedLayer = {
  readonly name: string;
  readonly kind: LayerKind;
  readonly units: number;
  readonly tensors: readonly ProbedTensor[];
  readonly saturation: {
    readonly share: number;
    /** Units by index. */
    readonly dead: Int32Array;
    /** One bit for each example and unit, example by example, highest bit first. */
    readonly bits: Uint8Array;
  } | null;
  readonly norm: ProbedNorm | null;
};

/** A network after `step` updates. */
export type Probe = {
  readonly step: number;
  readonly examples: number;
  readonly loss: number;
  /** In the order of the model. */
  readonly layers: readonly ProbedLayer[];
  /** Of the first examples, `[examples, tokens]`. */
  readonly logits: {
    readonly tokens: number;
    readonly logits: Float32Array;
    readonly probabilities: Float32Array;
  };
};

/** Kinds of tensors by their number in `probe_tensor`; appended, never reordered. */
export const TENSOR_KINDS: readonly string[] = [
  "linear",
  "preactivation",
  "activation",
  "linear_gradient",
  "preactivation_gradient",
  "activation_gradient",
  "weight",
  "weight_gradient",
];

/** Kinds of pairs of a norm: three of mean and std, then gamma and beta. */
export type NormKind = "batch" | "running" | "trainset" | "affine";

/** The kinds that a row of `probe_norm` has, by its number there; appended, never reordered. */
export const NORM_ROWS: readonly (readonly NormKind[])[] = [
  ["batch"],
  ["running"],
  ["trainset"],
  ["affine"],
  ["batch", "running"],
  ["trainset", "affine"],
];

/** Examples of a probe and bins of a histogram that the views can tell apart. */
export const MOST_NUMBERS = 256;
