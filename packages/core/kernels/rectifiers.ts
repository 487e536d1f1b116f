// Nonlinearities that leave what is positive as it is, over `count` consecutive values, a multiple of eight (rows and their
// zero pads: f(0) = 0).
import { expm1OfNegative4, expOfNegative4 } from "./elementary";
import { flush4, ONE, splat } from "./vector";

/** Below this, e^x - 1 is -1 in float32, and e^x counts as 0. */
const LEAST_EXPONENT: usize = memory.data<f32>([-87]);

/** y = x where x > 0, else slope x. */
export function leakyReluForward(x: usize, y: usize, count: i32, slope: f32): void {
  const zero = f32x4.splat(0), slopes = f32x4.splat(slope);
  for (const end = x + ((<usize>count) << 2); x < end; x += 32, y += 32) {
    const a = v128.load(x), b = v128.load(x, 16);
    const p = flush4(v128.bitselect(a, f32x4.mul(a, slopes), f32x4.gt(a, zero)));
    const q = flush4(v128.bitselect(b, f32x4.mul(b, slopes), f32x4.gt(b, zero)));
    v128.store(y, q, 16); v128.store(y, p);
  }
}

/** dx = dy where x > 0, else slope dy, from what went in; dx may be dy. */
export function leakyReluBackward(x: usize, dy: usize, dx: usize, count: i32, slope: f32): void {
  const zero = f32x4.splat(0), slopes = f32x4.splat(slope);
  for (const end = x + ((<usize>count) << 2); x < end; x += 32, dy += 32, dx += 32) {
    const a = v128.load(dy), b = v128.load(dy, 16);
    const p = flush4(v128.bitselect(a, f32x4.mul(a, slopes), f32x4.gt(v128.load(x), zero)));
    const q = flush4(v128.bitselect(b, f32x4.mul(b, slopes), f32x4.gt(v128.load(x, 16), zero)));
    v128.store(dx, q, 16); v128.store(dx, p);
  }
}

/** y = x where x > 0, else e^x - 1, within 2 ulp; slope = dy/dx, 1 or e^x, for `multiply` on the way back. */
export function eluForward(x: usize, y: usize, slope: usize, count: i32): void {
  const zero = f32x4.splat(0), one = splat(ONE), least = splat(LEAST_EXPONENT);
  for (const end = x + ((<usize>count) << 2); x < end; x += 32, y += 32, slope += 32) {
    const a = v128.load(x), b = v128.load(x, 16);
    const m = f32x4.gt(a, zero), n = f32x4.gt(b, zero);
    const c = f32x4.pmin(a, zero), d = f32x4.pmin(b, zero);
    const p = flush4(v128.bitselect(a, expm1OfNegative4(c, least), m));
    const q = flush4(v128.bitselect(b, expm1OfNegative4(d, least), n));
    const s = v128.bitselect(one, expOfNegative4(c, least), m), t = v128.bitselect(one, expOfNegative4(d, least), n);
    v128.store(y, q, 16); v128.store(y, p);
    v128.store(slope, t, 16); v128.store(slope, s);
  }
}
