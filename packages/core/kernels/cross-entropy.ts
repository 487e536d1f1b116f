// Softmax cross-entropy of integer targets, in nats, and its gradient. Logits and gradient are B x V, row by
// row, four columns at once; the last vector of a row counts its first lanes only.
import { exp4, log4 } from "./elementary";
import { firstLanes, flush4, sumLanes } from "./vector";

/** e^-44 < 2^-63: a probability below it counts as 0. */
const LEAST_LOGIT: usize = memory.data<f32>([-44, -44, -44, -44], 16);

/**
 * Returns the sum over rows of -log softmax(logits[b])[targets[b]]. When `gradient` is not 0 it receives
 * (softmax - onehot) / B, flushed, with zero pads. `sums` is room for B float32, rounded up to a vector.
 */
export function crossEntropy(
  logits: usize, targets: usize, gradient: usize, sums: usize, B: i32, V: i32, ld: i32,
): f64 {
  const stride = (<usize>ld) << 2;
  const whole = (<usize>(V & ~3)) << 2;
  const width = (<usize>((V + 3) & ~3)) << 2;
  const last = firstLanes(V & 3);
  let total: f64 = 0;
  for (let b = 0; b < B; b++) {
    const row = logits + <usize>b * stride;
    const largest = rowMaximum(row, whole, V);
    const shift = f32x4.splat(largest);
    const out = gradient ? gradient + <usize>b * stride : 0;
    let s = f32x4.splat(0);
    for (let at: usize = 0; at < width; at += 16) {
      let e = exponential(f32x4.sub(v128.load(row + at), shift));
      if (at == whole) e = v128.and(e, last);
      s = f32x4.add(s, e);
      if (out) v128.store(out + at, e);
    }
    const sum = sumLanes(s);
    store<f32>(sums + ((<usize>b) << 2), <f32>sum);
    const target = (<usize>load<i32>(targets + ((<usize>b) << 2))) << 2;
    total -= <f64>load<f32>(row + target) - <f64>largest;
    if (out) {
      const e = <f64>load<f32>(out + target);
      const scale = f32x4.splat(<f32>(1 / (sum * <f64>B)));
      for (let at: usize = 0; at < width; at += 16) {
        v128.store(out + at, flush4(f32x4.mul(v128.load(out + at), scale)));
      }
      store<f32>(out + target, <f32>((e - sum) / (sum * <f64>B)));
    }
  }
  return total + sumOfLogarithms(sums, B);
}

/** A NaN may be passed over here: its exponential is NaN all the same. */
@inline
function rowMaximum(row: usize, whole: usize, V: i32): f32 {
  let m = v128.load_splat<f32>(row);
  for (let at: usize = 0; at < whole; at += 16) m = f32x4.pmax(m, v128.load(row + at));
  let largest = max(
    max(f32x4.extract_lane(m, 0), f32x4.extract_lane(m, 1)),
    max(f32x4.extract_lane(m, 2), f32x4.extract_lane(m, 3)));
  for (let at = whole; at < ((<usize>V) << 2); at += 4) largest = max(largest, load<f32>(row + at));
  return largest;
}

@inline
function exponential(x: v128): v128 {
  const least = v128.load(LEAST_LOGIT);
  return v128.andnot(exp4(f32x4.pmax(x, least)), f32x4.lt(x, least));
}

function sumOfLogarithms(sums: usize, B: i32): f64 {
  for (let b = B; b & 3; b++) store<f32>(sums + ((<usize>b) << 2), 1);
  let total: f64 = 0;
  for (let b = 0; b < B; b += 4) total += sumLanes(log4(v128.load(sums + ((<usize>b) << 2))));
  return total;
}
