// Layer norm and RMS norm: each row of x (rows x n) is normalised over its columns, by
// scale = 1 / sqrt(variance + epsilon), the variance being biased, or by 1 / sqrt(mean square + epsilon). Sums over a row
// are float32 in sixteen parts, then doubles. What normalises and the way back fall into parts by rows, what a gain and a
// shift get by columns: no sum depends on where they are cut.
import { panelRoom } from "./room";
import { flush4, madd, pairMasks, sumPair } from "./vector";

/** normal = (x - mean) scale; y = gain normal + shift, flushed. `scales` gets the scale of each row. */
export function layerNorm(
  x: usize, gain: usize, shift: usize, normal: usize, y: usize, scales: usize,
  rows: i32, n: i32, ld: i32, epsilon: f64,
): void {
  const stride = (<usize>ld) << 2, room = panelRoom();
  for (let i = 0; i < rows; i++, x += stride, normal += stride, y += stride, scales += 4) {
    sumsOfRow(x, n, room);
    const mean = f32x4.splat(<f32>(sumPair(room) / <f64>n));
    squaresOfRow(x, mean, n, room, true);
    const scale = <f32>(1 / sqrt(sumPair(room) / <f64>n + epsilon));
    store<f32>(scales, scale);
    normaliseRow(x, mean, f32x4.splat(scale), gain, shift, normal, y, n, true);
  }
}

/** normal = x scale; y = gain normal, flushed. `scales` gets the scale of each row. */
export function rmsNorm(
  x: usize, gain: usize, normal: usize, y: usize, scales: usize, rows: i32, n: i32, ld: i32, epsilon: f64,
): void {
  const stride = (<usize>ld) << 2, room = panelRoom(), zero = f32x4.splat(0);
  for (let i = 0; i < rows; i++, x += stride, normal += stride, y += stride, scales += 4) {
    squaresOfRow(x, zero, n, room, false);
    const scale = <f32>(1 / sqrt(sumPair(room) / <f64>n + epsilon));
    store<f32>(scales, scale);
    normaliseRow(x, zero, f32x4.splat(scale), gain, 0, normal, y, n, false);
  }
}

/** Leaves the sum of a row's values in eight lanes at `room`. */
@inline
function sumsOfRow(x: usize, n: i32, room: usize): void {
  let s0 = f32x4.splat(0), s1 = s0, t0 = s0, t1 = s0;
  const end = x + (((<usize>n + 7) & ~7) << 2);
  for (; x + 32 < end; x += 64) {
    s0 = f32x4.add(s0, v128.load(x)); s1 = f32x4.add(s1, v128.load(x, 16));
    t0 = f32x4.add(t0, v128.load(x, 32)); t1 = f32x4.add(t1, v128.load(x, 48));
  }
  if (x < end) { s0 = f32x4.add(s0, v128.load(x)); s1 = f32x4.add(s1, v128.load(x, 16)); }
  s0 = f32x4.add(s0, t0); s1 = f32x4.add(s1, t1);
  v128.store(room, s1, 16); v128.store(room, s0);
}

/** x less the mean of its row, where the norm takes that away. */
@inline
function centred(x: v128, mean: v128, isCentred: bool): v128 {
  return isCentred ? f32x4.sub(x, mean) : x;
}

/** Leaves the sum of the squares in eight lanes at `room`. */
@inline
function squaresOfRow(x: usize, mean: v128, n: i32, room: usize, isCentred: bool): void {
  let s0 = f32x4.splat(0), s1 = s0, t0 = s0, t1 = s0;
  const masks = pairMasks(n & 7);
  const whole = x + ((<usize>(n & ~7)) << 2);
  for (; x + 32 < whole; x += 64) {
    const c0 = centred(v128.load(x), mean, isCentred), c1 = centred(v128.load(x, 16), mean, isCentred);
    const d0 = centred(v128.load(x, 32), mean, isCentred), d1 = centred(v128.load(x, 48), mean, isCentred);
    s0 = madd(c0, c0, s0); s1 = madd(c1, c1, s1);
    t0 = madd(d0, d0, t0); t1 = madd(d1, d1, t1);
  }
  if (x < whole) {
    const c0 = centred(v128.load(x), mean, isCentred), c1 = centred(v128.load(x, 16), mean, isCentred);
    s0 = madd(c0, c0, s0); s1 = madd(c1, c1, s1);
    x += 32;
  }
  if (n & 7) {
    const c0 = v128.and(centred(v128.load(x), mean, isCentred), v128.load(masks));
    const c1 = v128.and(centred(v128.load(x, 16), mean, isCentred), v128.load(masks, 16));
    t0 = madd(c0, c0, t0); t1 = madd(c1, c1, t1);
  }
  s0 = f32x4.add(s0, t0); s1 = f32x4.add(s1, t1);
  v128.store(room, s1, 16); v128.store(room, s0);
}

