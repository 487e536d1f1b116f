// Batch normalisation over the rows of x (rows x n), eight columns at a time. Variances are unbiased (rows - 1).
// `divisor` is what x - mean is divided by: sqrt(variance + epsilon), or std + epsilon.
import { flush4, madd, ONE, pairMasks, promoteHigh, splat } from "./vector";

/**
 * Moments of every column of one mini-batch, in two passes. `spread` is what the layer keeps running:
 * the variance when `keepsVariance`, else the std. `slope` is d divisor / d std divided by
 * std / divisor: see normBackward; 0 where a column does not vary.
 */
export function batchMoments(
  x: usize, mean: usize, spread: usize, divisor: usize, slope: usize,
  rows: i32, n: i32, ld: i32, epsilon: f32, keepsVariance: i32,
): void {
  const stride = (<usize>ld) << 2;
  const end = x + <usize>rows * stride;
  const count = f32x4.splat(<f32>rows);
  for (let j = 0; j < n; j += 8, x += 32, mean += 32, spread += 32, divisor += 32, slope += 32) {
    const stop = end + ((<usize>j) << 2);
    // Two sums of each column, of the even rows and of the odd ones, because each addition is waited for.
    let s0 = f32x4.splat(0), s1 = s0, t0 = s0, t1 = s0;
    let from = x;
    for (; from + stride < stop; from += 2 * stride) {
      s0 = f32x4.add(s0, v128.load(from)); s1 = f32x4.add(s1, v128.load(from, 16));
      t0 = f32x4.add(t0, v128.load(from + stride)); t1 = f32x4.add(t1, v128.load(from + stride, 16));
    }
    if (from < stop) { s0 = f32x4.add(s0, v128.load(from)); s1 = f32x4.add(s1, v128.load(from, 16)); }
    const m0 = f32x4.div(f32x4.add(s0, t0), count), m1 = f32x4.div(f32x4.add(s1, t1), count);
    s0 = f32x4.splat(0); s1 = s0; t0 = s0; t1 = s0;
    for (from = x; from + stride < stop; from += 2 * stride) {
      const c0 = f32x4.sub(v128.load(from), m0), c1 = f32x4.sub(v128.load(from, 16), m1);
      const d0 = f32x4.sub(v128.load(from + stride), m0), d1 = f32x4.sub(v128.load(from + stride, 16), m1);
      s0 = madd(c0, c0, s0); s1 = madd(c1, c1, s1);
      t0 = madd(d0, d0, t0); t1 = madd(d1, d1, t1);
    }
    if (from < stop) {
      const c0 = f32x4.sub(v128.load(from), m0), c1 = f32x4.sub(v128.load(from, 16), m1);
      s0 = madd(c0, c0, s0); s1 = madd(c1, c1, s1);
    }
    v128.store(mean, m1, 16); v128.store(mean, m0);
    storeSpreads(f32x4.add(s0, t0), f32x4.add(s1, t1), spread, divisor, slope, rows, epsilon, keepsVariance);
  }
}

/** What follows from the sums of squared deviations of eight columns. */
@inline
function storeSpreads(
  squares0: v128, squares1: v128, spread: usize, divisor: usize, slope: usize,
  rows: i32, epsilon: f32, keepsVariance: i32,
): void {
  const degrees = f32x4.splat(<f32>(rows - 1)), margin = f32x4.splat(epsilon);
  const v0 = f32x4.div(squares0, degrees), v1 = f32x4.div(squares1, degrees);
  if (keepsVariance) {
    const one = splat(ONE);
    const d0 = f32x4.sqrt(f32x4.add(v0, margin)), d1 = f32x4.sqrt(f32x4.add(v1, margin));
    v128.store(spread, v1, 16); v128.store(spread, v0);
    v128.store(divisor, d1, 16); v128.store(divisor, d0);
    v128.store(slope, one, 16); v128.store(slope, one);
  } else {
    const zero = f32x4.splat(0);
    const s0 = f32x4.sqrt(v0), s1 = f32x4.sqrt(v1);
    const d0 = f32x4.add(s0, margin), d1 = f32x4.add(s1, margin);
    const p0 = v128.and(f32x4.div(d0, s0), f32x4.gt(s0, zero)), p1 = v128.and(f32x4.div(d1, s1), f32x4.gt(s1, zero));
    v128.store(spread, s1, 16); v128.store(spread, s0);
    v128.store(divisor, d1, 16); v128.store(divisor, d0);
    v128.store(slope, p1, 16); v128.store(slope, p0);
  }
}

