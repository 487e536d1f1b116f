/** What a probe saw, as a reader gives it back. What was not finite is `NaN` or infinite. */

import type { LayerKind } from "@ablate/core";

/** Counts between edges that are the same for every probe of a kind. */
export type StoredHistogram = {
  /** From the lowest to the highest: one more than there are counts. */
  readonly edges: Float64Array;
  readonly counts: Uint32Array;
  /** How many lie below the lowest edge and above the highest. */
  readonly underflow: number;
  readonly overflow: number;
};

/** One kind of number of a layer, all its elements taken together. */
export type StoredTensor = {
  readonly mean: number;
  readonly std: number;
  readonly min: number;
  readonly max: number;
  readonly histogram: StoredHistogram | null;
};

export type StoredTensorKind =
  | "linear"
  | "preactivation"
  | "activation"
  | "linear_gradient"
  | "preactivation_gradient"
  | "activation_gradient"
  | "weight"
  | "weight_gradient";

/** Where a nonlinearity is flat, for each example and unit. */
export type StoredSaturation = {
  readonly examples: number;
  readonly units: number;
  /** Of all examples and units. */
  readonly share: number;
  /** Units that are flat for every example, by index. */
  readonly dead: readonly number[];
  /** One bit for each example and unit, example by example, highest bit first. */
  readonly bits: Uint8Array;
};

export type StoredMoments = { readonly mean: Float64Array; readonly std: Float64Array };

/** Batch norm of one layer, unit by unit, to four digits. */
export type StoredNorm = {
  readonly batch: StoredMoments;
  readonly running: StoredMoments;
  /** Of the whole training set, where they were measured at this step. */
  readonly trainset: StoredMoments | null;
  readonly gamma: Float64Array;
  readonly beta: Float64Array;
};

export type StoredLayer = {
  readonly name: string;
  readonly kind: LayerKind;
  readonly units: number;
  readonly tensors: Readonly<Partial<Record<StoredTensorKind, StoredTensor>>>;
  /** Null where there is no nonlinearity. */
  readonly saturation: StoredSaturation | null;
  readonly norm: StoredNorm | null;
};

/** Of the first examples, `[examples, tokens]` each, to four digits. */
export type StoredLogits = {
  readonly examples: number;
  readonly tokens: number;
  readonly logits: Float64Array;
  readonly probabilities: Float64Array;
};

/** A network after `step` updates. */
export type StoredProbe = {
  readonly step: number;
  readonly examples: number;
  readonly loss: number;
  /** In the order of the model. */
  readonly layers: readonly StoredLayer[];
  readonly logits: StoredLogits;
};

/** Whether a unit is flat for an example. */
export function isFlat({ units, bits }: StoredSaturation, example: number, unit: number): boolean {
  const at = example * units + unit;
  return (((bits[at >> 3] ?? 0) >> (7 - (at & 7))) & 1) === 1;
}
