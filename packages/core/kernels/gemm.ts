// Matrix products. Letters: C is m x n. All strides are in elements; n is rounded up to whole vectors of
// four, because the columns up to the stride are zero. Tiles of 4 rows x 2 vectors stay in registers over
// the whole inner loop; the columns are the outer loop, so that a panel of B stays in the first-level cache.

/** C = A B + bias: A is m x k, B is k x n, bias a row of n (or 0 for none). */
export function gemm(
  a: usize, b: usize, bias: usize, c: usize,
  m: i32, k: i32, n: i32, lda: i32, ldb: i32, ldc: i32,
): void {
  const vectors = (n + 3) >> 2;
  const strideA = (<usize>lda) << 2;
  const strideB = (<usize>ldb) << 2;
  const strideC = (<usize>ldc) << 2;
  let v = 0;
  for (; v + 1 < vectors; v += 2) {
    const column = (<usize>v) << 4;
    const first = bias ? v128.load(bias + column) : f32x4.splat(0);
    const second = bias ? v128.load(bias + column, 16) : f32x4.splat(0);
    let i = 0;
    for (; i + 3 < m; i += 4) {
      let a0 = a + <usize>i * strideA;
      let a1 = a0 + strideA;
      let a2 = a1 + strideA;
      let a3 = a2 + strideA;
      let s00 = first, s01 = second, s10 = first, s11 = second;
      let s20 = first, s21 = second, s30 = first, s31 = second;
      let row = b + column;
      for (let p = 0; p < k; p++) {
        const b0 = v128.load(row);
        const b1 = v128.load(row, 16);
        let x = v128.load_splat<f32>(a0);
        s00 = f32x4.add(s00, f32x4.mul(x, b0));
        s01 = f32x4.add(s01, f32x4.mul(x, b1));
        x = v128.load_splat<f32>(a1);
        s10 = f32x4.add(s10, f32x4.mul(x, b0));
        s11 = f32x4.add(s11, f32x4.mul(x, b1));
        x = v128.load_splat<f32>(a2);
        s20 = f32x4.add(s20, f32x4.mul(x, b0));
        s21 = f32x4.add(s21, f32x4.mul(x, b1));
        x = v128.load_splat<f32>(a3);
        s30 = f32x4.add(s30, f32x4.mul(x, b0));
        s31 = f32x4.add(s31, f32x4.mul(x, b1));
        a0 += 4; a1 += 4; a2 += 4; a3 += 4;
        row += strideB;
      }
      let out = c + <usize>i * strideC + column;
      v128.store(out, s00); v128.store(out, s01, 16); out += strideC;
      v128.store(out, s10); v128.store(out, s11, 16); out += strideC;
      v128.store(out, s20); v128.store(out, s21, 16); out += strideC;
      v128.store(out, s30); v128.store(out, s31, 16);
    }
    for (; i < m; i++) {
      let a0 = a + <usize>i * strideA;
      let s0 = first, s1 = second;
      let row = b + column;
      for (let p = 0; p < k; p++) {
        const x = v128.load_splat<f32>(a0);
        s0 = f32x4.add(s0, f32x4.mul(x, v128.load(row)));
        s1 = f32x4.add(s1, f32x4.mul(x, v128.load(row, 16)));
        a0 += 4;
        row += strideB;
      }
      const out = c + <usize>i * strideC + column;
      v128.store(out, s0); v128.store(out, s1, 16);
    }
  }
  if (v < vectors) gemmLastVector(a, b, bias, c, m, k, (<usize>v) << 4, strideA, strideB, strideC);
}

function gemmLastVector(
  a: usize, b: usize, bias: usize, c: usize, m: i32, k: i32,
  column: usize, strideA: usize, strideB: usize, strideC: usize,
): void {
  const start = bias ? v128.load(bias + column) : f32x4.splat(0);
  for (let i = 0; i < m; i++) {
    let a0 = a + <usize>i * strideA;
    let s = start;
    let row = b + column;
    for (let p = 0; p < k; p++) {
      s = f32x4.add(s, f32x4.mul(v128.load_splat<f32>(a0), v128.load(row)));
      a0 += 4;
      row += strideB;
    }
    v128.store(c + <usize>i * strideC + column, s);
  }
}

