// Nonlinearities that multiply x by a gate from 0 to 1, y = x gate(x), over `count` consecutive values, a multiple of
// eight (rows and their zero pads: f(0) = 0). The way forward leaves the slope dy/dx as well: most of it is there by
// then, and the way back is one product (`multiply`). As in PyTorch, -infinity gives NaN.
import { expOfHalfSquare4, expOfNegative4 } from "./elementary";
import { flush4, madd, ONE, SIGN, SIZE_BITS, splat } from "./vector";

/** e^-48 times 48 is less than 2^-63: an output below it counts as 0. */
const LEAST_EXPONENT: usize = memory.data<f32>([-48]);

const TAIL_SCALE: usize = memory.data<f32>([2.5]);
/** e^(x^2/2) times the normal distribution below -x, highest power of 2.5 / (x + 2.5) first: 5e-9 of it from 0 to 9.4. */
const TAIL_POLYNOMIAL: usize = memory.data<f32>([
  2.1726633425743363e-2, -1.1610349729126479e-1, 2.284474764156519e-1, -1.4968905394069978e-1, -8.850511194906323e-2,
  1.0101713563081531e-1, 3.865594138087841e-2, 1.4748272137422594e-1, 1.571600290330091e-1, 1.5981802635228978e-1,
  -1.0297989620419277e-5,
]);
/** 1 / sqrt(2 pi). */
const PEAK: usize = memory.data<f32>([0.39894228]);

/** y = x times the normal distribution below x (GELU, erf form), within 5 ulp; slope = dy/dx. */
export function geluForward(x: usize, y: usize, slope: usize, count: i32): void {
  const least = splat(LEAST_EXPONENT);
  for (const end = x + ((<usize>count) << 2); x < end; x += 32, y += 32, slope += 32) {
    const a = v128.load(x), b = v128.load(x, 16);
    const e = expOfHalfSquare4(a, least), f = expOfHalfSquare4(b, least);
    const p = gateOf(a, normalTail4(a, e)), q = gateOf(b, normalTail4(b, f));
    const s = madd(a, f32x4.mul(e, splat(PEAK)), p), t = madd(b, f32x4.mul(f, splat(PEAK)), q);
    const u = flush4(f32x4.mul(a, p)), v = flush4(f32x4.mul(b, q));
    v128.store(y, v, 16); v128.store(y, u);
    v128.store(slope, t, 16); v128.store(slope, s);
  }
}

/** The normal distribution below -|x|, given e^(-x^2/2). */
@inline
function normalTail4(x: v128, e: v128): v128 {
  const t = f32x4.div(splat(TAIL_SCALE), f32x4.add(v128.and(x, splat(SIZE_BITS)), splat(TAIL_SCALE)));
  let q = madd(splat(TAIL_POLYNOMIAL), t, splat(TAIL_POLYNOMIAL, 1));
  q = madd(q, t, splat(TAIL_POLYNOMIAL, 2));
  q = madd(q, t, splat(TAIL_POLYNOMIAL, 3));
  q = madd(q, t, splat(TAIL_POLYNOMIAL, 4));
  q = madd(q, t, splat(TAIL_POLYNOMIAL, 5));
  q = madd(q, t, splat(TAIL_POLYNOMIAL, 6));
  q = madd(q, t, splat(TAIL_POLYNOMIAL, 7));
  q = madd(q, t, splat(TAIL_POLYNOMIAL, 8));
  q = madd(q, t, splat(TAIL_POLYNOMIAL, 9));
  q = madd(q, t, splat(TAIL_POLYNOMIAL, 10));
  return f32x4.mul(e, q);
}

/** What is below x, of what is below -|x|: 1 less that where x is positive. */
@inline
function gateOf(x: v128, tail: v128): v128 {
  const isNegative = i32x4.shr_s(x, 31);
  const signed = v128.xor(tail, v128.andnot(splat(SIGN), isNegative));
  return f32x4.add(v128.andnot(splat(ONE), isNegative), signed);
}

/** y = x / (1 + e^-x), within 4 ulp; slope = dy/dx. */
export function siluForward(x: usize, y: usize, slope: usize, count: i32): void {
  for (const end = x + ((<usize>count) << 2); x < end; x += 32, y += 32, slope += 32) {
    const a = v128.load(x), b = v128.load(x, 16);
    const e = expOfMinusSize(a), f = expOfMinusSize(b);
    const g = upperHalf(e), h = upperHalf(f);
    const p = logistic4(a, e, g), q = logistic4(b, f, h);
    const u = f32x4.mul(a, p), v = f32x4.mul(b, q);
    const s = madd(u, otherLogistic4(a, e, g), p), t = madd(v, otherLogistic4(b, f, h), q);
    const y0 = flush4(u), y1 = flush4(v);
    v128.store(y, y1, 16); v128.store(y, y0);
    v128.store(slope, t, 16); v128.store(slope, s);
  }
}

/** 2 sqrt(2 / pi), that times 0.044715, and three times that. */
const INNER: usize = memory.data<f32>([1.5957691216057308, 0.07135481627260025, 0.21406444881780074]);

/**
 * y = x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2 (GELU, tanh form), as x / (1 + e^-u); slope = dy/dx. Within 4 ulp
 * from -1 on; below it 2 |u| ulp more, because u is rounded before its exponential is taken.
 */
export function geluTanhForward(x: usize, y: usize, slope: usize, count: i32): void {
  for (const end = x + ((<usize>count) << 2); x < end; x += 32, y += 32, slope += 32) {
    const a = v128.load(x), b = v128.load(x, 16);
    const i = f32x4.mul(a, a), j = f32x4.mul(b, b);
    const c = f32x4.mul(a, madd(splat(INNER, 1), i, splat(INNER)));
    const d = f32x4.mul(b, madd(splat(INNER, 1), j, splat(INNER)));
    const e = expOfMinusSize(c), f = expOfMinusSize(d);
    const g = upperHalf(e), h = upperHalf(f);
    const p = logistic4(c, e, g), q = logistic4(d, f, h);
    const u = f32x4.mul(a, p), v = f32x4.mul(b, q);
    const k = f32x4.mul(u, otherLogistic4(c, e, g)), l = f32x4.mul(v, otherLogistic4(d, f, h));
    const s = madd(k, madd(splat(INNER, 2), i, splat(INNER)), p), t = madd(l, madd(splat(INNER, 2), j, splat(INNER)), q);
    const y0 = flush4(u), y1 = flush4(v);
    v128.store(y, y1, 16); v128.store(y, y0);
    v128.store(slope, t, 16); v128.store(slope, s);
  }
}

/** e^-|x|. */
@inline
function expOfMinusSize(x: v128): v128 {
  return expOfNegative4(v128.or(x, splat(SIGN)), splat(LEAST_EXPONENT));
}

/** 1 / (1 + e), e being e^-|x|: the logistic function of |x|. */
@inline
export function upperHalf(e: v128): v128 {
  return f32x4.div(splat(ONE), f32x4.add(e, splat(ONE)));
}

/** 1 / (1 + e^-x) within 3 ulp, given e^-|x| and upperHalf it. */
@inline
export function logistic4(x: v128, e: v128, half: v128): v128 {
  return v128.bitselect(f32x4.mul(e, half), half, i32x4.shr_s(x, 31));
}

/** What that is of -x: 1 less it, within 3 ulp as well. */
@inline
function otherLogistic4(x: v128, e: v128, half: v128): v128 {
  return v128.bitselect(half, f32x4.mul(e, half), i32x4.shr_s(x, 31));
}