/** A row of normal and of y, whose pads up to a whole pair are 0; `isCentred` where there is a shift. */
@inline
function normaliseRow(
  x: usize, mean: v128, scale: v128, gain: usize, shift: usize, normal: usize, y: usize, n: i32, isCentred: bool,
): void {
  const masks = pairMasks(n & 7);
  const whole = (<usize>(n & ~7)) << 2;
  let at: usize = 0;
  for (; at < whole; at += 32) {
    const h0 = f32x4.mul(centred(v128.load(x + at), mean, isCentred), scale);
    const h1 = f32x4.mul(centred(v128.load(x + at, 16), mean, isCentred), scale);
    const y0 = flush4(isCentred ? madd(v128.load(gain + at), h0, v128.load(shift + at)) : f32x4.mul(v128.load(gain + at), h0));
    const y1 = flush4(isCentred ? madd(v128.load(gain + at, 16), h1, v128.load(shift + at, 16)) : f32x4.mul(v128.load(gain + at, 16), h1));
    v128.store(normal + at, h1, 16); v128.store(normal + at, h0);
    v128.store(y + at, y1, 16); v128.store(y + at, y0);
  }
  if (n & 7) {
    const h0 = v128.and(f32x4.mul(centred(v128.load(x + at), mean, isCentred), scale), v128.load(masks));
    const h1 = v128.and(f32x4.mul(centred(v128.load(x + at, 16), mean, isCentred), scale), v128.load(masks, 16));
    const y0 = flush4(isCentred ? madd(v128.load(gain + at), h0, v128.load(shift + at)) : f32x4.mul(v128.load(gain + at), h0));
    const y1 = flush4(isCentred ? madd(v128.load(gain + at, 16), h1, v128.load(shift + at, 16)) : f32x4.mul(v128.load(gain + at, 16), h1));
    v128.store(normal + at, h1, 16); v128.store(normal + at, h0);
    v128.store(y + at, y1, 16); v128.store(y + at, y0);
  }
}

/**
 * The gradient of layerNorm's x: with d = dy gain, dx = scale (d - mean(d) - normal mean(d normal)), flushed. dx may be dy.
 */
export function layerNormBackward(
  dy: usize, normal: usize, scales: usize, gain: usize, dx: usize, rows: i32, n: i32, ld: i32,
): void {
  const stride = (<usize>ld) << 2, room = panelRoom();
  for (let i = 0; i < rows; i++, dy += stride, normal += stride, dx += stride, scales += 4) {
    slopesOfRow(dy, normal, gain, n, room, true);
    const mean = <f32>(sumPair(room + 32) / <f64>n), pull = <f32>(sumPair(room) / <f64>n);
    backRow(dy, normal, gain, dx, f32x4.splat(mean), f32x4.splat(-pull), v128.load_splat<f32>(scales), n, true);
  }
}

/** The gradient of rmsNorm's x: with d = dy gain, dx = scale (d - normal mean(d normal)), flushed. dx may be dy. */
export function rmsNormBackward(
  dy: usize, normal: usize, scales: usize, gain: usize, dx: usize, rows: i32, n: i32, ld: i32,
): void {
  const stride = (<usize>ld) << 2, room = panelRoom(), zero = f32x4.splat(0);
  for (let i = 0; i < rows; i++, dy += stride, normal += stride, dx += stride, scales += 4) {
    slopesOfRow(dy, normal, gain, n, room, false);
    const pull = <f32>(sumPair(room) / <f64>n);
    backRow(dy, normal, gain, dx, zero, f32x4.splat(-pull), v128.load_splat<f32>(scales), n, false);
  }
}

/** Leaves the sum of d normal, d being dy gain, in eight lanes at `room`, and that of d behind it where it is needed. */
@inline
function slopesOfRow(dy: usize, normal: usize, gain: usize, n: i32, room: usize, isCentred: bool): void {
  let p0 = f32x4.splat(0), p1 = p0, q0 = p0, q1 = p0;
  let s0 = p0, s1 = p0, t0 = p0, t1 = p0;
  const bytes = ((<usize>n + 7) & ~7) << 2;
  let at: usize = 0;
  for (; at + 32 < bytes; at += 64) {
    const d0 = f32x4.mul(v128.load(dy + at), v128.load(gain + at));
    const d1 = f32x4.mul(v128.load(dy + at, 16), v128.load(gain + at, 16));
    const e0 = f32x4.mul(v128.load(dy + at, 32), v128.load(gain + at, 32));
    const e1 = f32x4.mul(v128.load(dy + at, 48), v128.load(gain + at, 48));
    p0 = madd(d0, v128.load(normal + at), p0); p1 = madd(d1, v128.load(normal + at, 16), p1);
    q0 = madd(e0, v128.load(normal + at, 32), q0); q1 = madd(e1, v128.load(normal + at, 48), q1);
    if (isCentred) {
      s0 = f32x4.add(s0, d0); s1 = f32x4.add(s1, d1);
      t0 = f32x4.add(t0, e0); t1 = f32x4.add(t1, e1);
    }
  }
  if (at < bytes) {
    const d0 = f32x4.mul(v128.load(dy + at), v128.load(gain + at));
    const d1 = f32x4.mul(v128.load(dy + at, 16), v128.load(gain + at, 16));
    p0 = madd(d0, v128.load(normal + at), p0); p1 = madd(d1, v128.load(normal + at, 16), p1);
    if (isCentred) { s0 = f32x4.add(s0, d0); s1 = f32x4.add(s1, d1); }
  }
  p0 = f32x4.add(p0, q0); p1 = f32x4.add(p1, q1);
  v128.store(room, p1, 16); v128.store(room, p0);
  if (isCentred) {
    s0 = f32x4.add(s0, t0); s1 = f32x4.add(s1, t1);
    v128.store(room, s1, 48); v128.store(room, s0, 32);
  }
}

