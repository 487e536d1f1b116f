// What several families need of four float32 at once, and how they come in pairs.
//
// Every kernel handles pairs of vectors, columns +0 to +3 and +4 to +7: V8's revectorizer makes one 256-bit instruction
// of two operations that differ in nothing but that their operands lie 16 bytes apart. It begins at two stores of one
// basic block, hence the few rules that all loops here follow:
// - the store at +16 comes first, and no load between two stores (a load does not move across a store);
// - whatever is the same for both halves is the same value: constants are loaded into all lanes (`splat`) from memory, and
//   the compiler merges the loads that two calls side by side have in common. A v128 constant would be rebuilt at each use;
// - masks are loads from a table (`pairMasks`), not comparisons;
// - no pair is loaded or stored at an address that is a constant: V8 13.6 gets those wrong.
import { softMadd } from "./soft-fma";

/** A float32 constant, or the i-th of a table, in all four lanes. */
@inline
export function splat(table: usize, i: usize = 0): v128 {
  return v128.load_splat<f32>(table + (i << 2));
}

/** 1, for `splat`. */
export const ONE: usize = memory.data<f32>([1]);
export const SIZE_BITS: usize = memory.data<u32>([0x7fffffff]);
/** The other bit of a float32. */
export const SIGN: usize = memory.data<u32>([0x80000000]);
/** 2^-63: the product of two such numbers is the smallest normal float32. */
const SMALLEST: usize = memory.data<u32>([0x20000000]);

/**
 * x, but 0 where |x| < 2^-63 (about 1e-19). Every operand of a matrix product passes here when it is made:
 * no product of two is subnormal then, and subnormal numbers make a product up to a hundred times slower on
 * some processors. NaN stays.
 */
@inline
export function flush4(x: v128): v128 {
  return v128.andnot(x, f32x4.lt(v128.and(x, splat(SIZE_BITS)), splat(SMALLEST)));
}

const MASKS: usize = memory.data<i32>([-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0], 64);

/** Where two masks lie, 16 bytes apart, that have all bits set in the first `lanes` of a pair's eight lanes. */
@inline
export function pairMasks(lanes: i32): usize {
  return MASKS + ((<usize>(8 - min(8, lanes))) << 2);
}

/** The last two lanes, as doubles. */
@inline
export function promoteHigh(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f32>(x, x, 2, 3, 2, 3));
}

/** The sum of the lanes, in doubles. */
@inline
export function sumLanes(x: v128): f64 {
  const pairs = f64x2.add(f64x2.promote_low_f32x4(x), promoteHigh(x));
  return f64x2.extract_lane(pairs, 0) + f64x2.extract_lane(pairs, 1);
}

/** The sum of the eight lanes that are stored at `pair`, in doubles. */
@inline
export function sumPair(pair: usize): f64 {
  return sumLanes(f32x4.add(v128.load(pair), v128.load(pair, 16)));
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