/** divisor of given moments, from the spread that the layer keeps running. */
export function divisorOf(
  spread: usize, divisor: usize, n: i32, epsilon: f32, keepsVariance: i32,
): void {
  const margin = f32x4.splat(epsilon);
  for (const end = spread + ((<usize>n) << 2); spread < end; spread += 32, divisor += 32) {
    let d0 = f32x4.add(v128.load(spread), margin), d1 = f32x4.add(v128.load(spread, 16), margin);
    if (keepsVariance) {
      d0 = f32x4.sqrt(d0); d1 = f32x4.sqrt(d1);
    }
    v128.store(divisor, d1, 16); v128.store(divisor, d0);
  }
}

/** Mean and spread of whole columns from the sums of columnMoments over `count` rows. */
export function finishMoments(
  sums: usize, shift: usize, mean: usize, spread: usize,
  count: f64, n: i32, ld: i32, keepsVariance: i32,
): void {
  for (let j = 0; j < n; j++) {
    const sum = load<f64>(sums + ((<usize>j) << 3));
    const squares = load<f64>(sums + ((<usize>(ld + j)) << 3));
    const variance = max<f64>(squares - sum * sum / count, 0) / (count - 1);
    const at = (<usize>j) << 2;
    store<f32>(mean + at, <f32>(<f64>load<f32>(shift + at) + sum / count));
    store<f32>(spread + at, <f32>(keepsVariance ? variance : sqrt<f64>(variance)));
  }
}

/**
 * Adds a tile of rows to the sums from which a whole split's moments come: for every column, in doubles,
 * sum(x - shift) and sum((x - shift)^2), at sums[j] and sums[ld + j]. Four columns at a time: doubles do not pair.
 */
export function columnMoments(x: usize, shift: usize, sums: usize, rows: i32, n: i32, ld: i32): void {
  const stride = (<usize>ld) << 2;
  const squares = sums + ((<usize>ld) << 3);
  for (let j: usize = 0; j < <usize>n; j += 4) {
    const origin = v128.load(shift + (j << 2));
    const lowOrigin = f64x2.promote_low_f32x4(origin), highOrigin = promoteHigh(origin);
    let s0 = v128.load(sums + (j << 3)), s1 = v128.load(sums + (j << 3), 16);
    let q0 = v128.load(squares + (j << 3)), q1 = v128.load(squares + (j << 3), 16);
    let from = x + (j << 2);
    for (let i = 0; i < rows; i++, from += stride) {
      const value = v128.load(from);
      const d0 = f64x2.sub(f64x2.promote_low_f32x4(value), lowOrigin);
      const d1 = f64x2.sub(promoteHigh(value), highOrigin);
      s0 = f64x2.add(s0, d0); s1 = f64x2.add(s1, d1);
      q0 = f64x2.add(q0, f64x2.mul(d0, d0)); q1 = f64x2.add(q1, f64x2.mul(d1, d1));
    }
    v128.store(sums + (j << 3), s0); v128.store(sums + (j << 3), s1, 16);
    v128.store(squares + (j << 3), q0); v128.store(squares + (j << 3), q1, 16);
  }
}

/** normal = (x - mean) / divisor; y = gamma normal + beta, flushed. Pads are written as 0. */
export function normalise(
  x: usize, mean: usize, divisor: usize, gamma: usize, beta: usize,
  normal: usize, y: usize, rows: i32, n: i32, ld: i32,
): void {
  const stride = (<usize>ld) << 2;
  const one = splat(ONE);
  for (let j = 0; j < n; j += 8) {
    const column = (<usize>j) << 2;
    const masks = pairMasks(n - j);
    const m0 = v128.load(mean + column), m1 = v128.load(mean + column, 16);
    const f0 = v128.and(f32x4.div(one, v128.load(divisor + column)), v128.load(masks));
    const f1 = v128.and(f32x4.div(one, v128.load(divisor + column, 16)), v128.load(masks, 16));
    const g0 = v128.load(gamma + column), g1 = v128.load(gamma + column, 16);
    const b0 = v128.load(beta + column), b1 = v128.load(beta + column, 16);
    let from = x + column, to = normal + column, out = y + column;
    for (const end = from + <usize>rows * stride; from < end; from += stride, to += stride, out += stride) {
      const h0 = f32x4.mul(f32x4.sub(v128.load(from), m0), f0);
      const h1 = f32x4.mul(f32x4.sub(v128.load(from, 16), m1), f1);
      const y0 = flush4(madd(g0, h0, b0)), y1 = flush4(madd(g1, h1, b1));
      v128.store(to, h1, 16); v128.store(to, h0);
      v128.store(out, y1, 16); v128.store(out, y0);
    }
  }
}

