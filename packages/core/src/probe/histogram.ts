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
/** Bins from a width of 0.002 (output layers begin at a std of 0.01) up to 16. */
export const WEIGHT_SCALE: HistogramScale = { mantissaBits: 2, smallest: -7, largest: 4 };
/** Bins from 1e-9 up to 64, six and a half per decade. */
export const GRADIENT_SCALE: HistogramScale = { mantissaBits: 1, smallest: -30, largest: 6 };

const MANTISSA_BITS = 23;
const EXPONENT_BIAS = 127;
const SIZE_MASK = 0x7fffffff;
const INFINITY_BITS = 0x7f800000;

/**
 * Counts the values, without a branch for any: a value's octave and its place there are the first bits of its
 * float32. Bins of one width are made of such cells, too: every edge has at most `mantissaBits` of them.
 */
export function histogramOf(values: Float32Array, scale: HistogramScale): Histogram {
  const { mantissaBits, smallest, largest } = scale;
  const shift = MANTISSA_BITS - mantissaBits;
  // Cell 0 holds all up to the first edge, the one after the last all above the scale, the next NaN.
  const cellsBefore = ((smallest - mantissaBits + EXPONENT_BIAS) << mantissaBits) - 1;
  const above = ((largest - smallest + mantissaBits) << mantissaBits) + 1;
  const tally = new Uint32Array(2 * (above + 2)); // of each cell: positive, negative
  const words = new Int32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? 0;
    const size = word & SIZE_MASK;
    const isNan = (INFINITY_BITS - size) >>> 31;
    const isNegative = (word & -size) >>> 31; // -0 is not
    const cell = Math.min(Math.max(((size - 1) >> shift) - cellsBefore, 0), above) + isNan;
    const at = 2 * cell + isNegative;
    tally[at] = (tally[at] ?? 0) + 1;
  }
  return { scale, counts: binned(tally, scale, above) };
}

/** Puts the cells of each sign into their bins. */
function binned(
  tally: Uint32Array,
  { mantissaBits, smallest, largest }: HistogramScale,
  above: number,
): Uint32Array {
  const perOctave = 1 << mantissaBits;
  const bins = (largest - smallest + 1) << mantissaBits; // of each sign
  const counts = new Uint32Array(2 * bins + 2);
  for (let cell = 0; cell <= above; cell++) {
    const octave = (cell - 1) >> mantissaBits;
    const within = (cell - 1) & (perOctave - 1);
    const isOneWidth = octave < mantissaBits;
    const place = isOneWidth
      ? ((perOctave + within) << Math.max(0, octave)) >> mantissaBits
      : cell - 1 + ((1 - mantissaBits) << mantissaBits);
    const outward = cell === 0 ? 0 : place;
    counts[bins + 1 + outward] = (counts[bins + 1 + outward] ?? 0) + (tally[2 * cell] ?? 0);
    counts[bins - outward] = (counts[bins - outward] ?? 0) + (tally[2 * cell + 1] ?? 0);
  }
  return counts;
}
