/** Numbers that stand for kinds in the tables of probes. */

/** Kinds of tensors by their number in `probe_tensor`; appended, never reordered. */
export const TENSOR_KINDS = [
  "linear",
  "preactivation",
  "activation",
  "linear_gradient",
  "preactivation_gradient",
  "activation_gradient",
  "weight",
  "weight_gradient",
] as const;

/** Takes every kind that a probe may have: the compiler refuses one that the list lacks. */
export function numberOfKind(kind: (typeof TENSOR_KINDS)[number]): number {
  return TENSOR_KINDS.indexOf(kind);
}

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
