// Matrix products. C is m x n, row-major like all operands; strides (`ld`) are in elements, and n is rounded up to
// whole pairs of vectors, because the columns up to the stride are zero.
//
// Each element of C is one chain of fused multiply-adds over the terms of its sum in order, from its bias or from 0.
// Nothing else decides its bits: not the tile that holds it, not the rows and columns that are computed with it (so
// that a caller may compute C in parts), not the blocks of terms, after each of which the chain goes on from C.
//
// C comes by panels: the columns of one tile over all rows. Their part of B is read once for every tile, so it has
// to stay in the first-level cache, and for many rows it is copied there in one piece: rows of a large B lie pages apart,
// more of them than the first level of address translation has entries. A B' is A B of a B that is transposed in
// the same way, panel by panel: sums across lanes would cost more, and would be sums in another order.
import { panel, widthOf } from "./panel";
import {
  copyColumns, MOST_TERMS, panelRoom, resultRoom, ROWS_OF_RESULT, transposeBack, transposeRows, zeros,
} from "./room";

/** Rows from which a copy of B's columns costs less than it spares. */
const ROWS_WORTH_COPYING: i32 = 256;
/** Terms from which it does: fewer rows of B have their entries. */
const TERMS_WORTH_COPYING: i32 = 96;
/** Floats of A in one block: 512 KiB, half of a second-level cache. */
const MOST_OF_A: i32 = 1 << 17;

/** C = A B + bias, flushed: A is m x k, B is k x n, bias a row of n (or 0 for none). */
export function gemm(
  a: usize, b: usize, bias: usize, c: usize,
  m: i32, k: i32, n: i32, lda: i32, ldb: i32, ldc: i32,
): void {
  const strideA = (<usize>lda) << 2, strideB = (<usize>ldb) << 2, strideC = (<usize>ldc) << 2;
  product(a, b, bias ? bias : zeros(), bias != 0, c, m, k, n, strideA, 4, strideB, strideC);
}

/** C = A' B, flushed: A is k x m, B is k x n. */
export function gemmTransposedA(
  a: usize, b: usize, c: usize,
  m: i32, k: i32, n: i32, lda: i32, ldb: i32, ldc: i32,
): void {
  const strideA = (<usize>lda) << 2, strideB = (<usize>ldb) << 2, strideC = (<usize>ldc) << 2;
  product(a, b, zeros(), false, c, m, k, n, 4, strideA, strideB, strideC);
}

/**
 * Both: the rows of A lie `rowA` bytes apart, its terms `termA`. `start` is where the sums of a row begin: the same
 * for every column unless `isRow`.
 */
function product(
  a: usize, b: usize, start: usize, isRow: bool, c: usize,
  m: i32, k: i32, n: i32, rowA: usize, termA: usize, strideB: usize, strideC: usize,
): void {
  const terms = blockOf(k), rows = rowsOf(m, terms);
  for (let i = 0; i < m; i += rows) {
    const count = min(rows, m - i);
    rowsOfProduct(a, b, start, isRow, c, count, k, terms, n, rowA, termA, strideB, strideC);
    a += <usize>rows * rowA; c += <usize>rows * strideC;
  }
}

function rowsOfProduct(
  a: usize, b: usize, start: usize, isRow: bool, c: usize,
  m: i32, k: i32, block: i32, n: i32, rowA: usize, termA: usize, strideB: usize, strideC: usize,
): void {
  const isCopied = m >= ROWS_WORTH_COPYING && block >= TERMS_WORTH_COPYING;
  const copy = panelRoom();
  const end = (n + 7) >> 3;
  for (let first = 0; first < k; first += block) {
    const terms = min(block, k - first), isLast = first + terms == k;
    const fromA = a + <usize>first * termA, fromB = b + <usize>first * strideB;
    for (let pair = 0; pair < end;) {
      const pairs = widthOf(end - pair);
      const at = (<usize>pair) << 5;
      const columns = fromB + at, out = c + at;
      if (isCopied) copyColumns(columns, copy, pairs, terms, strideB);
      panel(
        pairs, fromA, isCopied ? copy : columns, first ? out : isRow ? start + at : start, out, m, terms,
        rowA, termA, isCopied ? (<usize>pairs) << 5 : strideB, first ? strideC : 0, strideC, isLast);
      pair += pairs;
    }
  }
}

