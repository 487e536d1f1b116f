/** Packs histograms into blobs that plain SQL decodes (see float32.ts), and unpacks them and saturation maps. */
import type { Histogram, Saturation } from "@ablate/core";
import { DamageError } from "../file/store-error.ts";

export type PackedCounts = {
  /**
   * Three fields from the lowest bit on, the first two of nine bits (MOST_NUMBERS needs them): the first bin, how
   * many counts come before a gap, and how many empty bins the gap has.
   */
  readonly bins: number;
  /** Bits of each count. */
  readonly bits: number;
  readonly bytes: Buffer;
};

/** Counts that are wider than this take whole words, so that SQL finds each in eight digits of its bytes. */
const MOST_BITS = 25;
const WORD_BITS = 32;

/**
 * The counts from the first that is not 0 to the last, without their longest run of zeros, in as few bits as
 * the largest needs.
 */
export function packCounts({ counts }: Histogram): PackedCounts {
  const { first, last, gap, gapEnd, largest } = extentOf(counts);
  const needed = Math.max(1, WORD_BITS - Math.clz32(largest));
  const bits = needed > MOST_BITS ? WORD_BITS : needed;
  const kept = last + 1 - first - gap;
  const bytes = Buffer.alloc(Math.ceil((kept * bits) / 8));
  const before = gap === 0 ? 0 : gapEnd - gap - first;
  for (let i = 0, end = bits; i < kept; i++, end += bits) {
    const count = counts[first + i + (i < before ? 0 : gap)] ?? 0;
    for (let byte = (end - bits) >> 3; byte << 3 < end; byte++) {
      const shift = end - 8 * (byte + 1);
      bytes[byte] = (bytes[byte] ?? 0) | (shift >= 0 ? count >>> shift : count << -shift);
    }
  }
  return { bins: first | (before << 9) | (gap << 18), bits, bytes };
}

type Extent = {
  readonly first: number;
  readonly last: number;
  /** The longest run of zeros between them, and the bin after it. */
  readonly gap: number;
  readonly gapEnd: number;
  readonly largest: number;
};

function extentOf(counts: Uint32Array): Extent {
  let [first, last, gap, gapEnd, largest] = [0, -1, 0, 0, 0];
  for (let bin = 0; bin < counts.length; bin++) {
    const count = counts[bin] ?? 0;
    if (count === 0) continue;
    const zeros = bin - last - 1;
    if (last < 0) first = bin;
    else if (zeros > gap) [gap, gapEnd] = [zeros, bin];
    last = bin;
    if (count > largest) largest = count;
  }
  return { first, last, gap, gapEnd, largest };
}

export type PackedHistogram = {
  readonly mantissa_bits: number;
  readonly smallest: number;
  readonly largest: number;
  readonly first_bin: number;
  readonly digits: number;
  readonly counts: Uint8Array;
};

/** Unpacks every count of a histogram into its bin. */
export function unpackHistogram({
  first_bin: bins,
  digits,
  counts: packed,
  ...edges
}: PackedHistogram): Histogram {
  const { mantissa_bits: mantissaBits, smallest, largest } = edges;
  const counts = new Uint32Array(binsOf(edges));
  // Below 0 they are bits: see migration 3.
  const bits = digits < 0 ? -digits : 4 * Math.max(1, digits);
  const [first, before, gap] = [bins & 511, (bins >> 9) & 511, bins >> 18];
  const kept = Math.floor((packed.length * 8) / bits);
  for (let i = 0; i < kept; i++) {
    counts[first + i + (i < before ? 0 : gap)] = numberAt(packed, i * bits, bits);
  }
  return { scale: { mantissaBits, smallest, largest }, counts };
}

/** @throws DamageError - if it is more than any histogram has */
function binsOf({ mantissa_bits, smallest, largest }: Omit<PackedHistogram, Counted>): number {
  const bins = 2 * ((largest - smallest + 1) * 2 ** mantissa_bits) + 2;
  if (Number.isInteger(bins) && bins >= 2 && bins <= MOST_NUMBERS) return bins;
  throw new DamageError("its probe has a histogram of bins that no probe has");
}

type Counted = "first_bin" | "digits" | "counts";

/** Finds the units whose bits are set for every example. */
export function deadUnits(bits: Uint8Array, examples: number, units: number): Int32Array {
  const dead: number[] = [];
  for (let unit = 0; unit < units; unit++) {
    let example = 0;
    while (example < examples) {
      if (!isSet(bits, example * units + unit)) break;
      example++;
    }
    if (example === examples && examples > 0) dead.push(unit);
  }
  return Int32Array.from(dead);
}

/** Reads the number that `length` bits say, the first of them at bit `from`. */
function numberAt(bytes: Uint8Array, from: number, length: number): number {
  let value = 0;
  for (let bit = from; bit < from + length; bit++) {
    value = value * 2 + (((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1);
  }
  return value;
}

/** Says whether a unit is flat for an example. */
export function isFlat(
  { units, bits }: Pick<Saturation, "units" | "bits">,
  example: number,
  unit: number,
): boolean {
  return isSet(bits, example * units + unit);
}

/** Says whether a bit is set, the first of a byte being its highest. */
export function isSet(bits: Uint8Array, at: number): boolean {
  return (((bits[at >> 3] ?? 0) >> (7 - (at & 7))) & 1) === 1;
}

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
  "stream",
  "stream_gradient",
] as const;

/** Takes every kind that a probe may have: the compiler refuses one that the list lacks. */
export function numberOfKind(kind: (typeof TENSOR_KINDS)[number]): number {
  return TENSOR_KINDS.indexOf(kind);
}

/** Kinds of pairs of a norm: three of mean and std, which a norm of rows has not, then gamma and beta. */
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
