/**
 * A histogram whose edges are the numbers of a small floating-point format: the same for all steps and runs,
 * symmetric around 0, finer where values are smaller. Up to `2^smallest` the bins of each sign are equally
 * wide; from there every octave up to `2^largest` has `2^mantissaBits` of them.
 */
export type HistogramScale = {
  readonly mantissaBits: number;
  readonly smallest: number;
  readonly largest: number;
};

/**
 * Bin 0 counts what is below `-2^largest`, the last one what is above `2^largest`, the others what lies
 * between two edges, the one that is farther from 0 included: 1 is in the last bin of tanh. 0 is in the
 * first bin above it; NaN is in none.
 */
export type Histogram = { readonly scale: HistogramScale; readonly counts: Uint32Array };

/** Tanh's range in bins of 1/16 and less; preactivations and logits up to 64. */
export const ACTIVATION_SCALE: HistogramScale = { mantissaBits: 3, smallest: -2, largest: 6 };
/** From 0.002 wide, as for output layers that begin at 0.01, up to 16. */
export const WEIGHT_SCALE: HistogramScale = { mantissaBits: 2, smallest: -7, largest: 4 };
/** From 1e-9 up to 64, six and a half bins a decade. */
export const GRADIENT_SCALE: HistogramScale = { mantissaBits: 1, smallest: -30, largest: 6 };

const MANTISSA_BITS = 23;
const EXPONENT_BIAS = 127;
const SIZE_MASK = 0x7fffffff;
const INFINITY_BITS = 0x7f800000;

/** Counts the values; a value's octave and its place there are the first bits of its float32. */
export function histogramOf(values: Float32Array, scale: HistogramScale): Histogram {
  const { mantissaBits, smallest, largest } = scale;
  const perOctave = 1 << mantissaBits;
  const bins = (largest - smallest + 1) << mantissaBits; // of each sign
  const shift = MANTISSA_BITS - mantissaBits;
  const before = (smallest + EXPONENT_BIAS - 1) << mantissaBits;
  const perUnit = 2 ** (mantissaBits - smallest);
  const counts = new Uint32Array(2 * bins + 2);
  const words = new Int32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? 0;
    const size = word & SIZE_MASK;
    if (size > INFINITY_BITS) continue;
    let sign = word >> 31; // 0 or -1
    let place = ((size - 1) >> shift) - before;
    if (place < perOctave) {
      place = (Math.ceil(Math.abs(values[i] ?? 0) * perUnit) - 1) | 0;
      if (size === 0) place = sign = 0;
    }
    if (place > bins) place = bins;
    const bin = bins + 1 + (place ^ sign); // place ^ -1 is -place - 1
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { scale, counts };
}
