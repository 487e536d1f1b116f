// Matrix products. C is m x n, row-major like all operands; strides (`ld`) are in elements, n is rounded up to
// whole vectors of four because the columns up to the stride are zero.
//
// A B and A' B: tiles of 4 rows x 2 vectors, with one panel of 4 x 3 where the number of vectors is odd (27
// columns are 28 then, not 32). A tile stays in registers over the whole sum. Columns are the outer loop, so
// that a panel of B stays in the first-level cache. The last rows are a tile that overlaps the one before: the
// same numbers are written twice. What limits a tile is the number of instructions, so A B takes two terms of
// the sum a turn, the second at an offset, which spares the additions of addresses: 39.5 -> 41.4 GFLOP/s for
// 32 x 30 x 200; in A' B the four elements of A lie side by side: 37 -> 42 (AMD EPYC, bare loop 47).
// A B' runs both operands along their rows: tiles of 2 x 4 dot products, one horizontal sum at the end.
import { madd, flush4, sumEach } from "./vector";

/** C = A B + bias, flushed: A is m x k, B is k x n, bias a row of n (or 0 for none). */
export function gemm(
  a: usize, b: usize, bias: usize, c: usize,
  m: i32, k: i32, n: i32, lda: i32, ldb: i32, ldc: i32,
): void {
  panels(false, a, b, bias, c, m, k, n, (<usize>lda) << 2, (<usize>ldb) << 2, (<usize>ldc) << 2);
}

/** C = A' B, flushed: A is k x m, B is k x n. */
export function gemmTransposedA(
  a: usize, b: usize, c: usize,
  m: i32, k: i32, n: i32, lda: i32, ldb: i32, ldc: i32,
): void {
  panels(true, a, b, 0, c, m, k, n, (<usize>lda) << 2, (<usize>ldb) << 2, (<usize>ldc) << 2);
}
/** Both of them, panel by panel; strides are in bytes here. */
@inline
function panels(
  isTransposed: bool, a: usize, b: usize, bias: usize, c: usize,
  m: i32, k: i32, n: i32, strideA: usize, strideB: usize, strideC: usize,
): void {
  const end = (<usize>((n + 3) >> 2)) << 4;
  let column: usize = 0;
  if (m >= 4) {
    if (end & 16 && end > 16) {
      if (isTransposed) transposedPanel<Three>(a, b, c, m, k, strideA, strideB, strideC);
      else panel<Three>(a, b, bias, c, m, k, strideA, strideB, strideC);
      column = 48;
    }
    for (; column + 16 < end; column += 32) {
      if (isTransposed) transposedPanel<Two>(a, b + column, c + column, m, k, strideA, strideB, strideC);
      else panel<Two>(a, b + column, bias ? bias + column : 0, c + column, m, k, strideA, strideB, strideC);
    }
  }
  const rowA = isTransposed ? <usize>4 : strideA, depthA = isTransposed ? strideA : 4;
  for (; column < end; column += 16) {
    panelOf1(a, b + column, bias ? bias + column : 0, c + column, m, k, rowA, depthA, strideB, strideC);
  }
}

