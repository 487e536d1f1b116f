import { log10 } from "../log10.ts";

/** The update ratio of a parameter in a step's BLOB; `null` for NaN. */
export function ratioAt(ratios: Buffer, idx: number): number | null {
  const ratio = ratios.readFloatLE(idx * 4);
  return Number.isNaN(ratio) ? null : ratio;
}

/** Its logarithm to base 10, `-Infinity` for 0; `null` where there is none. */
export function logRatio(ratios: Buffer, idx: number): number | null {
  const logarithm = log10(ratios.readFloatLE(idx * 4));
  return Number.isNaN(logarithm) ? null : logarithm;
}
