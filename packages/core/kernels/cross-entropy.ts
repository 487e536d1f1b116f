// Softmax cross-entropy of integer targets, in nats, and its gradient. Logits and gradient are B x V, row by row, eight
// columns at once. What takes time are the exponentials: they are one loop over all rows, pads included.
import { expOfNegative4, log4 } from "./elementary";
import { zeroPads } from "./pads";
import { flush4, madd, pairMasks, splat, sumLanes } from "./vector";

/** e^-44 < 2^-63: a probability below it counts as 0. */
const LEAST_LOGIT: usize = memory.data<f32>([-44]);
const MINUS_INFINITY: usize = memory.data<u32>([0xff800000]);

/**
 * Returns the sum over rows of -log softmax(logits[b])[targets[b]]; `gradient` receives (softmax - onehot) / B,
 * flushed, with zero pads. `sums` is room for B float32, rounded up to a pair.
 */
export function crossEntropy(
  logits: usize, targets: usize, gradient: usize, sums: usize, B: i32, V: i32, ld: i32,
): f64 {
  const stride = (<usize>ld) << 2;
  let total: f64 = 0;
  for (let b: usize = 0; b < <usize>B; b++) {
    const row = logits + b * stride;
    const largest = subtractLargest(row, gradient + b * stride, V, stride);
    const target = (<usize>load<i32>(targets + (b << 2))) << 2;
    total -= <f64>load<f32>(row + target) - <f64>largest;
  }
  exponentials(gradient, gradient + <usize>B * stride);
  for (let b: usize = 0; b < <usize>B; b++) {
    const row = gradient + b * stride;
    const sum = sumOf(row, row + stride);
    store<f32>(sums + (b << 2), <f32>sum);
    const target = row + ((<usize>load<i32>(targets + (b << 2))) << 2);
    const e = <f64>load<f32>(target);
    scaleAll(row, row + stride, <f32>(1 / (sum * <f64>B)));
    store<f32>(target, <f32>((e - sum) / (sum * <f64>B)));
  }
  return total + sumOfLogarithms(sums, B);
}

/**
 * The same with label smoothing: of each target the share `smoothing` goes to all classes alike, as in PyTorch. Returns
 * the sum over rows of (1 - smoothing) (-log p[target]) + smoothing / V sum(-log p); `gradient` receives
 * (p - (1 - smoothing) onehot - smoothing / V) / B.
 */
export function smoothedCrossEntropy(
  logits: usize, targets: usize, gradient: usize, sums: usize, B: i32, V: i32, ld: i32, smoothing: f64,
): f64 {
  const stride = (<usize>ld) << 2, kept = 1 - smoothing, each = smoothing / <f64>V;
  let total: f64 = 0;
  for (let b: usize = 0; b < <usize>B; b++) {
    const row = gradient + b * stride;
    subtractLargest(logits + b * stride, row, V, stride);
    total -= kept * <f64>load<f32>(row + ((<usize>load<i32>(targets + (b << 2))) << 2));
    for (let at: usize = 0; at < (<usize>V) << 2; at += 4) total -= each * <f64>load<f32>(row + at);
  }
  exponentials(gradient, gradient + <usize>B * stride);
  for (let b: usize = 0; b < <usize>B; b++) {
    const row = gradient + b * stride;
    const sum = sumOf(row, row + stride);
    store<f32>(sums + (b << 2), <f32>sum);
    const target = row + ((<usize>load<i32>(targets + (b << 2))) << 2);
    const e = <f64>load<f32>(target);
    shareAll(row, row + stride, <f32>(1 / (sum * <f64>B)), <f32>(-each / <f64>B));
    store<f32>(target, <f32>((e / sum - kept - each) / <f64>B));
  }
  zeroPads(gradient, B, V, ld);
  return total + sumOfLogarithms(sums, B);
}

/** x = factor x + share, flushed. */
@inline
function shareAll(x: usize, end: usize, factor: f32, share: f32): void {
  const factors = f32x4.splat(factor), shares = f32x4.splat(share);
  for (; x < end; x += 32) {
    const a = flush4(madd(v128.load(x), factors, shares)), b = flush4(madd(v128.load(x, 16), factors, shares));
    v128.store(x, b, 16); v128.store(x, a);
  }
}

