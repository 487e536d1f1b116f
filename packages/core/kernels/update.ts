// The SGD step of one parameter and what it says about learning: the update:data ratio. A parameter p and its
// gradient g are rows x n; with their zero pads they are one run of vectors, read once.
//
// Sums and sums of squares are float32 over BLOCK vectors, then doubles: ratios within 1e-6. Where that is
// not enough (numbers too small or too large to square in float32, or all nearly equal) both deviations are
// taken again, in doubles.
import { flush4, sumLanes } from "./vector";

/** Vectors summed in float32 before they go to doubles. */
const BLOCK: usize = 64;
/** Below this mean square, what flush4 drops from the squares would be noticed. */
const LEAST_MEAN_SQUARE: f64 = 1e-30;
/** Above this ratio of mean square to variance, too many digits cancel. */
const MOST_CANCELLATION: f64 = 16;

let sumG: f64 = 0, squareG: f64 = 0, sumP: f64 = 0, squareP: f64 = 0;

/**
 * p -= lr (g + 2 lambda p / size), flushed; then ratio = std(lr g) / std(p), unbiased, as float32 at `ratio`:
 * NaN for a single element. Returns lambda mean(p^2) of the values before the update, the parameter's share
 * of the loss.
 */
export function update(
  p: usize, g: usize, ratio: usize, rows: i32, n: i32, ld: i32, lr: f64, lambda: f64,
): f64 {
  const size = <f64>rows * <f64>n;
  const bytes = (<usize>(rows * ld)) << 2;
  const penalty = lambda == 0 ? 0 : lambda * (addDecay(p, g, bytes, <f32>(2 * lambda / size)) / size);
  descend(p, g, bytes, <f32>-lr);
  let varianceG = varianceOf(sumG, squareG, size);
  if (isRough(varianceG, squareG, size)) varianceG = exactVariance(g, rows, n, ld);
  let varianceP = varianceOf(sumP, squareP, size);
  if (isRough(varianceP, squareP, size)) varianceP = exactVariance(p, rows, n, ld);
  store<f32>(ratio, <f32>(lr * sqrt(varianceG) / sqrt(varianceP)));
  return penalty;
}

/** p += rate g; leaves the sums of g and of the new p. */
function descend(p: usize, g: usize, bytes: usize, rate: f32): void {
  const rates = f32x4.splat(rate);
  const zero = f32x4.splat(0);
  sumG = 0; squareG = 0; sumP = 0; squareP = 0;
  const end = p + bytes;
  while (p < end) {
    const stop = min(p + (BLOCK << 4), end);
    let sg = zero, qg = zero, sp = zero, qp = zero;
    for (; p < stop; p += 16, g += 16) {
      const gradient = v128.load(g);
      const next = flush4(f32x4.add(v128.load(p), f32x4.mul(rates, gradient)));
      v128.store(p, next);
      sg = f32x4.add(sg, gradient);
      qg = f32x4.add(qg, f32x4.mul(gradient, gradient));
      sp = f32x4.add(sp, next);
      qp = f32x4.add(qp, f32x4.mul(next, next));
    }
    sumG += sumLanes(sg);
    squareG += sumLanes(qg);
    sumP += sumLanes(sp);
    squareP += sumLanes(qp);
  }
}

/** g += decay p; returns the sum of p^2, in doubles. */
function addDecay(p: usize, g: usize, bytes: usize, decay: f32): f64 {
  const factor = f32x4.splat(decay);
  let squares = f64x2.splat(0);
  for (const end = p + bytes; p < end; p += 16, g += 16) {
    const value = v128.load(p);
    v128.store(g, flush4(f32x4.add(v128.load(g), f32x4.mul(factor, value))));
    const low = f64x2.promote_low_f32x4(value);
    const high = f64x2.promote_low_f32x4(v128.shuffle<f32>(value, value, 2, 3, 2, 3));
    squares = f64x2.add(squares, f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high)));
  }
  return f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1);
}

@inline
function varianceOf(sum: f64, squares: f64, size: f64): f64 {
  return max(squares - sum * sum / size, 0) / (size - 1);
}

/** Whether a variance from float32 sums may be wrong; true of NaN. */
@inline
function isRough(variance: f64, squares: f64, size: f64): bool {
  const meanSquare = squares / size;
  return !(meanSquare > LEAST_MEAN_SQUARE && meanSquare < MOST_CANCELLATION * variance && squares < Infinity);
}

/** Sums in doubles, as deviations from the first element, so that a constant tensor has exactly no spread. */
function exactVariance(x: usize, rows: i32, n: i32, ld: i32): f64 {
  const origin = <f64>load<f32>(x);
  let sum: f64 = 0, squares: f64 = 0;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < n; j++) {
      const d = <f64>load<f32>(x + ((<usize>(i * ld + j)) << 2)) - origin;
      sum += d;
      squares += d * d;
    }
  }
  return varianceOf(sum, squares, <f64>rows * <f64>n);
}
