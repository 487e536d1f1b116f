// What several families need of four float32 at once. Constants lie in memory, because V8 rebuilds a v128
// constant on every use.
import { softMadd } from "./soft-fma";

const SIZE_BITS: usize = memory.data<u32>([0x7fffffff, 0x7fffffff, 0x7fffffff, 0x7fffffff], 16);
/** 2^-63: the product of two such numbers is the smallest normal float32. */
const SMALLEST: usize = memory.data<u32>([0x20000000, 0x20000000, 0x20000000, 0x20000000], 16);

/**
 * x, but 0 where |x| < 2^-63 (about 1e-19). Every operand of a matrix product passes here when it is made:
 * no product of two is subnormal then, and subnormal numbers make a product up to a hundred times slower on
 * some processors. NaN stays.
 */
@inline
export function flush4(x: v128): v128 {
  return v128.andnot(x, f32x4.lt(v128.and(x, v128.load(SIZE_BITS)), v128.load(SMALLEST)));
}

/** All bits set in the first `lanes` of four lanes. */
@inline
export function firstLanes(lanes: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(lanes));
}

/** The four lane sums of four vectors, as one vector. */
@inline
export function sumEach(p: v128, q: v128, r: v128, s: v128): v128 {
  const low = f32x4.add(v128.shuffle<f32>(p, q, 0, 4, 1, 5), v128.shuffle<f32>(p, q, 2, 6, 3, 7));
  const high = f32x4.add(v128.shuffle<f32>(r, s, 0, 4, 1, 5), v128.shuffle<f32>(r, s, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(low, high, 0, 1, 4, 5), v128.shuffle<f32>(low, high, 2, 3, 6, 7));
}

/** The sum of the lanes, in doubles. */
@inline
export function sumLanes(x: v128): f64 {
  const pairs = f64x2.add(
    f64x2.promote_low_f32x4(x), f64x2.promote_low_f32x4(v128.shuffle<f32>(x, x, 2, 3, 2, 3)));
  return f64x2.extract_lane(pairs, 0) + f64x2.extract_lane(pairs, 1);
}

/**
 * a b + c, rounded once: the fused multiply-add of every x86-64 with FMA3 and of every ARM64, at half the price of
 * two instructions. The same source compiled with SOFT_FMA computes the same bits in plain arithmetic, for
 * processors without it.
 */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  return SOFT_FMA ? softMadd(a, b, c) : f32x4.relaxed_madd(a, b, c);
}

/** y = a b + c of `count` consecutive values, a multiple of four: what tells the host whether this processor fuses. */
export function maddEach(a: usize, b: usize, c: usize, y: usize, count: i32): void {
  const end = a + ((<usize>count) << 2);
  for (; a < end; a += 16, b += 16, c += 16, y += 16) {
    v128.store(y, madd(v128.load(a), v128.load(b), v128.load(c)));
  }
}