/** A panel of 4 rows and two vectors, or three where `Width` is `Three`. */
function panel<Width>(
  a: usize, b: usize, bias: usize, c: usize, m: i32, k: i32, rowA: usize, strideB: usize, strideC: usize,
): void {
  const start0 = bias ? v128.load(bias) : f32x4.splat(0);
  const start1 = bias ? v128.load(bias, 16) : f32x4.splat(0);
  const start2 = isThree<Width>() && bias ? v128.load(bias, 32) : f32x4.splat(0);
  for (let i = 0; i < m; i += 4) {
    const first = <usize>min(i, m - 4);
    let a0 = a + first * rowA;
    let a1 = a0 + rowA, a2 = a1 + rowA, a3 = a2 + rowA;
    let s00 = start0, s01 = start1, s02 = start2;
    let s10 = start0, s11 = start1, s12 = start2;
    let s20 = start0, s21 = start1, s22 = start2;
    let s30 = start0, s31 = start1, s32 = start2;
    let row = b;
    let x: v128;
    const pairsEnd = a0 + ((<usize>(k & ~1)) << 2);
    while (a0 < pairsEnd) {
      let b0 = v128.load(row), b1 = v128.load(row, 16), b2 = isThree<Width>() ? v128.load(row, 32) : b1;
      row += strideB;
      x = v128.load_splat<f32>(a0);
      s00 = madd(x, b0, s00); s01 = madd(x, b1, s01); if (isThree<Width>()) s02 = madd(x, b2, s02);
      x = v128.load_splat<f32>(a1);
      s10 = madd(x, b0, s10); s11 = madd(x, b1, s11); if (isThree<Width>()) s12 = madd(x, b2, s12);
      x = v128.load_splat<f32>(a2);
      s20 = madd(x, b0, s20); s21 = madd(x, b1, s21); if (isThree<Width>()) s22 = madd(x, b2, s22);
      x = v128.load_splat<f32>(a3);
      s30 = madd(x, b0, s30); s31 = madd(x, b1, s31); if (isThree<Width>()) s32 = madd(x, b2, s32);
      b0 = v128.load(row); b1 = v128.load(row, 16); if (isThree<Width>()) b2 = v128.load(row, 32);
      row += strideB;
      x = v128.load_splat<f32>(a0, 4);
      s00 = madd(x, b0, s00); s01 = madd(x, b1, s01); if (isThree<Width>()) s02 = madd(x, b2, s02);
      x = v128.load_splat<f32>(a1, 4);
      s10 = madd(x, b0, s10); s11 = madd(x, b1, s11); if (isThree<Width>()) s12 = madd(x, b2, s12);
      x = v128.load_splat<f32>(a2, 4);
      s20 = madd(x, b0, s20); s21 = madd(x, b1, s21); if (isThree<Width>()) s22 = madd(x, b2, s22);
      x = v128.load_splat<f32>(a3, 4);
      s30 = madd(x, b0, s30); s31 = madd(x, b1, s31); if (isThree<Width>()) s32 = madd(x, b2, s32);
      a0 += 8; a1 += 8; a2 += 8; a3 += 8;
    }
    if (k & 1) {
      const b0 = v128.load(row), b1 = v128.load(row, 16), b2 = isThree<Width>() ? v128.load(row, 32) : b1;
      x = v128.load_splat<f32>(a0);
      s00 = madd(x, b0, s00); s01 = madd(x, b1, s01); if (isThree<Width>()) s02 = madd(x, b2, s02);
      x = v128.load_splat<f32>(a1);
      s10 = madd(x, b0, s10); s11 = madd(x, b1, s11); if (isThree<Width>()) s12 = madd(x, b2, s12);
      x = v128.load_splat<f32>(a2);
      s20 = madd(x, b0, s20); s21 = madd(x, b1, s21); if (isThree<Width>()) s22 = madd(x, b2, s22);
      x = v128.load_splat<f32>(a3);
      s30 = madd(x, b0, s30); s31 = madd(x, b1, s31); if (isThree<Width>()) s32 = madd(x, b2, s32);
    }
    let out = c + first * strideC;
    storeRow<Width>(out, s00, s01, s02); out += strideC;
    storeRow<Width>(out, s10, s11, s12); out += strideC;
    storeRow<Width>(out, s20, s21, s22); out += strideC;
    storeRow<Width>(out, s30, s31, s32);
  }
}

/** The same of A'. */
function transposedPanel<Width>(
  a: usize, b: usize, c: usize, m: i32, k: i32, depthA: usize, strideB: usize, strideC: usize,
): void {
  const zero = f32x4.splat(0);
  const end = b + <usize>k * strideB;
  for (let i = 0; i < m; i += 4) {
    const first = <usize>min(i, m - 4);
    let left = a + (first << 2);
    let s00 = zero, s01 = zero, s02 = zero;
    let s10 = zero, s11 = zero, s12 = zero;
    let s20 = zero, s21 = zero, s22 = zero;
    let s30 = zero, s31 = zero, s32 = zero;
    let x: v128;
    for (let row = b; row < end; row += strideB, left += depthA) {
      const b0 = v128.load(row), b1 = v128.load(row, 16), b2 = isThree<Width>() ? v128.load(row, 32) : b1;
      x = v128.load_splat<f32>(left);
      s00 = madd(x, b0, s00); s01 = madd(x, b1, s01); if (isThree<Width>()) s02 = madd(x, b2, s02);
      x = v128.load_splat<f32>(left, 4);
      s10 = madd(x, b0, s10); s11 = madd(x, b1, s11); if (isThree<Width>()) s12 = madd(x, b2, s12);
      x = v128.load_splat<f32>(left, 8);
      s20 = madd(x, b0, s20); s21 = madd(x, b1, s21); if (isThree<Width>()) s22 = madd(x, b2, s22);
      x = v128.load_splat<f32>(left, 12);
      s30 = madd(x, b0, s30); s31 = madd(x, b1, s31); if (isThree<Width>()) s32 = madd(x, b2, s32);
    }
    let out = c + first * strideC;
    storeRow<Width>(out, s00, s01, s02); out += strideC;
    storeRow<Width>(out, s10, s11, s12); out += strideC;
    storeRow<Width>(out, s20, s21, s22); out += strideC;
    storeRow<Width>(out, s30, s31, s32);
  }
}