/** A row of dx, whose pads up to a whole pair are 0. */
@inline
function backRow(
  dy: usize, normal: usize, gain: usize, dx: usize, mean: v128, minusPull: v128, scale: v128, n: i32, isCentred: bool,
): void {
  const masks = pairMasks(n & 7);
  const whole = (<usize>(n & ~7)) << 2;
  let at: usize = 0;
  for (; at < whole; at += 32) {
    const d0 = f32x4.mul(v128.load(dy + at), v128.load(gain + at));
    const d1 = f32x4.mul(v128.load(dy + at, 16), v128.load(gain + at, 16));
    const c0 = centred(madd(minusPull, v128.load(normal + at), d0), mean, isCentred);
    const c1 = centred(madd(minusPull, v128.load(normal + at, 16), d1), mean, isCentred);
    const x0 = flush4(f32x4.mul(scale, c0)), x1 = flush4(f32x4.mul(scale, c1));
    v128.store(dx + at, x1, 16); v128.store(dx + at, x0);
  }
  if (n & 7) {
    const d0 = f32x4.mul(v128.load(dy + at), v128.load(gain + at));
    const d1 = f32x4.mul(v128.load(dy + at, 16), v128.load(gain + at, 16));
    const c0 = centred(madd(minusPull, v128.load(normal + at), d0), mean, isCentred);
    const c1 = centred(madd(minusPull, v128.load(normal + at, 16), d1), mean, isCentred);
    const x0 = v128.and(flush4(f32x4.mul(scale, c0)), v128.load(masks));
    const x1 = v128.and(flush4(f32x4.mul(scale, c1)), v128.load(masks, 16));
    v128.store(dx + at, x1, 16); v128.store(dx + at, x0);
  }
}

/** Gradients of a gain and a shift: dgain = sum over rows of dy normal, dshift = sum of dy (0: there is no shift). */
export function affineGradients(
  dy: usize, normal: usize, dgain: usize, dshift: usize, rows: i32, n: i32, ld: i32,
): void {
  const stride = (<usize>ld) << 2;
  for (let j = 0; j < n; j += 8, dy += 32, normal += 32, dgain += 32) {
    // Two sums of each, of the even rows and of the odd ones, because each addition is waited for.
    let s0 = f32x4.splat(0), s1 = s0, t0 = s0, t1 = s0;
    let p0 = s0, p1 = s0, q0 = s0, q1 = s0;
    const end = dy + <usize>rows * stride;
    let from = dy, h = normal;
    for (; from + stride < end; from += 2 * stride, h += 2 * stride) {
      const g0 = v128.load(from), g1 = v128.load(from, 16);
      const e0 = v128.load(from + stride), e1 = v128.load(from + stride, 16);
      s0 = f32x4.add(s0, g0); s1 = f32x4.add(s1, g1);
      t0 = f32x4.add(t0, e0); t1 = f32x4.add(t1, e1);
      p0 = madd(g0, v128.load(h), p0); p1 = madd(g1, v128.load(h, 16), p1);
      q0 = madd(e0, v128.load(h + stride), q0); q1 = madd(e1, v128.load(h + stride, 16), q1);
    }
    if (from < end) {
      const g0 = v128.load(from), g1 = v128.load(from, 16);
      s0 = f32x4.add(s0, g0); s1 = f32x4.add(s1, g1);
      p0 = madd(g0, v128.load(h), p0); p1 = madd(g1, v128.load(h, 16), p1);
    }
    s0 = f32x4.add(s0, t0); s1 = f32x4.add(s1, t1);
    p0 = f32x4.add(p0, q0); p1 = f32x4.add(p1, q1);
    v128.store(dgain, p1, 16); v128.store(dgain, p0);
    if (dshift) {
      v128.store(dshift, s1, 16); v128.store(dshift, s0);
      dshift += 32;
    }
  }
}
