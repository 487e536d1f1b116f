// One panel of a product: the columns of one tile, its rows shared out among tiles.
import { tiles } from "../dist/kernels-tiles";

/** 2^-63, below which a finished element counts as 0: see flush4. */
const SMALLEST: f32 = 1.0842021724855044e-19;

let isWide: bool = false;

/** Chooses tiles for registers of 256 bits (or for many of 128), or else for sixteen of 128. The bits are the same. */
export function chooseTiles(wide: i32): void {
  isWide = wide != 0;
}

/** How many pairs of columns the next panel takes of those that are left. */
export function widthOf(left: i32): i32 {
  return isWide ? (left == 3 ? 3 : min(left, 2)) : 1;
}

/**
 * C = A B of one panel: m rows of `pairs` pairs of columns. The rows of A lie `rowA` bytes apart, its terms `termA`; the
 * sums of a row begin with what `start` holds, `strideStart` bytes apart. Flushed where the sums are complete.
 */
export function panel(
  pairs: i32, a: usize, b: usize, start: usize, c: usize, m: i32, k: i32,
  rowA: usize, termA: usize, strideB: usize, strideStart: usize, strideC: usize, isComplete: bool,
): void {
  const least: f32 = isComplete ? SMALLEST : 0;
  const tallest = pairs == 1 ? 4 : pairs == 2 ? 6 : 3;
  let rows = m - m % tallest, rest = m - rows, fours = 0;
  if (pairs == 2) {
    // One or two rows alone would take as long as four: they share with the last six.
    if (rest > 0 && rest < 3 && rows > 0) { rows -= 6; rest += 6; }
    fours = rest == 5 ? 0 : rest >> 2;
  }
  if (rows > 0) {
    tiles(tallest, pairs, a, b, start, c, rows, k, rowA, termA, strideB, strideStart, strideC, least);
    a += <usize>rows * rowA; start += <usize>rows * strideStart; c += <usize>rows * strideC;
  }
  if (fours > 0) {
    rows = fours << 2; rest -= rows;
    tiles(4, pairs, a, b, start, c, rows, k, rowA, termA, strideB, strideStart, strideC, least);
    a += <usize>rows * rowA; start += <usize>rows * strideStart; c += <usize>rows * strideC;
  }
  if (rest > 0) tiles(rest, pairs, a, b, start, c, rest, k, rowA, termA, strideB, strideStart, strideC, least);
}
