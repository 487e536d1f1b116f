// exp, log and tanh of four float32 at once, in plain arithmetic. Constants are loaded into all lanes at each use; two
// calls side by side share the loads. pmin and pmax are one instruction, min and max seven; a NaN as their first operand
// stays.
// The polynomial of the logarithm is that of Cephes (logf; S. Moshier, netlib.org/cephes).
import { madd, ONE, SIGN, splat } from "./vector";

const MINUS_LOG2_E: usize = memory.data<f32>([-1.44269504]);
/** Adding 1.5 * 2^23 leaves the nearest integer in the low bits. */
const ROUNDER: usize = memory.data<f32>([12582912]);
/** ln 2 in two parts: an integer of up to nine bits times the first is exact. */
const LN2_HIGH: usize = memory.data<f32>([0.693359375]);
const LN2_LOW: usize = memory.data<f32>([-2.12194440e-4]);
const HALF: usize = memory.data<f32>([0.5]);
const MINUS_HALF: usize = memory.data<f32>([-0.5]);
const TWO: usize = memory.data<f32>([2]);
/** Past these, e^x is infinite or 0 in float32. */
const EXP_LARGEST: usize = memory.data<f32>([89]);
const EXP_SMALLEST: usize = memory.data<f32>([-104]);
/**
 * (e^r - 1 - r) / r^2, highest power first: least largest error relative to e^r - 1, 2.4e-10, for |r| up to ln(2) / 2.
 * With one power less (1.3e-8) tanh would be 2.57 ulp off at its worst, and 10 % faster.
 */
const EXPM1_POLYNOMIAL: usize = memory.data<f32>([
  1.9848138617817312e-4, 1.3940671924501657e-3, 8.333384990692139e-3, 4.166635870933533e-2, 1.666666567325592e-1, 0.5,
]);

/** e^r - 1 for r = x - k ln 2, given -k, k the integer nearest to x / ln 2. */
@inline
function expm1Reduced(x: v128, minusK: v128): v128 {
  return expm1OfReduced(madd(minusK, splat(LN2_LOW), madd(minusK, splat(LN2_HIGH), x)));
}

/** e^r - 1 for |r| up to ln(2) / 2. */
@inline
function expm1OfReduced(r: v128): v128 {
  let q = madd(splat(EXPM1_POLYNOMIAL), r, splat(EXPM1_POLYNOMIAL, 1));
  q = madd(q, r, splat(EXPM1_POLYNOMIAL, 2));
  q = madd(q, r, splat(EXPM1_POLYNOMIAL, 3));
  q = madd(q, r, splat(EXPM1_POLYNOMIAL, 4));
  q = madd(q, r, splat(EXPM1_POLYNOMIAL, 5));
  return madd(f32x4.mul(r, r), q, r);
}

/** 2^k for an integer k of a normal result, given -k in the lowest nine bits. */
@inline
function powerOfTwo(minusK: v128): v128 {
  return i32x4.sub(splat(ONE), i32x4.shl(minusK, 23));
}

/** e^x within 2 ulp, subnormal results included. */
@inline
export function exp4(x: v128): v128 {
  const bounded = f32x4.pmax(f32x4.pmin(x, splat(EXP_LARGEST)), splat(EXP_SMALLEST));
  const rounded = madd(bounded, splat(MINUS_LOG2_E), splat(ROUNDER));
  const e = f32x4.add(splat(ONE), expm1Reduced(bounded, f32x4.sub(rounded, splat(ROUNDER))));
  // In two steps: 2^k alone may be infinite or subnormal.
  const power = i32x4.sub(rounded, splat(ROUNDER));
  const half = i32x4.shr_s(power, 1);
  return f32x4.mul(f32x4.mul(e, powerOfTwo(half)), powerOfTwo(i32x4.sub(power, half)));
}

/** e^x within 2 ulp for x from -87 to 0, where 2^k is a normal number; 0 below `least`. NaN stays. */
@inline
export function expOfNegative4(x: v128, least: v128): v128 {
  const bounded = f32x4.pmax(x, least);
  const rounded = madd(bounded, splat(MINUS_LOG2_E), splat(ROUNDER));
  const scale = powerOfTwo(rounded);
  const e = madd(scale, expm1Reduced(bounded, f32x4.sub(rounded, splat(ROUNDER))), scale);
  return v128.andnot(e, f32x4.lt(x, least));
}

const LOG2_E: usize = memory.data<f32>([1.44269504]);

/**
 * e^(-x^2/2) within 2 ulp where it is more than e^`least`, `least` being -87 at the smallest; 0 below. What the square
 * rounds away is a part of the exponent: the error would grow with the exponent else.
 */
@inline
export function expOfHalfSquare4(x: v128, least: v128): v128 {
  const half = f32x4.mul(x, splat(HALF));
  const square = f32x4.mul(half, x);
  const rest = madd(f32x4.mul(x, splat(MINUS_HALF)), x, square);
  const bounded = f32x4.pmin(square, f32x4.neg(least));
  const rounded = madd(bounded, splat(LOG2_E), splat(ROUNDER));
  const scale = powerOfTwo(rounded);
  const minusK = f32x4.sub(rounded, splat(ROUNDER));
  const r = madd(minusK, splat(LN2_LOW), f32x4.add(f32x4.sub(f32x4.mul(minusK, splat(LN2_HIGH)), bounded), rest));
  const e = madd(scale, expm1OfReduced(r), scale);
  return v128.andnot(e, f32x4.gt(square, bounded));
}

