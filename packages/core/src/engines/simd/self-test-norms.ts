/** Cases of norms, of the sums of columns and of the loss. */
import type { Matrix } from "./layout.ts";
import { type Bed, type Case, COLUMNS, ROWS } from "./self-test-bed.ts";

const EPSILON = 1e-5;

/** Moments of a batch, normalising by them, and its gradient, by both conventions of what is kept. */
export const batchMoments: Case = (bed) => {
  const { kernels } = bed;
  for (const keepsVariance of [1, 0]) {
    const x = bed.draw(ROWS, COLUMNS);
    const vector = (): Matrix => bed.room(1, COLUMNS);
    const [mean, spread, divisor, slope] = [vector(), vector(), vector(), vector()];
    // biome-ignore format: as in the kernel
    kernels.batchMoments(
      x.at, mean.at, spread.at, divisor.at, slope.at, ROWS, COLUMNS, x.ld, EPSILON, keepsVariance);
    const [gamma, beta] = [bed.draw(1, COLUMNS), bed.draw(1, COLUMNS)];
    const [normal, y] = [bed.room(ROWS, COLUMNS), bed.room(ROWS, COLUMNS)];
    // biome-ignore format: as in the kernel
    kernels.normalise(
      x.at, mean.at, divisor.at, gamma.at, beta.at, normal.at, y.at, ROWS, COLUMNS, x.ld);
    const [dy, dgamma, dbeta] = [bed.draw(ROWS, COLUMNS), vector(), vector()];
    // biome-ignore format: as in the kernel
    kernels.normBackward(
      dy.at, normal.at, divisor.at, slope.at, gamma.at, dgamma.at, dbeta.at, dy.at, ROWS, COLUMNS, x.ld);
    bed.see(mean, spread, divisor, slope, normal, y, dy, dgamma, dbeta);
  }
};

/** Moments of whole columns, from the sums of two tiles, and running ones. */
export const columnMoments: Case = (bed) => {
  const { kernels } = bed;
  const shift = bed.draw(1, COLUMNS);
  const sums = bed.room(4, COLUMNS);
  for (let tile = 0; tile < 2; tile++) {
    const x = bed.draw(ROWS, COLUMNS);
    kernels.columnMoments(x.at, shift.at, sums.at, ROWS, COLUMNS, x.ld);
  }
  const [mean, spread, divisor] = [
    bed.room(1, COLUMNS),
    bed.room(1, COLUMNS),
    bed.room(1, COLUMNS),
  ];
  kernels.finishMoments(sums.at, shift.at, mean.at, spread.at, 2 * ROWS, COLUMNS, mean.ld, 1);
  kernels.divisorOf(spread.at, divisor.at, COLUMNS, EPSILON, 1);
  kernels.foldRunning(shift.at, mean.at, 0.125, COLUMNS);
  bed.see(sums, mean, spread, divisor, shift);
};

export const columnSums: Case = (bed) => {
  const [x, sums] = [bed.draw(ROWS, COLUMNS), bed.room(1, COLUMNS)];
  bed.kernels.columnSums(x.at, sums.at, ROWS, COLUMNS, x.ld);
  bed.see(sums);
};

/** Widths of rows with and without pads, of even and odd numbers of pairs, and of less than one. */
const WIDTHS = [27, 64, 5] as const;

export const layerNorm: Case = (bed) => {
  for (const n of WIDTHS) {
    const [x, gain, shift] = [bed.draw(ROWS, n), bed.draw(1, n), bed.draw(1, n)];
    const { normal, y, scales } = rowRoom(bed, n);
    // biome-ignore format: as in the kernel
    bed.kernels.layerNorm(
      x.at, gain.at, shift.at, normal.at, y.at, scales.at, ROWS, n, x.ld, EPSILON);
    const [dy, dgain, dshift] = [bed.draw(ROWS, n), bed.room(1, n), bed.room(1, n)];
    const { affineGradients, layerNormBackward } = bed.kernels;
    affineGradients(dy.at, normal.at, dgain.at, dshift.at, ROWS, n, x.ld);
    layerNormBackward(dy.at, normal.at, scales.at, gain.at, dy.at, ROWS, n, x.ld);
    bed.see(normal, y, scales, dy, dgain, dshift);
  }
};

export const rmsNorm: Case = (bed) => {
  for (const n of WIDTHS) {
    const [x, gain] = [bed.draw(ROWS, n), bed.draw(1, n)];
    const { normal, y, scales } = rowRoom(bed, n);
    bed.kernels.rmsNorm(x.at, gain.at, normal.at, y.at, scales.at, ROWS, n, x.ld, EPSILON);
    const [dy, dgain] = [bed.draw(ROWS, n), bed.room(1, n)];
    bed.kernels.affineGradients(dy.at, normal.at, dgain.at, 0, ROWS, n, x.ld);
    bed.kernels.rmsNormBackward(dy.at, normal.at, scales.at, gain.at, dy.at, ROWS, n, x.ld);
    bed.see(normal, y, scales, dy, dgain);
  }
};

function rowRoom(bed: Bed, n: number): Readonly<Record<"normal" | "y" | "scales", Matrix>> {
  return { normal: bed.room(ROWS, n), y: bed.room(ROWS, n), scales: bed.room(1, ROWS) };
}

/** A bed's logits, targets, and what the loss is written to. */
function lossRoom(bed: Bed) {
  const logits = bed.draw(ROWS, COLUMNS);
  const [gradient, sums] = [bed.room(ROWS, COLUMNS), bed.room(1, ROWS)];
  const targets = bed.drawIndices(ROWS, COLUMNS);
  return { logits, gradient, sums, targets };
}

export const crossEntropy: Case = (bed) => {
  const { logits, gradient, sums, targets } = lossRoom(bed);
  const { crossEntropy } = bed.kernels;
  bed.see(
    crossEntropy(logits.at, targets, gradient.at, sums.at, ROWS, COLUMNS, logits.ld),
    gradient,
  );
};

export const smoothedCrossEntropy: Case = (bed) => {
  const { logits, gradient, sums, targets } = lossRoom(bed);
  const { smoothedCrossEntropy } = bed.kernels;
  bed.see(
    smoothedCrossEntropy(logits.at, targets, gradient.at, sums.at, ROWS, COLUMNS, logits.ld, 0.125),
    gradient,
  );
};