/**
 * Gradients of normalise with the batch's own moments. With d = dy gamma, per column:
 * dgamma = sum(dy normal); dbeta = sum(dy);
 * dx = (d - mean(d) - normal slope sum(d normal) / (rows - 1)) / divisor,
 * where slope is divisor / std for std + epsilon and 1 for sqrt(variance + epsilon).
 * dx is flushed and may be dy.
 */
export function normBackward(
  dy: usize, normal: usize, divisor: usize, slope: usize, gamma: usize,
  dgamma: usize, dbeta: usize, dx: usize, rows: i32, n: i32, ld: i32,
): void {
  const stride = (<usize>ld) << 2;
  const count = f32x4.splat(<f32>rows), degrees = f32x4.splat(<f32>(rows - 1));
  for (let j = 0; j < n; j += 8) {
    const column = (<usize>j) << 2;
    const end = dy + column + <usize>rows * stride;
    // Sums of dy and of dy normal, each of the even rows and of the odd ones.
    let s0 = f32x4.splat(0), s1 = s0, t0 = s0, t1 = s0;
    let p0 = s0, p1 = s0, q0 = s0, q1 = s0;
    let from = dy + column, h = normal + column;
    for (; from + stride < end; from += 2 * stride, h += 2 * stride) {
      const g0 = v128.load(from), g1 = v128.load(from, 16);
      s0 = f32x4.add(s0, g0); s1 = f32x4.add(s1, g1);
      p0 = madd(g0, v128.load(h), p0); p1 = madd(g1, v128.load(h, 16), p1);
      const e0 = v128.load(from + stride), e1 = v128.load(from + stride, 16);
      t0 = f32x4.add(t0, e0); t1 = f32x4.add(t1, e1);
      q0 = madd(e0, v128.load(h + stride), q0); q1 = madd(e1, v128.load(h + stride, 16), q1);
    }
    if (from < end) {
      const g0 = v128.load(from), g1 = v128.load(from, 16);
      s0 = f32x4.add(s0, g0); s1 = f32x4.add(s1, g1);
      p0 = madd(g0, v128.load(h), p0); p1 = madd(g1, v128.load(h, 16), p1);
    }
    s0 = f32x4.add(s0, t0); s1 = f32x4.add(s1, t1);
    p0 = f32x4.add(p0, q0); p1 = f32x4.add(p1, q1);
    const masks = pairMasks(n - j);
    const m0 = f32x4.div(s0, count), m1 = f32x4.div(s1, count);
    const pull0 = f32x4.mul(v128.load(slope + column), f32x4.div(p0, degrees));
    const pull1 = f32x4.mul(v128.load(slope + column, 16), f32x4.div(p1, degrees));
    const f0 = v128.and(f32x4.div(v128.load(gamma + column), v128.load(divisor + column)), v128.load(masks));
    const f1 = v128.and(f32x4.div(v128.load(gamma + column, 16), v128.load(divisor + column, 16)), v128.load(masks, 16));
    v128.store(dgamma + column, p1, 16); v128.store(dgamma + column, p0);
    v128.store(dbeta + column, s1, 16); v128.store(dbeta + column, s0);
    let out = dx + column;
    h = normal + column;
    for (from = dy + column; from < end; from += stride, h += stride, out += stride) {
      const c0 = f32x4.sub(f32x4.sub(v128.load(from), m0), f32x4.mul(v128.load(h), pull0));
      const c1 = f32x4.sub(f32x4.sub(v128.load(from, 16), m1), f32x4.mul(v128.load(h, 16), pull1));
      const x0 = flush4(f32x4.mul(f0, c0)), x1 = flush4(f32x4.mul(f1, c1));
      v128.store(out, x1, 16); v128.store(out, x0);
    }
  }
}

/** running = (1 - momentum) running + momentum batch. */
export function foldRunning(running: usize, batch: usize, momentum: f64, n: i32): void {
  const keep = f32x4.splat(<f32>(1 - momentum)), take = f32x4.splat(<f32>momentum);
  for (const end = running + ((<usize>n) << 2); running < end; running += 32, batch += 32) {
    const r0 = f32x4.add(f32x4.mul(keep, v128.load(running)), f32x4.mul(take, v128.load(batch)));
    const r1 = f32x4.add(f32x4.mul(keep, v128.load(running, 16)), f32x4.mul(take, v128.load(batch, 16)));
    v128.store(running, r1, 16); v128.store(running, r0);
  }
}
