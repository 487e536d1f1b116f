// Nonlinearities over `count` consecutive values, a multiple of four (rows and their zero pads: f(0) = 0).
import { exp4, log4, tanh4 } from "./elementary";
import { flush4 } from "./vector";

/** y = tanh(x), within 2 ulp of float32. */
export function tanhForward(x: usize, y: usize, count: i32): void {
  const end = x + ((<usize>count) << 2);
  for (; x < end; x += 16, y += 16) v128.store(y, tanh4(v128.load(x)));
}

/** dx = dy (1 - y^2), flushed, from the output y of tanh; dx may be dy. */
export function tanhBackward(y: usize, dy: usize, dx: usize, count: i32): void {
  const one = f32x4.splat(1);
  const end = y + ((<usize>count) << 2);
  for (; y < end; y += 16, dy += 16, dx += 16) {
    const t = v128.load(y);
    v128.store(dx, flush4(f32x4.mul(v128.load(dy), f32x4.sub(one, f32x4.mul(t, t)))));
  }
}

/** y = max(x, 0); NaN stays NaN. */
export function reluForward(x: usize, y: usize, count: i32): void {
  const zero = f32x4.splat(0);
  const end = x + ((<usize>count) << 2);
  for (; x < end; x += 16, y += 16) v128.store(y, f32x4.pmax(v128.load(x), zero));
}

/** dx = dy where y > 0, else 0; dx may be dy. */
export function reluBackward(y: usize, dy: usize, dx: usize, count: i32): void {
  const zero = f32x4.splat(0);
  const end = y + ((<usize>count) << 2);
  for (; y < end; y += 16, dy += 16, dx += 16) {
    v128.store(dx, v128.and(v128.load(dy), f32x4.gt(v128.load(y), zero)));
  }
}

/** y = e^x, within 2 ulp of float32. */
export function expForward(x: usize, y: usize, count: i32): void {
  const end = x + ((<usize>count) << 2);
  for (; x < end; x += 16, y += 16) v128.store(y, exp4(v128.load(x)));
}

/** y = ln x, within 2 ulp of float32. */
export function logForward(x: usize, y: usize, count: i32): void {
  const end = x + ((<usize>count) << 2);
  for (; x < end; x += 16, y += 16) v128.store(y, log4(v128.load(x)));
}