/**
 * out = row - its largest value, which is returned; pads become -infinity. A NaN may be passed over in the search: its
 * exponential is NaN all the same.
 */
@inline
function subtractLargest(row: usize, out: usize, V: i32, width: usize): f32 {
  const infinity = splat(MINUS_INFINITY);
  const whole = (<usize>(V & ~7)) << 2;
  let m = infinity;
  for (let at: usize = 0; at < whole; at += 32) {
    m = f32x4.pmax(f32x4.pmax(m, v128.load(row + at)), v128.load(row + at, 16));
  }
  const masks = pairMasks(V & 7);
  const last0 = v128.load(masks), last1 = v128.load(masks, 16);
  if (whole < width) {
    m = f32x4.pmax(m, v128.bitselect(v128.load(row + whole), infinity, last0));
    m = f32x4.pmax(m, v128.bitselect(v128.load(row + whole, 16), infinity, last1));
  }
  m = f32x4.pmax(m, v128.shuffle<f32>(m, m, 2, 3, 0, 1));
  m = f32x4.pmax(m, v128.shuffle<f32>(m, m, 1, 0, 3, 2));
  let at: usize = 0;
  for (; at < whole; at += 32) {
    const x0 = f32x4.sub(v128.load(row + at), m), x1 = f32x4.sub(v128.load(row + at, 16), m);
    v128.store(out + at, x1, 16); v128.store(out + at, x0);
  }
  if (at < width) {
    const x0 = v128.bitselect(f32x4.sub(v128.load(row + at), m), infinity, last0);
    const x1 = v128.bitselect(f32x4.sub(v128.load(row + at, 16), m), infinity, last1);
    v128.store(out + at, x1, 16); v128.store(out + at, x0);
    at += 32;
  }
  for (; at < width; at += 32) {
    v128.store(out + at, infinity, 16); v128.store(out + at, infinity);
  }
  return f32x4.extract_lane(m, 0);
}

/** x = e^x for x <= 0, in place. Two pairs a turn share their constants' loads. */
@inline
function exponentials(x: usize, end: usize): void {
  const least = splat(LEAST_LOGIT);
  for (; x + 32 < end; x += 64) {
    const a = expOfNegative4(v128.load(x), least), b = expOfNegative4(v128.load(x, 16), least);
    const c = expOfNegative4(v128.load(x, 32), least), d = expOfNegative4(v128.load(x, 48), least);
    v128.store(x, b, 16); v128.store(x, a);
    v128.store(x, d, 48); v128.store(x, c, 32);
  }
  if (x < end) {
    const a = expOfNegative4(v128.load(x), least), b = expOfNegative4(v128.load(x, 16), least);
    v128.store(x, b, 16); v128.store(x, a);
  }
}

@inline
function sumOf(x: usize, end: usize): f64 {
  let s0 = f32x4.splat(0), s1 = s0;
  for (; x < end; x += 32) {
    s0 = f32x4.add(s0, v128.load(x)); s1 = f32x4.add(s1, v128.load(x, 16));
  }
  return sumLanes(f32x4.add(s0, s1));
}

/** x = factor x, flushed. */
@inline
function scaleAll(x: usize, end: usize, factor: f32): void {
  const factors = f32x4.splat(factor);
  for (; x < end; x += 32) {
    const a = flush4(f32x4.mul(v128.load(x), factors)), b = flush4(f32x4.mul(v128.load(x, 16), factors));
    v128.store(x, b, 16); v128.store(x, a);
  }
}

function sumOfLogarithms(sums: usize, B: i32): f64 {
  for (let b = B; b & 7; b++) store<f32>(sums + ((<usize>b) << 2), 1);
  let total: f64 = 0;
  for (const end = sums + ((<usize>B) << 2); sums < end; sums += 32) {
    total += sumLanes(log4(v128.load(sums))) + sumLanes(log4(v128.load(sums, 16)));
  }
  return total;
}
