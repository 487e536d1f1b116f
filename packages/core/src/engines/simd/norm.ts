import type { ModelSpec } from "../../spec.ts";
import type { Kernels } from "./kernels.ts";
import type { Layer, Norm } from "./layers.ts";

/** How a model's batch norms divide and what they keep running, as the kernels take it. */
export type NormConvention = {
  readonly epsilon: number;
  readonly momentum: number;
  /** 1: the spread is a variance; 0: a standard deviation. */
  readonly keepsVariance: 0 | 1;
};

/** The convention of a model; without batch norm it is never used. */
export function conventionOf({ batchNorm }: ModelSpec): NormConvention {
  if (batchNorm === "none") return { epsilon: 0, momentum: 0, keepsVariance: 1 };
  const { epsilon, momentum, running } = batchNorm;
  return { epsilon, momentum, keepsVariance: running === "variance" ? 1 : 0 };
}

/** Normalises by the moments of these rows. */
export function normaliseByBatch(
  kernels: Kernels,
  layer: Layer,
  norm: Norm,
  { epsilon, keepsVariance }: NormConvention,
  rows: number,
): void {
  const { mean, spread, divisor, slope } = norm;
  const { at, columns: N, ld } = layer.linear;
  kernels.batchMoments(
    at,
    mean.at,
    spread.at,
    divisor.at,
    slope.at,
    rows,
    N,
    ld,
    epsilon,
    keepsVariance,
  );
  normalise(kernels, layer, norm, rows);
}

/** Moves the running moments towards those that the norm holds. */
export function foldRunning(
  kernels: Kernels,
  { runningMean, runningSpread, mean, spread }: Norm,
  { momentum }: NormConvention,
): void {
  kernels.foldRunning(runningMean.at, mean.at, momentum, mean.columns);
  kernels.foldRunning(runningSpread.at, spread.at, momentum, mean.columns);
}

/** Normalises by the moments that the norm holds. */
export function normalise(
  kernels: Kernels,
  { linear, normed }: Layer,
  { mean, divisor, gamma, beta, normal }: Norm,
  rows: number,
): void {
  const { at, columns: N, ld } = linear;
  const scaleAt = gamma.value.at;
  const shiftAt = beta.value.at;
  kernels.normalise(at, mean.at, divisor.at, scaleAt, shiftAt, normal.at, normed.at, rows, N, ld);
}

/** Makes the norm hold its running moments. */
export function holdRunning(
  kernels: Kernels,
  floats: Float32Array,
  { runningMean, runningSpread, mean, spread, divisor }: Norm,
  { epsilon, keepsVariance }: NormConvention,
): void {
  const N = mean.columns;
  floats.copyWithin(mean.at / 4, runningMean.at / 4, runningMean.at / 4 + N);
  floats.copyWithin(spread.at / 4, runningSpread.at / 4, runningSpread.at / 4 + N);
  kernels.divisorOf(spread.at, divisor.at, N, epsilon, keepsVariance);
}

/** Makes the norm hold the moments of all rows that were summed up since its sums were cleared. */
export function holdSummed(
  kernels: Kernels,
  { sums, runningMean: shift, mean, spread, divisor }: Norm,
  { epsilon, keepsVariance }: NormConvention,
  count: number,
): void {
  const { columns: N, ld } = mean;
  kernels.finishMoments(sums, shift.at, mean.at, spread.at, count, N, ld, keepsVariance);
  kernels.divisorOf(spread.at, divisor.at, N, epsilon, keepsVariance);
}
