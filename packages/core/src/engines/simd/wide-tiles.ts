import type { TestBed } from "./self-test.ts";

/** Sides of a product that takes some 20 microseconds. */
const [M, K, N] = [64, 128, 128];
const ROUNDS = 8;

/**
 * Says whether wide tiles are the faster ones, by the best of several rounds in turn: they are by half or more where
 * V8 makes vectors of 256 bits, and are slower by as much where it does not (on a processor without AVX2, say).
 */
export function isWideFaster(bed: TestBed): boolean {
  const { kernels } = bed;
  const [a, b, c] = [bed.draw(M, K), bed.draw(K, N), bed.room(M, N)];
  const best = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < ROUNDS; round++) {
    for (const wide of [0, 1]) {
      kernels.chooseTiles(wide);
      const start = performance.now();
      kernels.gemm(a.at, b.at, 0, c.at, M, K, N, a.ld, b.ld, c.ld);
      best[wide] = Math.min(best[wide] ?? 0, performance.now() - start);
    }
  }
  const [narrow = 0, wide = 0] = best;
  return wide < narrow;
}
