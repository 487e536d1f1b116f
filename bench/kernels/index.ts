// What the machine can do at most without fusing multiply and add: a loop of nothing but both, on vectors
// of four float32 that stay in registers.

/**
 * s = s x + y on twelve independent accumulators, `turns` times. Every product needs the sum before it, so
 * none can be left out or moved out of the loop: 96 flops a turn; twelve chains hide the latency of both instructions.
 * With |x| < 1 the sums converge to y / (1 - x): no overflow, no subnormals.
 *
 * @returns the sum of all accumulators, so that none of them is dead
 */
export function multiplyAdd(turns: i32, x: f32, y: f32): f32 {
  const factor = f32x4.splat(x);
  const summand = f32x4.splat(y);
  let s0 = f32x4.splat(0), s1 = f32x4.splat(1), s2 = f32x4.splat(2), s3 = f32x4.splat(3);
  let s4 = f32x4.splat(4), s5 = f32x4.splat(5), s6 = f32x4.splat(6), s7 = f32x4.splat(7);
  let s8 = f32x4.splat(8), s9 = f32x4.splat(9), s10 = f32x4.splat(10), s11 = f32x4.splat(11);
  for (let i = 0; i < turns; i++) {
    s0 = f32x4.add(f32x4.mul(s0, factor), summand);
    s1 = f32x4.add(f32x4.mul(s1, factor), summand);
    s2 = f32x4.add(f32x4.mul(s2, factor), summand);
    s3 = f32x4.add(f32x4.mul(s3, factor), summand);
    s4 = f32x4.add(f32x4.mul(s4, factor), summand);
    s5 = f32x4.add(f32x4.mul(s5, factor), summand);
    s6 = f32x4.add(f32x4.mul(s6, factor), summand);
    s7 = f32x4.add(f32x4.mul(s7, factor), summand);
    s8 = f32x4.add(f32x4.mul(s8, factor), summand);
    s9 = f32x4.add(f32x4.mul(s9, factor), summand);
    s10 = f32x4.add(f32x4.mul(s10, factor), summand);
    s11 = f32x4.add(f32x4.mul(s11, factor), summand);
  }
  s0 = f32x4.add(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)), f32x4.add(s4, s5));
  s6 = f32x4.add(f32x4.add(f32x4.add(s6, s7), f32x4.add(s8, s9)), f32x4.add(s10, s11));
  s0 = f32x4.add(s0, s6);
  return f32x4.extract_lane(s0, 0) + f32x4.extract_lane(s0, 1)
    + f32x4.extract_lane(s0, 2) + f32x4.extract_lane(s0, 3);
}
