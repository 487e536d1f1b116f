// exp, log and tanh of four float32 at once, in plain arithmetic. Constants lie in memory: V8 rebuilds a v128
// constant on every use, a load into all lanes costs little. pmin and pmax are one instruction, min and
// max seven; a NaN as their first operand stays.
// The polynomials are those of Cephes (expf, logf; S. Moshier, netlib.org/cephes).

const LOG2_E: usize = memory.data<f32>([1.44269504]);
/** Adding 1.5 * 2^23 leaves the nearest integer in the low bits. */
const ROUNDER: usize = memory.data<f32>([12582912]);
const LN2_HIGH: usize = memory.data<f32>([0.693359375]);
const LN2_LOW: usize = memory.data<f32>([-2.12194440e-4]);
const EXP_POLYNOMIAL: usize = memory.data<f32>([
  1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
]);
const HALF: usize = memory.data<f32>([0.5]);
const ONE: usize = memory.data<f32>([1]);
const SIGN: usize = memory.data<u32>([0x80000000]);
/** Past these, e^x is infinite or 0 in float32. */
const EXP_LARGEST: usize = memory.data<f32>([89]);
const EXP_SMALLEST: usize = memory.data<f32>([-104]);
/** Past this, tanh is 1 in float32. */
const TANH_LARGEST: usize = memory.data<f32>([9.1]);

/** A constant, or the i-th of a table, in all four lanes. */
@inline
function splat(table: usize, i: usize = 0): v128 {
  return v128.load_splat<f32>(table + (i << 2));
}

/**
 * e^r - 1 for r = x - k ln 2, given the k nearest to x / ln 2. What the subtraction of k ln 2 rounds away is
 * added last. In pairs of terms, because a chain of ten operations is waited for.
 */
@inline
function expm1Reduced(x: v128, k: v128): v128 {
  const head = f32x4.sub(x, f32x4.mul(k, splat(LN2_HIGH)));
  const tail = f32x4.mul(k, splat(LN2_LOW));
  const r = f32x4.sub(head, tail);
  const square = f32x4.mul(r, r);
  const high = f32x4.add(f32x4.mul(splat(EXP_POLYNOMIAL), r), splat(EXP_POLYNOMIAL, 1));
  const middle = f32x4.add(f32x4.mul(splat(EXP_POLYNOMIAL, 2), r), splat(EXP_POLYNOMIAL, 3));
  const low = f32x4.add(f32x4.mul(splat(EXP_POLYNOMIAL, 4), r), splat(EXP_POLYNOMIAL, 5));
  const q = f32x4.add(f32x4.mul(f32x4.add(f32x4.mul(high, square), middle), square), low);
  return f32x4.add(head, f32x4.sub(f32x4.mul(square, q), tail));
}

/** 2^k for an integer k of a normal result. */
@inline
function powerOfTwo(k: v128): v128 {
  return i32x4.add(i32x4.shl(k, 23), splat(ONE));
}

/** e^x within 2 ulp, subnormal results included. */
@inline
export function exp4(x: v128): v128 {
  const bounded = f32x4.pmax(f32x4.pmin(x, splat(EXP_LARGEST)), splat(EXP_SMALLEST));
  const rounded = f32x4.add(f32x4.mul(bounded, splat(LOG2_E)), splat(ROUNDER));
  const power = i32x4.sub(rounded, splat(ROUNDER));
  const k = f32x4.sub(rounded, splat(ROUNDER));
  const e = f32x4.add(splat(ONE), expm1Reduced(bounded, k));
  const half = i32x4.shr_s(power, 1);
  return f32x4.mul(f32x4.mul(e, powerOfTwo(half)), powerOfTwo(i32x4.sub(power, half)));
}

const MINUS_TWO_LOG2_E: usize = memory.data<f32>([-2.88539008]);
/** Below this, the polynomial in x; above it, tanh by way of the exponential. */
const TANH_SMALL: usize = memory.data<f32>([0.6625]);
/** (tanh(x) - x) / x^3 in x^2, highest power first; interpolated at Chebyshev nodes of [0, 0.6625^2]. */
const TANH_POLYNOMIAL: usize = memory.data<f32>([
  -5.8371587733e-03, 2.0807841288e-02, -5.3808500432e-02, 1.3332472954e-01, -3.3333325808e-01,
]);
/** 2^f, highest power first; interpolated at Chebyshev nodes of [-1/2, 1/2]. */
const POWER_POLYNOMIAL: usize = memory.data<f32>([
  1.5461444696e-04, 1.3400428177e-03, 9.6180566785e-03, 5.5503272267e-02, 2.4022650922e-01,
  6.9314720670e-01, 1.0000000000e+00,
]);

