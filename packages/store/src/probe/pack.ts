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
  const bytes = Buffer.alloc(first.length * 5);
  for (let i = 0; i < first.length; i++) {
    bytes.writeUIntBE(float20(first[i]) * 2 ** 20 + float20(second[i]), i * 5, 5);
  }
  return bytes;
}

/** Half of the last place of a float20, in places of a float32. */
const HALF = 0x800;
const NAN = 0x7fc00;

function float20(value: number = Number.NaN): number {
  const [bits = 0] = new Uint32Array(Float32Array.of(value).buffer);
  return Number.isNaN(value) ? NAN : (bits + HALF) >>> 12;
}
