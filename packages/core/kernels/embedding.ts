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
  for (let b = 0; b < B; b++) {
    let out = x + ((<usize>(b * ldX)) << 2);
    for (let t = 0; t < T; t++) {
      const token = load<i32>(tokens + ((<usize>(b * T + t)) << 2));
      let from = table + ((<usize>(token * ldTable)) << 2);
      for (let e = 0; e < E; e++, from += 4, out += 4) store<f32>(out, load<f32>(from));
    }
  }
}

/** gradient = 0, then gradient[tokens[b, t], e] += dx[b, t * E + e], example by example. */
export function scatterAdd(
  gradient: usize, tokens: usize, dx: usize,
  B: i32, T: i32, E: i32, V: i32, ldGradient: i32, ldX: i32,
): void {
  memory.fill(gradient, 0, (<usize>(V * ldGradient)) << 2);
  for (let b = 0; b < B; b++) {
    let from = dx + ((<usize>(b * ldX)) << 2);
    for (let t = 0; t < T; t++) {
      const token = load<i32>(tokens + ((<usize>(b * T + t)) << 2));
      let to = gradient + ((<usize>(token * ldGradient)) << 2);
      for (let e = 0; e < E; e++) {
        store<f32>(to, load<f32>(to) + load<f32>(from));
        to += 4;
        from += 4;
      }
    }
  }
}

/** sums[j] = sum over rows of x[i, j]: the gradient of a bias. */
export function columnSums(x: usize, sums: usize, rows: i32, n: i32, ld: i32): void {
  const stride = (<usize>ld) << 2;
  const vectors = (n + 3) >> 2;
  for (let v = 0; v < vectors; v++) {
    let from = x + ((<usize>v) << 4);
    let s = f32x4.splat(0);
    for (let i = 0; i < rows; i++) {
      s = f32x4.add(s, v128.load(from));
      from += stride;
    }
    v128.store(sums + ((<usize>v) << 4), s);
  }
}
