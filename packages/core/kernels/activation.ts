// Nonlinearities over `count` consecutive values, a multiple of eight (rows and their zero pads: f(0) = 0).
import { exp4, log4, tanh4 } from "./elementary";
import { flush4, ONE, splat } from "./vector";

/** y = tanh(x), within 2.5 ulp of float32. Two pairs a turn share their constants' loads. */
export function tanhForward(x: usize, y: usize, count: i32): void {
  const end = x + ((<usize>count) << 2);
  for (; x + 32 < end; x += 64, y += 64) {
    const a = tanh4(v128.load(x)), b = tanh4(v128.load(x, 16));
    const c = tanh4(v128.load(x, 32)), d = tanh4(v128.load(x, 48));
    v128.store(y, b, 16); v128.store(y, a);
    v128.store(y, d, 48); v128.store(y, c, 32);
  }
  if (x < end) {
    const a = tanh4(v128.load(x)), b = tanh4(v128.load(x, 16));
    v128.store(y, b, 16); v128.store(y, a);
  }
}

/** dx = dy (1 - y^2), flushed, from the output y of tanh; dx may be dy. */
export function tanhBackward(y: usize, dy: usize, dx: usize, count: i32): void {
  const one = splat(ONE);
  const end = y + ((<usize>count) << 2);
  for (; y < end; y += 32, dy += 32, dx += 32) {
    const s = v128.load(y), t = v128.load(y, 16);
    const a = flush4(f32x4.mul(v128.load(dy), f32x4.sub(one, f32x4.mul(s, s))));
    const b = flush4(f32x4.mul(v128.load(dy, 16), f32x4.sub(one, f32x4.mul(t, t))));
    v128.store(dx, b, 16); v128.store(dx, a);
  }
}

/** y = max(x, 0); NaN stays NaN. */
export function reluForward(x: usize, y: usize, count: i32): void {
  const zero = f32x4.splat(0);
  const end = x + ((<usize>count) << 2);
  for (; x < end; x += 32, y += 32) {
    const a = f32x4.pmax(v128.load(x), zero), b = f32x4.pmax(v128.load(x, 16), zero);
    v128.store(y, b, 16); v128.store(y, a);
  }
}

/** dx = dy where y > 0, else 0; dx may be dy. */
export function reluBackward(y: usize, dy: usize, dx: usize, count: i32): void {
  const zero = f32x4.splat(0);
  const end = y + ((<usize>count) << 2);
  for (; y < end; y += 32, dy += 32, dx += 32) {
    const a = v128.and(v128.load(dy), f32x4.gt(v128.load(y), zero));
    const b = v128.and(v128.load(dy, 16), f32x4.gt(v128.load(y, 16), zero));
    v128.store(dx, b, 16); v128.store(dx, a);
  }
}

/** y = e^x, within 2 ulp of float32. */
export function expForward(x: usize, y: usize, count: i32): void {
  const end = x + ((<usize>count) << 2);
  for (; x < end; x += 32, y += 32) {
    const a = exp4(v128.load(x)), b = exp4(v128.load(x, 16));
    v128.store(y, b, 16); v128.store(y, a);
  }
}

/** y = ln x, within 2 ulp of float32. */
export function logForward(x: usize, y: usize, count: i32): void {
  const end = x + ((<usize>count) << 2);
  for (; x < end; x += 32, y += 32) {
    const a = log4(v128.load(x)), b = log4(v128.load(x, 16));
    v128.store(y, b, 16); v128.store(y, a);
  }
}