@inline
function storeRow<Width>(out: usize, s0: v128, s1: v128, s2: v128): void {
  v128.store(out, flush4(s0));
  v128.store(out, flush4(s1), 16);
  if (isThree<Width>()) v128.store(out, flush4(s2), 32);
}

// Widths of a panel are types, so that the compiler makes a function of each and drops what the narrow one lacks.
type Two = i16;
type Three = i32;

@inline
function isThree<Width>(): bool {
  return sizeof<Width>() == sizeof<Three>();
}

function panelOf1(
  a: usize, b: usize, bias: usize, c: usize, m: i32, k: i32,
  rowA: usize, depthA: usize, strideB: usize, strideC: usize,
): void {
  const start = bias ? v128.load(bias) : f32x4.splat(0);
  for (let i = 0; i < m; i++) {
    let a0 = a + <usize>i * rowA;
    let s = start;
    let row = b;
    for (let p = 0; p < k; p++) {
      s = madd(v128.load_splat<f32>(a0), v128.load(row), s);
      a0 += depthA;
      row += strideB;
    }
    v128.store(c + <usize>i * strideC, flush4(s));
  }
}

/** C = A B', flushed: A is m x k, B is n x k. */
export function gemmTransposedB(
  a: usize, b: usize, c: usize,
  m: i32, k: i32, n: i32, lda: i32, ldb: i32, ldc: i32,
): void {
  const vectors = (k + 3) >> 2;
  const strideA = (<usize>lda) << 2;
  const strideB = (<usize>ldb) << 2;
  const strideC = (<usize>ldc) << 2;
  let done = 0;
  if (m >= 2 && n >= 4) {
    for (; done < n; done += 4) {
      const j = <usize>min(done, n - 4);
      for (let i = 0; i < m; i += 2) {
        const first = <usize>min(i, m - 2);
        dotTile(a + first * strideA, b + j * strideB, c + first * strideC + (j << 2),
          vectors, strideA, strideB, strideC);
      }
    }
  }
  for (; done < n; done++) {
    for (let i = 0; i < m; i++) {
      store<f32>(c + <usize>i * strideC + ((<usize>done) << 2),
        dot(a + <usize>i * strideA, b + <usize>done * strideB, vectors));
    }
  }
}

function dotTile(
  a: usize, b: usize, c: usize, vectors: i32, strideA: usize, strideB: usize, strideC: usize,
): void {
  const zero = f32x4.splat(0);
  let s00 = zero, s01 = zero, s02 = zero, s03 = zero;
  let s10 = zero, s11 = zero, s12 = zero, s13 = zero;
  let a1 = a + strideA;
  let b0 = b, b1 = b + strideB, b2 = b + 2 * strideB, b3 = b + 3 * strideB;
  for (const end = a + ((<usize>vectors) << 4); a < end;) {
    const x0 = v128.load(a), x1 = v128.load(a1);
    let y = v128.load(b0);
    s00 = madd(x0, y, s00); s10 = madd(x1, y, s10);
    y = v128.load(b1);
    s01 = madd(x0, y, s01); s11 = madd(x1, y, s11);
    y = v128.load(b2);
    s02 = madd(x0, y, s02); s12 = madd(x1, y, s12);
    y = v128.load(b3);
    s03 = madd(x0, y, s03); s13 = madd(x1, y, s13);
    a += 16; a1 += 16; b0 += 16; b1 += 16; b2 += 16; b3 += 16;
  }
  v128.store(c, flush4(sumEach(s00, s01, s02, s03)));
  v128.store(c + strideC, flush4(sumEach(s10, s11, s12, s13)));
}

function dot(a: usize, b: usize, vectors: i32): f32 {
  let s = f32x4.splat(0);
  for (let p = 0; p < vectors; p++) {
    s = madd(v128.load(a), v128.load(b), s);
    a += 16; b += 16;
  }
  return f32x4.extract_lane(flush4(sumEach(s, s, s, s)), 0);
}