/** Multiplications in the time that a transposition takes for one element. */
const PRICE_OF_TRANSPOSING: i64 = 7;

/** C = A B', flushed: A is m x k, B is n x k. Where transposing A and C is cheaper than transposing B, they are. */
export function gemmTransposedB(
  a: usize, b: usize, c: usize,
  m: i32, k: i32, n: i32, lda: i32, ldb: i32, ldc: i32,
): void {
  const strideA = (<usize>lda) << 2, strideB = (<usize>ldb) << 2, strideC = (<usize>ldc) << 2;
  // Rows that are transposed become columns, of which panels have sixteen.
  const wideM = <i64>((m + 15) & ~15), wideN = <i64>((n + 15) & ~15);
  const priceOfA = n * wideM * k + PRICE_OF_TRANSPOSING * wideM * (k + n);
  const priceOfB = m * wideN * k + PRICE_OF_TRANSPOSING * wideN * k;
  if (priceOfA < priceOfB) byTransposedA(a, b, c, m, k, n, strideA, strideB, strideC);
  else byTransposedB(a, b, c, m, k, n, strideA, strideB, strideC);
}

function byTransposedB(
  a: usize, b: usize, c: usize, m: i32, k: i32, n: i32, strideA: usize, strideB: usize, strideC: usize,
): void {
  const block = blockOf(k), end = (n + 7) >> 3, columns = panelRoom();
  for (let first = 0; first < k; first += block) {
    const terms = min(block, k - first), isLast = first + terms == k;
    const at = (<usize>first) << 2;
    for (let pair = 0; pair < end;) {
      const pairs = widthOf(end - pair);
      transposeRows(b + <usize>(pair << 3) * strideB + at, columns, pairs, n - (pair << 3), terms, strideB);
      const out = c + ((<usize>pair) << 5);
      panel(
        pairs, a + at, columns, first ? out : zeros(), out, m, terms,
        strideA, 4, (<usize>pairs) << 5, first ? strideC : 0, strideC, isLast);
      pair += pairs;
    }
  }
}

/** C' = B A', a part of C's columns at a time, which are rows then. */
function byTransposedA(
  a: usize, b: usize, c: usize, m: i32, k: i32, n: i32, strideA: usize, strideB: usize, strideC: usize,
): void {
  const block = blockOf(k), end = (m + 7) >> 3, columns = panelRoom(), result = resultRoom();
  for (let pair = 0; pair < end;) {
    const pairs = widthOf(end - pair), strideR = (<usize>pairs) << 5;
    const row = pair << 3, rows = min(m - row, pairs << 3);
    const fromA = a + <usize>row * strideA, out = c + <usize>row * strideC;
    for (let column = 0; column < n; column += ROWS_OF_RESULT) {
      const count = min(ROWS_OF_RESULT, n - column);
      const fromB = b + <usize>column * strideB;
      for (let first = 0; first < k; first += block) {
        const terms = min(block, k - first), isLast = first + terms == k;
        const at = (<usize>first) << 2;
        if (block < k || column == 0) transposeRows(fromA + at, columns, pairs, rows, terms, strideA);
        panel(
          pairs, fromB + at, columns, first ? result : zeros(), result, count, terms,
          strideB, 4, strideR, first ? strideR : 0, strideR, isLast);
      }
      transposeBack(result, out + ((<usize>column) << 2), pairs, rows, count, strideC);
    }
    pair += pairs;
  }
}

/** Terms of one block of a sum of k: blocks of about the same size. */
function blockOf(k: i32): i32 {
  const blocks = (k + MOST_TERMS - 1) / MOST_TERMS;
  return ((k + blocks - 1) / blocks + 3) & ~3;
}

/** Rows of one block of m, so that its part of A stays in the second-level cache; whole tiles of six and of four. */
function rowsOf(m: i32, terms: i32): i32 {
  const most = MOST_OF_A / terms;
  const blocks = (m + most - 1) / most;
  return ((m + blocks - 1) / blocks + 11) / 12 * 12;
}
