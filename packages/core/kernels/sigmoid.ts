// The sigmoid and its integral. Neither is 0 at 0, so rows are told apart and their pads are cleared.
import { expOfNegative4, log1pOfUnit4 } from "./elementary";
import { logistic4, upperHalf } from "./gates";
import { zeroPads } from "./pads";
import { flush4, ONE, SIGN, splat } from "./vector";

/** e^-44 < 2^-63: it counts as 0. */
const LEAST_EXPONENT: usize = memory.data<f32>([-44]);

/** y = 1 / (1 + e^-x), within 3 ulp. */
export function sigmoidForward(x: usize, y: usize, rows: i32, n: i32, ld: i32): void {
  const least = splat(LEAST_EXPONENT), sign = splat(SIGN);
  const out = y;
  for (const end = x + ((<usize>(rows * ld)) << 2); x < end; x += 32, y += 32) {
    const a = v128.load(x), b = v128.load(x, 16);
    const e = expOfNegative4(v128.or(a, sign), least), f = expOfNegative4(v128.or(b, sign), least);
    const p = flush4(logistic4(a, e, upperHalf(e))), q = flush4(logistic4(b, f, upperHalf(f)));
    v128.store(y, q, 16); v128.store(y, p);
  }
  zeroPads(out, rows, n, ld);
}

/** dx = dy y (1 - y), from the output y; dx may be dy. */
export function sigmoidBackward(y: usize, dy: usize, dx: usize, count: i32): void {
  const one = splat(ONE);
  for (const end = y + ((<usize>count) << 2); y < end; y += 32, dy += 32, dx += 32) {
    const s = v128.load(y), t = v128.load(y, 16);
    const a = flush4(f32x4.mul(f32x4.mul(v128.load(dy), f32x4.sub(one, s)), s));
    const b = flush4(f32x4.mul(f32x4.mul(v128.load(dy, 16), f32x4.sub(one, t)), t));
    v128.store(dx, b, 16); v128.store(dx, a);
  }
}

/** y = ln(1 + e^x), within 4 ulp, which is x from 17 on; slope = dy/dx, the sigmoid of x, for `multiply` on the way back. */
export function softplusForward(x: usize, y: usize, slope: usize, rows: i32, n: i32, ld: i32): void {
  const least = splat(LEAST_EXPONENT), sign = splat(SIGN), zero = f32x4.splat(0);
  const out = y;
  for (const end = x + ((<usize>(rows * ld)) << 2); x < end; x += 32, y += 32, slope += 32) {
    const a = v128.load(x), b = v128.load(x, 16);
    const e = expOfNegative4(v128.or(a, sign), least), f = expOfNegative4(v128.or(b, sign), least);
    const s = logistic4(a, e, upperHalf(e)), t = logistic4(b, f, upperHalf(f));
    const p = flush4(f32x4.add(f32x4.pmax(a, zero), log1pOfUnit4(e)));
    const q = flush4(f32x4.add(f32x4.pmax(b, zero), log1pOfUnit4(f)));
    v128.store(y, q, 16); v128.store(y, p);
    v128.store(slope, t, 16); v128.store(slope, s);
  }
  zeroPads(out, rows, n, ld);
}
