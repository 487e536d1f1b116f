// Optimisers other than plain SGD, in the order of PyTorch 1.13's operations. Each reads p, its gradient g and what it
// keeps once, block by block, writes p and what it keeps, and leaves the update, what is subtracted from p, in the place of
// the gradient, where `sumBlock` and `finishUpdate` find it. Averages are flushed like p; squares where they are subnormal.
import { BLOCK, sumBlock } from "./update";
import { flush4, madd, ONE, SIGN, splat } from "./vector";

const SMALLEST_NORMAL: usize = memory.data<u32>([0x00800000]);

/** x >= 0, but 0 where it is subnormal. NaN stays. */
@inline
function flushSquare4(x: v128): v128 {
  return v128.andnot(x, f32x4.lt(x, splat(SMALLEST_NORMAL)));
}

/** old + share now, where `old` was multiplied by what it keeps. */
@inline
function follow4(old: v128, keep: v128, now: v128, share: v128): v128 {
  return madd(share, now, f32x4.mul(keep, old));
}

/**
 * SGD with a buffer b: d = g + decay p; b = keep b + share d; the update is lr (ahead b + direct d). Without Nesterov `ahead`
 * is 1 and `direct` 0. Where there is no momentum, b may be g.
 */
export function momentum(
  p: usize, g: usize, b: usize, sums: usize, count: i32,
  lr: f64, keep: f64, share: f64, ahead: f64, direct: f64, decay: f64,
): void {
  const rates = f32x4.splat(<f32>lr), minus = f32x4.splat(<f32>-lr), decays = f32x4.splat(<f32>decay);
  const keeps = f32x4.splat(<f32>keep), shares = f32x4.splat(<f32>share);
  const aheads = f32x4.splat(<f32>ahead), directs = f32x4.splat(<f32>direct);
  for (const end = p + ((<usize>count) << 2); p < end; sums += 32) {
    const stop = min(p + BLOCK, end), fromP = p, fromG = g;
    for (; p < stop; p += 32, g += 32, b += 32) {
      const p0 = v128.load(p), p1 = v128.load(p, 16);
      const d0 = madd(decays, p0, v128.load(g)), d1 = madd(decays, p1, v128.load(g, 16));
      const b0 = flush4(follow4(v128.load(b), keeps, d0, shares)), b1 = flush4(follow4(v128.load(b, 16), keeps, d1, shares));
      const e0 = madd(aheads, b0, f32x4.mul(directs, d0)), e1 = madd(aheads, b1, f32x4.mul(directs, d1));
      const q0 = flush4(madd(minus, e0, p0)), q1 = flush4(madd(minus, e1, p1));
      const u0 = f32x4.mul(rates, e0), u1 = f32x4.mul(rates, e1);
      v128.store(b, b1, 16); v128.store(b, b0);
      v128.store(p, q1, 16); v128.store(p, q0);
      v128.store(g, u1, 16); v128.store(g, u0);
    }
    sumBlock(fromP, fromG, stop, sums);
  }
}

/**
 * Adam and AdamW: d = g + decay p; m follows d, v its square; the update is step m / (rootScale sqrt(v) + epsilon) + shrink p.
 * `step` is lr / (1 - beta1^t), `rootScale` 1 / sqrt(1 - beta2^t), `shrink` lr times the decoupled decay.
 */
export function adam(
  p: usize, g: usize, m: usize, v: usize, sums: usize, count: i32,
  beta1: f64, beta2: f64, step: f64, rootScale: f64, epsilon: f64, decay: f64, shrink: f64,
): void {
  const keepsM = f32x4.splat(<f32>beta1), sharesM = f32x4.splat(<f32>(1 - beta1));
  const keepsV = f32x4.splat(<f32>beta2), sharesV = f32x4.splat(<f32>(1 - beta2));
  const steps = f32x4.splat(<f32>step), scales = f32x4.splat(<f32>rootScale), margin = f32x4.splat(<f32>epsilon);
  const decays = f32x4.splat(<f32>decay), shrinks = f32x4.splat(<f32>shrink), rests = f32x4.splat(<f32>(1 - shrink));
  for (const end = p + ((<usize>count) << 2); p < end; sums += 32) {
    const stop = min(p + BLOCK, end), fromP = p, fromG = g;
    for (; p < stop; p += 32, g += 32, m += 32, v += 32) {
      const p0 = v128.load(p), p1 = v128.load(p, 16);
      const d0 = madd(decays, p0, v128.load(g)), d1 = madd(decays, p1, v128.load(g, 16));
      const m0 = flush4(follow4(v128.load(m), keepsM, d0, sharesM)), m1 = flush4(follow4(v128.load(m, 16), keepsM, d1, sharesM));
      const v0 = flushSquare4(follow4(v128.load(v), keepsV, d0, f32x4.mul(sharesV, d0)));
      const v1 = flushSquare4(follow4(v128.load(v, 16), keepsV, d1, f32x4.mul(sharesV, d1)));
      const e0 = f32x4.div(f32x4.mul(steps, m0), madd(scales, f32x4.sqrt(v0), margin));
      const e1 = f32x4.div(f32x4.mul(steps, m1), madd(scales, f32x4.sqrt(v1), margin));
      const q0 = flush4(f32x4.sub(f32x4.mul(rests, p0), e0)), q1 = flush4(f32x4.sub(f32x4.mul(rests, p1), e1));
      const u0 = madd(shrinks, p0, e0), u1 = madd(shrinks, p1, e1);
      v128.store(m, m1, 16); v128.store(m, m0); v128.store(v, v1, 16); v128.store(v, v0);
      v128.store(p, q1, 16); v128.store(p, q0); v128.store(g, u1, 16); v128.store(g, u0);
    }
    sumBlock(fromP, fromG, stop, sums);
  }
}