/** C = A' B: A is k x m (read down its columns), B is k x n. */
export function gemmTransposedA(
  a: usize, b: usize, c: usize,
  m: i32, k: i32, n: i32, lda: i32, ldb: i32, ldc: i32,
): void {
  const vectors = (n + 3) >> 2;
  const strideA = (<usize>lda) << 2;
  const strideB = (<usize>ldb) << 2;
  const strideC = (<usize>ldc) << 2;
  const zero = f32x4.splat(0);
  let v = 0;
  for (; v + 1 < vectors; v += 2) {
    const column = (<usize>v) << 4;
    let i = 0;
    for (; i + 3 < m; i += 4) {
      let s00 = zero, s01 = zero, s10 = zero, s11 = zero;
      let s20 = zero, s21 = zero, s30 = zero, s31 = zero;
      let left = a + ((<usize>i) << 2);
      let row = b + column;
      for (let p = 0; p < k; p++) {
        const b0 = v128.load(row);
        const b1 = v128.load(row, 16);
        let x = v128.load_splat<f32>(left);
        s00 = f32x4.add(s00, f32x4.mul(x, b0));
        s01 = f32x4.add(s01, f32x4.mul(x, b1));
        x = v128.load_splat<f32>(left, 4);
        s10 = f32x4.add(s10, f32x4.mul(x, b0));
        s11 = f32x4.add(s11, f32x4.mul(x, b1));
        x = v128.load_splat<f32>(left, 8);
        s20 = f32x4.add(s20, f32x4.mul(x, b0));
        s21 = f32x4.add(s21, f32x4.mul(x, b1));
        x = v128.load_splat<f32>(left, 12);
        s30 = f32x4.add(s30, f32x4.mul(x, b0));
        s31 = f32x4.add(s31, f32x4.mul(x, b1));
        left += strideA;
        row += strideB;
      }
      let out = c + <usize>i * strideC + column;
      v128.store(out, s00); v128.store(out, s01, 16); out += strideC;
      v128.store(out, s10); v128.store(out, s11, 16); out += strideC;
      v128.store(out, s20); v128.store(out, s21, 16); out += strideC;
      v128.store(out, s30); v128.store(out, s31, 16);
    }
    for (; i < m; i++) transposedATail(a, b, c, i, k, column, 2, strideA, strideB, strideC);
  }
  if (v < vectors) {
    for (let i = 0; i < m; i++) transposedATail(a, b, c, i, k, (<usize>v) << 4, 1, strideA, strideB, strideC);
  }
}

function transposedATail(
  a: usize, b: usize, c: usize, i: i32, k: i32, column: usize, vectors: i32,
  strideA: usize, strideB: usize, strideC: usize,
): void {
  for (let v = 0; v < vectors; v++) {
    const at = column + ((<usize>v) << 4);
    let s = f32x4.splat(0);
    let left = a + ((<usize>i) << 2);
    let row = b + at;
    for (let p = 0; p < k; p++) {
      s = f32x4.add(s, f32x4.mul(v128.load_splat<f32>(left), v128.load(row)));
      left += strideA;
      row += strideB;
    }
    v128.store(c + <usize>i * strideC + at, s);
  }
}

/** C = A B': A is m x k, B is n x k; both rows run along k, so every element of C is a dot product. */
export function gemmTransposedB(
  a: usize, b: usize, c: usize,
  m: i32, k: i32, n: i32, lda: i32, ldb: i32, ldc: i32,
): void {
  const vectors = (k + 3) >> 2;
  const strideA = (<usize>lda) << 2;
  const strideB = (<usize>ldb) << 2;
  const strideC = (<usize>ldc) << 2;
  for (let j = 0; j < n; j += 4) {
    const columns = min(4, n - j);
    let i = 0;
    if (columns == 4) {
      for (; i + 1 < m; i += 2) {
        dotTile(a + <usize>i * strideA, b + <usize>j * strideB,
          c + <usize>i * strideC + ((<usize>j) << 2), vectors, strideA, strideB, strideC);
      }
    }
    for (; i < m; i++) {
      for (let q = 0; q < columns; q++) {
        const sum = dot(a + <usize>i * strideA, b + <usize>(j + q) * strideB, vectors);
        store<f32>(c + <usize>i * strideC + ((<usize>(j + q)) << 2), sum);
      }
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
  for (let p = 0; p < vectors; p++) {
    const x0 = v128.load(a);
    const x1 = v128.load(a1);
    let y = v128.load(b0);
    s00 = f32x4.add(s00, f32x4.mul(x0, y));
    s10 = f32x4.add(s10, f32x4.mul(x1, y));
    y = v128.load(b1);
    s01 = f32x4.add(s01, f32x4.mul(x0, y));
    s11 = f32x4.add(s11, f32x4.mul(x1, y));
    y = v128.load(b2);
    s02 = f32x4.add(s02, f32x4.mul(x0, y));
    s12 = f32x4.add(s12, f32x4.mul(x1, y));
    y = v128.load(b3);
    s03 = f32x4.add(s03, f32x4.mul(x0, y));
    s13 = f32x4.add(s13, f32x4.mul(x1, y));
    a += 16; a1 += 16; b0 += 16; b1 += 16; b2 += 16; b3 += 16;
  }
  v128.store(c, sumEach(s00, s01, s02, s03));
  v128.store(c + strideC, sumEach(s10, s11, s12, s13));
}

function dot(a: usize, b: usize, vectors: i32): f32 {
  let s = f32x4.splat(0);
  for (let p = 0; p < vectors; p++) {
    s = f32x4.add(s, f32x4.mul(v128.load(a), v128.load(b)));
    a += 16; b += 16;
  }
  return f32x4.extract_lane(sumEach(s, s, s, s), 0);
}

/** The four lane sums of four vectors, as one vector. */
@inline
function sumEach(p: v128, q: v128, r: v128, s: v128): v128 {
  const low = f32x4.add(v128.shuffle<f32>(p, q, 0, 4, 1, 5), v128.shuffle<f32>(p, q, 2, 6, 3, 7));
  const high = f32x4.add(v128.shuffle<f32>(r, s, 0, 4, 1, 5), v128.shuffle<f32>(r, s, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(low, high, 0, 1, 4, 5), v128.shuffle<f32>(low, high, 2, 3, 6, 7));
}
