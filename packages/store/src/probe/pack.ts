/** Rows of numbers as blobs that plain SQL decodes: see float32.ts. */
import type { Histogram } from "./probe.ts";

export type PackedCounts = {
  readonly firstBin: number;
  /** Hexadecimal digits of each count. */
  readonly digits: number;
  readonly bytes: Buffer;
};

/** The counts from the first that is not 0 to the last, in as few digits as the largest needs. */
export function packCounts({ counts }: Histogram): PackedCounts {
  const isFilled = (count: number) => count > 0;
  const firstBin = Math.max(0, counts.findIndex(isFilled));
  const filled = counts.subarray(firstBin, counts.findLastIndex(isFilled) + 1);
  const digits = filled.reduce((most, count) => Math.max(most, count), 0).toString(16).length;
  const text = Array.from(filled, (count) => count.toString(16).padStart(digits, "0")).join("");
  return { firstBin, digits, bytes: Buffer.from(text.length % 2 === 0 ? text : `${text}0`, "hex") };
}

/**
 * Two float20 for each index, in five bytes: the first 20 bits of a float32, rounded to nearest. What they
 * stand for is within 1.3e-4.
 */
export function packPairs(first: Float32Array, second: Float32Array): Buffer {
  const [ones, others] = [wordsOf(first), wordsOf(second)];
  const bytes = Buffer.alloc(ones.length * 5);
  for (let i = 0, at = 0; i < ones.length; i++, at += 5) {
    const one = float20(ones[i] ?? NAN_WORD);
    const other = float20(others[i] ?? NAN_WORD);
    bytes[at] = one >>> 12;
    bytes[at + 1] = one >>> 4;
    bytes[at + 2] = (one << 4) | (other >>> 16);
    bytes[at + 3] = other >>> 8;
    bytes[at + 4] = other;
  }
  return bytes;
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
