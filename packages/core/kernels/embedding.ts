// The batch, embedding lookup and its gradient, and the gradient of a bias.
// B examples of T tokens; the table has rows of E values; x has one row of T x E values an example.

/** Copies the examples at `indices` (uint16 contexts of T tokens, uint16 targets) out as int32. */
export function takeExamples(
  contexts: usize, targets: usize, indices: usize, tokens: usize, tokenTargets: usize, B: i32, T: i32,
): void {
  for (let b = 0; b < B; b++) {
    const index = <usize>load<i32>(indices + ((<usize>b) << 2));
    store<i32>(tokenTargets + ((<usize>b) << 2), load<u16>(targets + (index << 1)));
    let from = contexts + ((index * <usize>T) << 1);
    for (let t = 0; t < T; t++, from += 2, tokens += 4) store<i32>(tokens, load<u16>(from));
  }
}

/** x[b, t * E + e] = table[tokens[b, t], e]. */
export function gather(
  table: usize, tokens: usize, x: usize, B: i32, T: i32, E: i32, ldTable: i32, ldX: i32,
): void {
  const stride = (<usize>ldX) << 2, width = (<usize>E) << 2;
  for (let b = 0; b < B; b++, x += stride) {
    let out = x;
    for (let t = 0; t < T; t++, tokens += 4, out += width) {
      const from = table + ((<usize>load<i32>(tokens) * <usize>ldTable) << 2);
      let at: usize = 0;
      for (; at + 32 <= width; at += 32) {
        const p = v128.load(from + at), q = v128.load(from + at, 16);
        v128.store(out + at, q, 16); v128.store(out + at, p);
      }
      for (; at < width; at += 4) store<f32>(out + at, load<f32>(from + at));
    }
  }
}

/** gradient = 0, then gradient[tokens[b, t], e] += dx[b, t * E + e], example by example. */
export function scatterAdd(
  gradient: usize, tokens: usize, dx: usize,
  B: i32, T: i32, E: i32, V: i32, ldGradient: i32, ldX: i32,
): void {
  const stride = (<usize>ldX) << 2, width = (<usize>E) << 2;
  memory.fill(gradient, 0, (<usize>V * <usize>ldGradient) << 2);
  for (let b = 0; b < B; b++, dx += stride) {
    let from = dx;
    for (let t = 0; t < T; t++, tokens += 4, from += width) {
      const to = gradient + ((<usize>load<i32>(tokens) * <usize>ldGradient) << 2);
      let at: usize = 0;
      for (; at + 32 <= width; at += 32) {
        const p = f32x4.add(v128.load(to + at), v128.load(from + at));
        const q = f32x4.add(v128.load(to + at, 16), v128.load(from + at, 16));
        v128.store(to + at, q, 16); v128.store(to + at, p);
      }
      for (; at < width; at += 4) store<f32>(to + at, load<f32>(to + at) + load<f32>(from + at));
    }
  }
}

/** sums[j] = sum over rows of x[i, j]: the gradient of a bias. Two sums of each, of the even rows and of the odd ones. */
export function columnSums(x: usize, sums: usize, rows: i32, n: i32, ld: i32): void {
  const stride = (<usize>ld) << 2;
  let stop = x + <usize>rows * stride;
  for (const end = sums + ((<usize>n) << 2); sums < end; sums += 32, x += 32, stop += 32) {
    let s0 = f32x4.splat(0), s1 = s0, t0 = s0, t1 = s0;
    let from = x;
    for (; from + stride < stop; from += 2 * stride) {
      s0 = f32x4.add(s0, v128.load(from)); s1 = f32x4.add(s1, v128.load(from, 16));
      t0 = f32x4.add(t0, v128.load(from + stride)); t1 = f32x4.add(t1, v128.load(from + stride, 16));
    }
    if (from < stop) { s0 = f32x4.add(s0, v128.load(from)); s1 = f32x4.add(s1, v128.load(from, 16)); }
    s0 = f32x4.add(s0, t0); s1 = f32x4.add(s1, t1);
    v128.store(sums, s1, 16); v128.store(sums, s0);
  }
}
