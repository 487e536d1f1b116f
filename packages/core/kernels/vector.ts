// What several families need of four float32 at once. Constants lie in memory, because V8 rebuilds a v128
// constant on every use.

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

/** s + x y, rounded twice: no processor fuses it. */
@inline
export function madd(s: v128, x: v128, y: v128): v128 {
  return f32x4.add(s, f32x4.mul(x, y));
}
