import type { LayerKind } from "../spec.ts";
import type { Statistics } from "../statistics.ts";
import type { Histogram } from "./histogram.ts";
import type { Moments } from "./network-pass.ts";
import type { Saturation } from "./saturation.ts";

export type TensorKind =
  | "linear"
  | "preactivation"
  | "activation"
  | "linear_gradient"
  | "preactivation_gradient"
  | "activation_gradient"
  | "weight"
  | "weight_gradient";

/** One kind of number of a layer, all its elements taken together. */
export type TensorProbe = {
  readonly kind: TensorKind;
  readonly statistics: Statistics;
  readonly histogram: Histogram | null;
};

/** Batch norm of one layer, unit by unit. */
export type NormProbe = {
  /** Moments of the probe's examples. */
  readonly batch: Moments;
  readonly running: Moments;
  /** Moments of the whole training set, where they were measured at this step. */
  readonly trainset: Moments | null;
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
};

export type LayerProbe = {
  /** `embedding`, `hidden1`, ..., `output` */
  readonly name: string;
  readonly kind: LayerKind;
  /** Numbers that leave the layer for one example (of the embedding: for one token). */
  readonly units: number;
  readonly tensors: readonly TensorProbe[];
  readonly saturation: Saturation | null;
  readonly norm: NormProbe | null;
};

/** Of the first few examples, `[examples, tokens]` each. */
export type LogitsProbe = {
  readonly examples: number;
  readonly tokens: number;
  readonly logits: Float32Array;
  readonly probabilities: Float32Array;
};

/** What was seen inside a network after `step` updates. */
export type Probe = {
  readonly step: number;
  readonly examples: number;
  /** Of these examples, in nats, l2 terms included. */
  readonly loss: number;
  readonly layers: readonly LayerProbe[];
  readonly logits: LogitsProbe;
};