/** tanh within 2 ulp: x + x^3 r(x^2) of small x, else 1 - 2E / (1 + E), E = e^(-2|x|), with the sign of x. */
@inline
export function tanh4(x: v128): v128 {
  const one = splat(ONE);
  const sign = v128.and(x, splat(SIGN));
  const size = f32x4.pmin(v128.xor(x, sign), splat(TANH_LARGEST));
  const u = f32x4.mul(x, x);
  let r = f32x4.add(f32x4.mul(splat(TANH_POLYNOMIAL), u), splat(TANH_POLYNOMIAL, 1));
  r = f32x4.add(f32x4.mul(r, u), splat(TANH_POLYNOMIAL, 2));
  r = f32x4.add(f32x4.mul(r, u), splat(TANH_POLYNOMIAL, 3));
  r = f32x4.add(f32x4.mul(r, u), splat(TANH_POLYNOMIAL, 4));
  const small = f32x4.mul(x, f32x4.add(f32x4.mul(r, u), one));

  const t = f32x4.mul(size, splat(MINUS_TWO_LOG2_E));
  const rounded = f32x4.add(t, splat(ROUNDER));
  const f = f32x4.sub(t, f32x4.sub(rounded, splat(ROUNDER)));
  let q = f32x4.add(f32x4.mul(splat(POWER_POLYNOMIAL), f), splat(POWER_POLYNOMIAL, 1));
  q = f32x4.add(f32x4.mul(q, f), splat(POWER_POLYNOMIAL, 2));
  q = f32x4.add(f32x4.mul(q, f), splat(POWER_POLYNOMIAL, 3));
  q = f32x4.add(f32x4.mul(q, f), splat(POWER_POLYNOMIAL, 4));
  q = f32x4.add(f32x4.mul(q, f), splat(POWER_POLYNOMIAL, 5));
  q = f32x4.add(f32x4.mul(q, f), splat(POWER_POLYNOMIAL, 6));
  const e = i32x4.add(q, i32x4.shl(rounded, 23));
  const large = f32x4.sub(one, f32x4.div(f32x4.add(e, e), f32x4.add(one, e)));
  // A NaN is not large: the polynomial keeps it, the exponent arithmetic would not.
  return v128.bitselect(v128.or(large, sign), small, f32x4.ge(size, splat(TANH_SMALL)));
}

const SMALLEST_NORMAL: usize = memory.data<f32>([1.17549435e-38]);
const TWO_TO_23: usize = memory.data<f32>([8388608]);
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
  let k = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_s(normal, 23), i32x4.splat(126)));
  k = f32x4.sub(k, v128.and(f32x4.splat(23), isTiny));
  let m = v128.or(v128.and(normal, splat(MANTISSA)), splat(HALF));
  const isLow = f32x4.lt(m, splat(SQRT_HALF));
  k = f32x4.sub(k, v128.and(splat(ONE), isLow));
  m = f32x4.sub(f32x4.add(m, v128.and(m, isLow)), splat(ONE));
  const square = f32x4.mul(m, m);
  let q = splat(LOG_POLYNOMIAL);
  q = f32x4.add(f32x4.mul(q, m), splat(LOG_POLYNOMIAL, 1));
  q = f32x4.add(f32x4.mul(q, m), splat(LOG_POLYNOMIAL, 2));
  q = f32x4.add(f32x4.mul(q, m), splat(LOG_POLYNOMIAL, 3));
  q = f32x4.add(f32x4.mul(q, m), splat(LOG_POLYNOMIAL, 4));
  q = f32x4.add(f32x4.mul(q, m), splat(LOG_POLYNOMIAL, 5));
  q = f32x4.add(f32x4.mul(q, m), splat(LOG_POLYNOMIAL, 6));
  q = f32x4.add(f32x4.mul(q, m), splat(LOG_POLYNOMIAL, 7));
  q = f32x4.add(f32x4.mul(q, m), splat(LOG_POLYNOMIAL, 8));
  let y = f32x4.mul(f32x4.mul(q, m), square);
  y = f32x4.add(y, f32x4.mul(k, splat(LN2_LOW)));
  y = f32x4.sub(y, f32x4.mul(splat(HALF), square));
  y = f32x4.add(f32x4.add(m, y), f32x4.mul(k, splat(LN2_HIGH)));
  const zero = i32x4.splat(0);
  y = v128.bitselect(x, y, f32x4.eq(x, splat(INFINITY4)));
  y = v128.bitselect(f32x4.neg(splat(INFINITY4)), y, f32x4.eq(x, zero));
  // All bits set where x is negative or NaN: that is a NaN.
  return v128.or(y, v128.not(f32x4.ge(x, zero)));
}
