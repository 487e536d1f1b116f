/** Cases of matrix products. */
import { type Case, COLUMNS, ROWS } from "./self-test-bed.ts";

/** Rows, terms and columns of products: some are more than a block of the cache, or than what is copied at once. */
const PRODUCTS = [
  [13, 7, 31],
  [1, 3, 101],
  [66, 101, 22],
  [10, 401, 14],
  [5, 3, 38],
  [7, 5, 6],
  [6, 3, 6],
  [5, 3, 6],
  [2, 3, 15],
  [13, 40, 260],
] as const;

export const maddEach: Case = (bed) => {
  const [a, b, c] = [bed.draw(ROWS, COLUMNS), bed.draw(ROWS, COLUMNS), bed.draw(ROWS, COLUMNS)];
  bed.kernels.maddEach(a.at, b.at, c.at, c.at, ROWS * a.ld);
  bed.see(c);
};

export const gemm: Case = (bed) => {
  for (const [m, k, n] of PRODUCTS) {
    const [a, b, bias] = [bed.draw(m, k), bed.draw(k, n), bed.draw(1, n)];
    const [c, d] = [bed.room(m, n), bed.room(m, n)];
    bed.kernels.gemm(a.at, b.at, bias.at, c.at, m, k, n, a.ld, b.ld, c.ld);
    bed.kernels.gemm(a.at, b.at, 0, d.at, m, k, n, a.ld, b.ld, d.ld);
    bed.see(c, d);
  }
};

export const gemmTransposedA: Case = (bed) => {
  for (const [m, k, n] of PRODUCTS) {
    const [a, b, c] = [bed.draw(k, m), bed.draw(k, n), bed.room(m, n)];
    bed.kernels.gemmTransposedA(a.at, b.at, c.at, m, k, n, a.ld, b.ld, c.ld);
    bed.see(c);
  }
};

export const gemmTransposedB: Case = (bed) => {
  for (const [m, k, n] of PRODUCTS) {
    const [a, b, c] = [bed.draw(m, k), bed.draw(n, k), bed.room(m, n)];
    bed.kernels.gemmTransposedB(a.at, b.at, c.at, m, k, n, a.ld, b.ld, c.ld);
    bed.see(c);
  }
};
