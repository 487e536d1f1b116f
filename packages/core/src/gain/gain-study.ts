/** Shows what a scale of weights does to the spread of what passes through them; nothing is trained. */
import { initialise } from "../init/initialise.ts";
import { TorchGenerator } from "../random/torch-generator.ts";
import type { InitScheme } from "../spec.ts";
import { statisticsOf } from "../statistics.ts";

/** Inputs x of `[rows, fanIn]` and weights w of `[fanIn, fanOut]`. */
export type GainShape = {
  readonly rows: number;
  readonly fanIn: number;
  readonly fanOut: number;
};

export type GainOptions = GainShape & { readonly seed: number | string } & HistogramRange;

/** One way to draw w, and the spread of x before it and after it. */
export type GainResult = {
  readonly x: Distribution;
  readonly w: { readonly mean: number; readonly std: number };
  /** The std of x @ w. */
  readonly product: Distribution;
};

/**
 * Draws x from N(0, 1) and w by `scheme`, in this order and from one generator, and multiplies them.
 * The same seed gives the same x whatever the scheme, and schemes that differ in scale alone the same
 * draws of w, so that results can be compared with each other. x and w are float32; the product and all
 * sums are doubles.
 */
export function gainStudy(scheme: InitScheme, options: GainOptions): GainResult {
  const { rows, fanIn, fanOut, seed } = options;
  const generator = new TorchGenerator(seed);
  const x = generator.randn(rows * fanIn); // [rows, fanIn]
  const w = initialise(scheme, [fanIn, fanOut], generator); // [fanIn, fanOut]
  return {
    x: distributionOf(x, options),
    w: statisticsOf(w),
    product: distributionOf(multiply(x, w, options), options),
  };
}

/**
 * `x @ w` in doubles.
 *
 * @param x - row-major `[rows, fanIn]`
 * @param w - row-major `[fanIn, fanOut]`
 * @returns row-major `[rows, fanOut]`
 */
export function multiply(
  x: Float32Array,
  w: Float32Array,
  { rows, fanIn, fanOut }: GainShape,
): Float64Array {
  const product = new Float64Array(rows * fanOut);
  for (let row = 0; row < rows; row++) {
    const start = row * fanOut;
    for (let i = 0; i < fanIn; i++) {
      const factor = x[row * fanIn + i] ?? 0;
      for (let column = 0; column < fanOut; column++) {
        product[start + column] =
          (product[start + column] ?? 0) + factor * (w[i * fanOut + column] ?? 0);
      }
    }
  }
  return product;
}

/** Bins of equal width from `-range` to `range`. */
type HistogramRange = { readonly range: number; readonly bins: number };

type Distribution = {
  readonly mean: number;
  /** Unbiased, as PyTorch's; NaN for a single value. */
  readonly std: number;
  /** Values in each bin, from the lowest to the highest; the last bin has its upper edge. */
  readonly counts: readonly number[];
  /** Values outside of all bins, and those that are not finite. */
  readonly beyond: number;
};

/** Returns mean, std and histogram of some values. */
export function distributionOf(
  values: ArrayLike<number>,
  { range, bins }: HistogramRange,
): Distribution {
  const { mean, std } = statisticsOf(values);
  const counts = Array.from({ length: bins }, () => 0);
  let beyond = values.length;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    if (!(Math.abs(value) <= range)) continue;
    const bin = Math.min(bins - 1, Math.floor(((value + range) / (2 * range)) * bins));
    counts[bin] = (counts[bin] ?? 0) + 1;
    beyond -= 1;
  }
  return { mean, std, counts, beyond };
}
