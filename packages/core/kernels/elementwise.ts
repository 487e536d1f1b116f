// Sums and products of `count` consecutive values, a multiple of eight, in pairs; what is written is flushed.
import { flush4 } from "./vector";

/** c = a + b; c may be either: a residual block's sum, and a gradient that is added to another. */
export function add(a: usize, b: usize, c: usize, count: i32): void {
  for (const end = a + ((<usize>count) << 2); a < end; a += 32, b += 32, c += 32) {
    const s = flush4(f32x4.add(v128.load(a), v128.load(b)));
    const t = flush4(f32x4.add(v128.load(a, 16), v128.load(b, 16)));
    v128.store(c, t, 16); v128.store(c, s);
  }
}

/** c = a b; c may be either: a gradient times a slope, and values times the factors of a dropout. */
export function multiply(a: usize, b: usize, c: usize, count: i32): void {
  for (const end = a + ((<usize>count) << 2); a < end; a += 32, b += 32, c += 32) {
    const s = flush4(f32x4.mul(v128.load(a), v128.load(b)));
    const t = flush4(f32x4.mul(v128.load(a, 16), v128.load(b, 16)));
    v128.store(c, t, 16); v128.store(c, s);
  }
}

/** x = factor x. */
export function scale(x: usize, count: i32, factor: f32): void {
  const factors = f32x4.splat(factor);
  for (const end = x + ((<usize>count) << 2); x < end; x += 32) {
    const a = flush4(f32x4.mul(v128.load(x), factors)), b = flush4(f32x4.mul(v128.load(x, 16), factors));
    v128.store(x, b, 16); v128.store(x, a);
  }
}

/** x = x within [-most, most]; NaN stays. */
export function clamp(x: usize, count: i32, most: f32): void {
  const high = f32x4.splat(most), low = f32x4.splat(-most);
  for (const end = x + ((<usize>count) << 2); x < end; x += 32) {
    const a = f32x4.pmin(f32x4.pmax(v128.load(x), low), high), b = f32x4.pmin(f32x4.pmax(v128.load(x, 16), low), high);
    v128.store(x, b, 16); v128.store(x, a);
  }
}