/**
 * RMSprop: d = g + decay p; s follows the square of d; e = d / (sqrt(s) + epsilon). With a mean a (else 0), which follows d:
 * e = d / (sqrt(s - a^2) + epsilon). The update is lr e; with a buffer b (else 0) it is lr b, b = momentum b + e.
 */
export function rmsprop(
  p: usize, g: usize, s: usize, b: usize, a: usize, sums: usize, count: i32,
  lr: f64, alpha: f64, epsilon: f64, decay: f64, momentum: f64,
): void {
  const bytes = (<usize>count) << 2;
  for (let at: usize = 0; at < bytes; at += BLOCK, sums += 32) {
    const stop = p + min(at + BLOCK, bytes);
    if (a && b) rmspropBlock(p + at, g + at, s + at, b + at, a + at, stop, lr, alpha, epsilon, decay, momentum, true, true);
    else if (a) rmspropBlock(p + at, g + at, s + at, 0, a + at, stop, lr, alpha, epsilon, decay, momentum, false, true);
    else if (b) rmspropBlock(p + at, g + at, s + at, b + at, 0, stop, lr, alpha, epsilon, decay, momentum, true, false);
    else rmspropBlock(p + at, g + at, s + at, 0, 0, stop, lr, alpha, epsilon, decay, momentum, false, false);
    sumBlock(p + at, g + at, stop, sums);
  }
}

@inline
function rmspropBlock(
  p: usize, g: usize, s: usize, b: usize, a: usize, stop: usize,
  lr: f64, alpha: f64, epsilon: f64, decay: f64, momentum: f64, hasBuffer: bool, isCentred: bool,
): void {
  const rates = f32x4.splat(<f32>lr), decays = f32x4.splat(<f32>decay), margin = f32x4.splat(<f32>epsilon);
  const keeps = f32x4.splat(<f32>alpha), shares = f32x4.splat(<f32>(1 - alpha)), momenta = f32x4.splat(<f32>momentum);
  for (; p < stop; p += 32, g += 32, s += 32) {
    const p0 = v128.load(p), p1 = v128.load(p, 16);
    const d0 = madd(decays, p0, v128.load(g)), d1 = madd(decays, p1, v128.load(g, 16));
    const s0 = flushSquare4(follow4(v128.load(s), keeps, d0, f32x4.mul(shares, d0)));
    const s1 = flushSquare4(follow4(v128.load(s, 16), keeps, d1, f32x4.mul(shares, d1)));
    let w0 = s0, w1 = s1;
    if (isCentred) {
      const a0 = flush4(follow4(v128.load(a), keeps, d0, shares)), a1 = flush4(follow4(v128.load(a, 16), keeps, d1, shares));
      w0 = madd(f32x4.neg(a0), a0, s0); w1 = madd(f32x4.neg(a1), a1, s1);
      v128.store(a, a1, 16); v128.store(a, a0);
      a += 32;
    }
    const r0 = f32x4.add(f32x4.sqrt(w0), margin), r1 = f32x4.add(f32x4.sqrt(w1), margin);
    let u0 = f32x4.div(f32x4.mul(rates, d0), r0), u1 = f32x4.div(f32x4.mul(rates, d1), r1);
    if (hasBuffer) {
      const b0 = flush4(f32x4.add(f32x4.mul(momenta, v128.load(b)), f32x4.div(d0, r0)));
      const b1 = flush4(f32x4.add(f32x4.mul(momenta, v128.load(b, 16)), f32x4.div(d1, r1)));
      u0 = f32x4.mul(rates, b0); u1 = f32x4.mul(rates, b1);
      v128.store(b, b1, 16); v128.store(b, b0);
      b += 32;
    }
    const q0 = flush4(f32x4.sub(p0, u0)), q1 = flush4(f32x4.sub(p1, u1));
    v128.store(s, s1, 16); v128.store(s, s0);
    v128.store(p, q1, 16); v128.store(p, q0); v128.store(g, u1, 16); v128.store(g, u0);
  }
}

