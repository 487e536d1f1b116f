// The ceiling of a matrix product: multiply and add, nothing else, on eight sums that stay in registers. Two
// operands are read a turn, from the first-level cache and not always the same, so that no product can be taken out of the loop.

const OPERANDS: usize = memory.data<f32>([1.5, -0.5, 0.25, -1.25, 0.75, -0.25, 1.125, -1.5,
  0.625, -0.125, 1, -0.375], 16);

/** 16 vector operations a turn, 64 flops. */
export function multiplyAdd(turns: i32): f32 {
  const b0 = f32x4.splat(0.5), b1 = f32x4.splat(-0.25), b2 = f32x4.splat(0.125), b3 = f32x4.splat(-0.75);
  let s0 = b0, s1 = b1, s2 = b2, s3 = b3, s4 = b0, s5 = b1, s6 = b2, s7 = b3;
  for (let i = 0; i < turns; i++) {
    const at = OPERANDS + ((<usize>(i & 1)) << 4);
    const x = v128.load(at), y = v128.load(at, 16);
    s0 = f32x4.add(s0, f32x4.mul(x, b0));
    s1 = f32x4.add(s1, f32x4.mul(x, b1));
    s2 = f32x4.add(s2, f32x4.mul(x, b2));
    s3 = f32x4.add(s3, f32x4.mul(x, b3));
    s4 = f32x4.add(s4, f32x4.mul(y, b0));
    s5 = f32x4.add(s5, f32x4.mul(y, b1));
    s6 = f32x4.add(s6, f32x4.mul(y, b2));
    s7 = f32x4.add(s7, f32x4.mul(y, b3));
  }
  const sum = f32x4.add(
    f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)), f32x4.add(f32x4.add(s4, s5), f32x4.add(s6, s7)));
  return f32x4.extract_lane(sum, 0);
}