/** e^x - 1 within 2 ulp for x <= 0, -1 at least from `least` on, which is -87 at the smallest. NaN stays. */
@inline
export function expm1OfNegative4(x: v128, least: v128): v128 {
  const bounded = f32x4.pmax(x, least);
  const rounded = madd(bounded, splat(MINUS_LOG2_E), splat(ROUNDER));
  const scale = powerOfTwo(rounded);
  const minusK = f32x4.sub(rounded, splat(ROUNDER));
  return madd(scale, expm1Reduced(bounded, minusK), f32x4.sub(scale, splat(ONE)));
}

/** (ln((1 + s) / (1 - s)) / (2 s) - 1) / s^2, highest power first, as powers of s^2: 5e-9 of it for |s| up to 1/3. */
const LOG1P_POLYNOMIAL: usize = memory.data<f32>([
  1.4012229423473305e-1, 1.399957054285977e-1, 2.0010849528771968e-1, 3.333320656638796e-1,
]);

/** ln(1 + x) for x from 0 to 1, within 3 ulp. */
@inline
export function log1pOfUnit4(x: v128): v128 {
  const s = f32x4.div(x, f32x4.add(x, splat(TWO)));
  const square = f32x4.mul(s, s), twice = f32x4.add(s, s);
  let q = madd(splat(LOG1P_POLYNOMIAL), square, splat(LOG1P_POLYNOMIAL, 1));
  q = madd(q, square, splat(LOG1P_POLYNOMIAL, 2));
  q = madd(q, square, splat(LOG1P_POLYNOMIAL, 3));
  return madd(f32x4.mul(twice, square), q, twice);
}

const MINUS_TWO_LOG2_E: usize = memory.data<f32>([-2.88539008]);
/** Past this, tanh is 1 in float32. */
const TANH_LARGEST: usize = memory.data<f32>([9.1]);

/**
 * tanh within 2.5 ulp: E / (E + 2) with E = e^(2|x|) - 1, and the sign of x. One formula for all x: near 0, E is as exact
 * as x is, and what it and E + 2 round away is all the error there is.
 */
@inline
export function tanh4(x: v128): v128 {
  const sign = v128.and(x, splat(SIGN));
  const size = f32x4.pmin(v128.xor(x, sign), splat(TANH_LARGEST));
  const rounded = madd(size, splat(MINUS_TWO_LOG2_E), splat(ROUNDER));
  const minusK = f32x4.sub(rounded, splat(ROUNDER));
  const scale = powerOfTwo(rounded);
  const e = madd(scale, expm1Reduced(f32x4.add(size, size), minusK), f32x4.sub(scale, splat(ONE)));
  return v128.or(f32x4.div(e, f32x4.add(e, splat(TWO))), sign);
}

const SMALLEST_NORMAL: usize = memory.data<f32>([1.17549435e-38]);
const TWO_TO_23: usize = memory.data<f32>([8388608]);
const TWENTY_THREE: usize = memory.data<f32>([23]);
const BIAS: usize = memory.data<i32>([126]);
const MANTISSA: usize = memory.data<u32>([0x7fffff]);
const SQRT_HALF: usize = memory.data<f32>([0.70710678]);
const LOG_POLYNOMIAL: usize = memory.data<f32>([
  7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
  -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
]);
const INFINITY4: usize = memory.data<u32>([0x7f800000]);

/** ln x within 2 ulp: -infinity of 0, NaN of negative numbers. */
@inline
export function log4(x: v128): v128 {
  const isTiny = f32x4.lt(x, splat(SMALLEST_NORMAL));
  const normal = v128.bitselect(f32x4.mul(x, splat(TWO_TO_23)), x, isTiny);
  // x = 2^k m, m in [1/2, 1), then in [sqrt(1/2), sqrt(2)) less 1.
  let k = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_s(normal, 23), splat(BIAS)));
  k = f32x4.sub(k, v128.and(splat(TWENTY_THREE), isTiny));
  let m = v128.or(v128.and(normal, splat(MANTISSA)), splat(HALF));
  const isLow = f32x4.lt(m, splat(SQRT_HALF));
  k = f32x4.sub(k, v128.and(splat(ONE), isLow));
  m = f32x4.sub(f32x4.add(m, v128.and(m, isLow)), splat(ONE));
  const square = f32x4.mul(m, m);
  let q = splat(LOG_POLYNOMIAL);
  q = madd(q, m, splat(LOG_POLYNOMIAL, 1));
  q = madd(q, m, splat(LOG_POLYNOMIAL, 2));
  q = madd(q, m, splat(LOG_POLYNOMIAL, 3));
  q = madd(q, m, splat(LOG_POLYNOMIAL, 4));
  q = madd(q, m, splat(LOG_POLYNOMIAL, 5));
  q = madd(q, m, splat(LOG_POLYNOMIAL, 6));
  q = madd(q, m, splat(LOG_POLYNOMIAL, 7));
  q = madd(q, m, splat(LOG_POLYNOMIAL, 8));
  let y = f32x4.mul(f32x4.mul(q, m), square);
  y = madd(k, splat(LN2_LOW), y);
  y = madd(splat(MINUS_HALF), square, y);
  y = madd(k, splat(LN2_HIGH), f32x4.add(m, y));
  const zero = f32x4.splat(0);
  y = v128.bitselect(x, y, f32x4.eq(x, splat(INFINITY4)));
  y = v128.bitselect(f32x4.neg(splat(INFINITY4)), y, f32x4.eq(x, zero));
  // All bits set where x is negative or NaN: that is a NaN.
  return v128.or(y, v128.not(f32x4.ge(x, zero)));
}