/** Adagrad: d = g + decay p; s = s + d^2; the update is rate d / (sqrt(s) + epsilon). */
export function adagrad(
  p: usize, g: usize, s: usize, sums: usize, count: i32, rate: f64, epsilon: f64, decay: f64,
): void {
  const rates = f32x4.splat(<f32>rate), decays = f32x4.splat(<f32>decay), margin = f32x4.splat(<f32>epsilon);
  for (const end = p + ((<usize>count) << 2); p < end; sums += 32) {
    const stop = min(p + BLOCK, end), fromP = p, fromG = g;
    for (; p < stop; p += 32, g += 32, s += 32) {
      const p0 = v128.load(p), p1 = v128.load(p, 16);
      const d0 = madd(decays, p0, v128.load(g)), d1 = madd(decays, p1, v128.load(g, 16));
      const s0 = flushSquare4(madd(d0, d0, v128.load(s))), s1 = flushSquare4(madd(d1, d1, v128.load(s, 16)));
      const u0 = f32x4.div(f32x4.mul(rates, d0), f32x4.add(f32x4.sqrt(s0), margin));
      const u1 = f32x4.div(f32x4.mul(rates, d1), f32x4.add(f32x4.sqrt(s1), margin));
      const q0 = flush4(f32x4.sub(p0, u0)), q1 = flush4(f32x4.sub(p1, u1));
      v128.store(s, s1, 16); v128.store(s, s0);
      v128.store(p, q1, 16); v128.store(p, q0); v128.store(g, u1, 16); v128.store(g, u0);
    }
    sumBlock(fromP, fromG, stop, sums);
  }
}

/** Lion: the update is lr sign(beta1 m + (1 - beta1) g) + shrink p, `shrink` being lr times the decay; m follows g by beta2. */
export function lion(
  p: usize, g: usize, m: usize, sums: usize, count: i32, lr: f64, beta1: f64, beta2: f64, shrink: f64,
): void {
  const rates = f32x4.splat(<f32>lr), shrinks = f32x4.splat(<f32>shrink), rests = f32x4.splat(<f32>(1 - shrink));
  const keeps1 = f32x4.splat(<f32>beta1), shares1 = f32x4.splat(<f32>(1 - beta1));
  const keeps2 = f32x4.splat(<f32>beta2), shares2 = f32x4.splat(<f32>(1 - beta2));
  for (const end = p + ((<usize>count) << 2); p < end; sums += 32) {
    const stop = min(p + BLOCK, end), fromP = p, fromG = g;
    for (; p < stop; p += 32, g += 32, m += 32) {
      const p0 = v128.load(p), p1 = v128.load(p, 16), g0 = v128.load(g), g1 = v128.load(g, 16);
      const m0 = v128.load(m), m1 = v128.load(m, 16);
      const e0 = f32x4.mul(rates, sign4(follow4(m0, keeps1, g0, shares1)));
      const e1 = f32x4.mul(rates, sign4(follow4(m1, keeps1, g1, shares1)));
      const n0 = flush4(follow4(m0, keeps2, g0, shares2)), n1 = flush4(follow4(m1, keeps2, g1, shares2));
      const q0 = flush4(f32x4.sub(f32x4.mul(rests, p0), e0)), q1 = flush4(f32x4.sub(f32x4.mul(rests, p1), e1));
      const u0 = madd(shrinks, p0, e0), u1 = madd(shrinks, p1, e1);
      v128.store(m, n1, 16); v128.store(m, n0);
      v128.store(p, q1, 16); v128.store(p, q0); v128.store(g, u1, 16); v128.store(g, u0);
    }
    sumBlock(fromP, fromG, stop, sums);
  }
}

/** -1, 0 or 1; of NaN itself, so that a diverged run is seen. */
@inline
function sign4(x: v128): v128 {
  const isZero = f32x4.eq(x, f32x4.splat(0)), isNumber = f32x4.eq(x, x);
  const one = v128.andnot(v128.or(splat(ONE), v128.and(x, splat(SIGN))), isZero);
  return v128.bitselect(one, x, isNumber);
}
