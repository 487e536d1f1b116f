/** Rows of numbers as blobs that plain SQL decodes: see float32.ts. */
import type { Histogram } from "./probe.ts";

export type PackedCounts = {
  /** The first bin, and the gap: see `packedBins`. */
  readonly bins: number;
  /** Of each count. */
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
  return { bins: packedBins({ first, before, gap }), bits, bytes };
}

/** Where the counts of a histogram lie: from bin `first` on, `gap` bins left out after the first `before`. */
export type FilledBins = {
  readonly first: number;
  readonly before: number;
  readonly gap: number;
};

/** Each has nine bits, as MOST_NUMBERS needs. */
function packedBins({ first, before, gap }: FilledBins): number {
  return first | (before << 9) | (gap << 18);
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

/**
 * Two float20 for each index of each pair, in five bytes: the first 20 bits of a float32, rounded to nearest. What they
 * stand for is within 1.3e-4.
 */
export function packPairs(...pairs: readonly (readonly [Float32Array, Float32Array])[]): Buffer {
  const bytes = Buffer.alloc(5 * pairs.reduce((sum, [first]) => sum + first.length, 0));
  let at = 0;
  for (const [first, second] of pairs) at = packAt(bytes, at, wordsOf(first), wordsOf(second));
  return bytes;
}

/** @returns where the next pair goes */
function packAt(bytes: Buffer, from: number, ones: Uint32Array, others: Uint32Array): number {
  let at = from;
  for (let i = 0; i < ones.length; i++, at += 5) {
    const one = float20(ones[i] ?? NAN_WORD);
    const other = float20(others[i] ?? NAN_WORD);
    bytes[at] = one >>> 12;
    bytes[at + 1] = one >>> 4;
    bytes[at + 2] = (one << 4) | (other >>> 16);
    bytes[at + 3] = other >>> 8;
    bytes[at + 4] = other;
  }
  return at;
}

const INFINITY_WORD = 0x7f800000;
const NAN_WORD = 0x7fc00000;
/** Half of the last place of a float20, in places of a float32. */
const HALF = 0x800;

/** @param word - bits of a float32 */
function float20(word: number): number {
  return (word & 0x7fffffff) > INFINITY_WORD ? NAN_WORD >>> 12 : (word + HALF) >>> 12;
}

function wordsOf({ buffer, byteOffset, length }: Float32Array): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length);
}
