// Fused multiply-add without the instruction. The product of two float32 has 48 bits, so a double holds it exactly.
// The sum with the third does not fit; rounded to nearest and then to float32 it could be wrong in the last bit
// (two roundings). Rounded to odd it cannot: where something is lost, the last bit of the double becomes 1, which
// keeps it off every tie of the 24 bits that are left (53 >= 24 + 2), subnormal results and overflow included.
import { promoteHigh } from "./vector";

/** a b + c, rounded once. */
export function softMadd(a: v128, b: v128, c: v128): v128 {
  const low = roundedToOdd(
    f64x2.promote_low_f32x4(a), f64x2.promote_low_f32x4(b), f64x2.promote_low_f32x4(c));
  const high = roundedToOdd(promoteHigh(a), promoteHigh(b), promoteHigh(c));
  return v128.shuffle<f32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
}

/** a b + c of two doubles that are float32, in doubles rounded to odd. */
@inline
function roundedToOdd(a: v128, b: v128, c: v128): v128 {
  const product = f64x2.mul(a, b);
  const sum = f64x2.add(product, c);
  // What the addition lost, exactly (Knuth's TwoSum); NaN where an operand or the sum is not finite.
  const addend = f64x2.sub(sum, product);
  const lost = f64x2.add(f64x2.sub(product, f64x2.sub(sum, addend)), f64x2.sub(c, addend));
  // Of a NaN this is false: infinities and NaN stay as they are.
  const isInexact = f64x2.gt(f64x2.abs(lost), f64x2.splat(0));
  const isEven = i64x2.eq(v128.and(sum, i64x2.splat(1)), i64x2.splat(0));
  // As integers, doubles of one sign are in the order of their size: one step away from zero where what was lost
  // has the sign of the sum, else one towards zero.
  const step = v128.or(i64x2.shr_s(v128.xor(sum, lost), 63), i64x2.splat(1));
  return i64x2.add(sum, v128.and(v128.and(isInexact, isEven), step));
}
