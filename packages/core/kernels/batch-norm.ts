// Batch normalisation over the rows of x (rows x n). Variances are unbiased (rows - 1).
// `divisor` is what x - mean is divided by: sqrt(variance + epsilon), or std + epsilon.
import { firstLanes, flush4 } from "./vector";

/**
 * Moments of every column of one mini-batch, in two passes. `spread` is what the layer keeps running:
 * the variance when `keepsVariance`, else the std. `slope` is d divisor / d std divided by
 * std / divisor: see normBackward; 0 where a column does not vary.
 */
export function batchMoments(
  x: usize, mean: usize, spread: usize, divisor: usize, slope: usize,
  rows: i32, n: i32, ld: i32, epsilon: f32, keepsVariance: i32,
): void {
  const stride = (<usize>ld) << 2;
  const margin = f32x4.splat(epsilon);
  for (let j = 0; j < n; j += 4) {
    const column = (<usize>j) << 2;
    const mu = f32x4.div(sumDown(x + column, stride, rows, f32x4.splat(0), false), f32x4.splat(<f32>rows));
    const squares = sumDown(x + column, stride, rows, mu, true);
    const variance = f32x4.div(squares, f32x4.splat(<f32>(rows - 1)));
    const std = f32x4.sqrt(variance);
    v128.store(mean + column, mu);
    if (keepsVariance) {
      v128.store(spread + column, variance);
      v128.store(divisor + column, f32x4.sqrt(f32x4.add(variance, margin)));
      v128.store(slope + column, f32x4.splat(1));
    } else {
      const total = f32x4.add(std, margin);
      v128.store(spread + column, std);
      v128.store(divisor + column, total);
      v128.store(slope + column, v128.and(f32x4.div(total, std), f32x4.gt(std, f32x4.splat(0))));
    }
  }
}

/** divisor of given moments, from the spread that the layer keeps running. */
export function divisorOf(
  spread: usize, divisor: usize, n: i32, epsilon: f32, keepsVariance: i32,
): void {
  for (let j = 0; j < n; j++) {
    const at = (<usize>j) << 2;
    const value = load<f32>(spread + at);
    store<f32>(divisor + at, keepsVariance ? sqrt<f32>(value + epsilon) : value + epsilon);
  }
}

/** Mean and spread of whole columns from the sums of columnMoments over `count` rows. */
export function finishMoments(
  sums: usize, shift: usize, mean: usize, spread: usize,
  count: f64, n: i32, ld: i32, keepsVariance: i32,
): void {
  for (let j = 0; j < n; j++) {
    const sum = load<f64>(sums + ((<usize>j) << 3));
    const squares = load<f64>(sums + ((<usize>(ld + j)) << 3));
    const variance = max<f64>(squares - sum * sum / count, 0) / (count - 1);
    const at = (<usize>j) << 2;
    store<f32>(mean + at, <f32>(<f64>load<f32>(shift + at) + sum / count));
    store<f32>(spread + at, <f32>(keepsVariance ? variance : sqrt<f64>(variance)));
  }
}

/**
 * Adds a tile of rows to the sums from which a whole split's moments come: for every column, in doubles,
 * sum(x - shift) and sum((x - shift)^2), at sums[j] and sums[ld + j].
 */
export function columnMoments(x: usize, shift: usize, sums: usize, rows: i32, n: i32, ld: i32): void {
  const squares = sums + ((<usize>ld) << 3);
  for (let j = 0; j < n; j += 2) {
    const origin = f64x2.promote_low_f32x4(v128.load64_zero(shift + ((<usize>j) << 2)));
    const at = (<usize>j) << 3;
    let sum = v128.load(sums + at);
    let square = v128.load(squares + at);
    let from = x + ((<usize>j) << 2);
    for (let i = 0; i < rows; i++, from += (<usize>ld) << 2) {
      const d = f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(from)), origin);
      sum = f64x2.add(sum, d);
      square = f64x2.add(square, f64x2.mul(d, d));
    }
    v128.store(sums + at, sum);
    v128.store(squares + at, square);
  }
}

/** The sum of a column of vectors, or of its squared deviations from `mu`: two sums, because each addition is waited for. */
@inline
function sumDown(from: usize, stride: usize, rows: i32, mu: v128, isSquared: bool): v128 {
  let even = f32x4.splat(0), odd = f32x4.splat(0);
  let i = 0;
  for (; i + 1 < rows; i += 2, from += 2 * stride) {
    even = f32x4.add(even, term(from, mu, isSquared));
    odd = f32x4.add(odd, term(from + stride, mu, isSquared));
  }
  if (i < rows) even = f32x4.add(even, term(from, mu, isSquared));
  return f32x4.add(even, odd);
}

@inline
function term(from: usize, mu: v128, isSquared: bool): v128 {
  const x = v128.load(from);
  if (!isSquared) return x;
  const d = f32x4.sub(x, mu);
  return f32x4.mul(d, d);
}

/** normal = (x - mean) / divisor; y = gamma normal + beta, flushed. Pads are written as 0. */
export function normalise(
  x: usize, mean: usize, divisor: usize, gamma: usize, beta: usize,
  normal: usize, y: usize, rows: i32, n: i32, ld: i32,
): void {
  const stride = (<usize>ld) << 2;
  for (let j = 0; j < n; j += 4) {
    const column = (<usize>j) << 2;
    const mu = v128.load(mean + column);
    let factor = f32x4.div(f32x4.splat(1), v128.load(divisor + column));
    if (j + 4 > n) factor = v128.and(factor, firstLanes(n - j));
    const scale = v128.load(gamma + column);
    const shift = v128.load(beta + column);
    for (let i = 0; i < rows; i++) {
      const at = column + <usize>i * stride;
      const h = f32x4.mul(f32x4.sub(v128.load(x + at), mu), factor);
      v128.store(normal + at, h);
      v128.store(y + at, flush4(f32x4.add(f32x4.mul(scale, h), shift)));
    }
  }
}

/**
 * Gradients of normalise with the batch's own moments. With d = dy gamma, per column:
 * dgamma = sum(dy normal); dbeta = sum(dy);
 * dx = (d - mean(d) - normal slope sum(d normal) / (rows - 1)) / divisor,
 * where slope is divisor / std for std + epsilon and 1 for sqrt(variance + epsilon).
 * dx is flushed and may be dy.
 */
export function normBackward(
  dy: usize, normal: usize, divisor: usize, slope: usize, gamma: usize,
  dgamma: usize, dbeta: usize, dx: usize, rows: i32, n: i32, ld: i32,
): void {
  const stride = (<usize>ld) << 2;
  const count = f32x4.splat(<f32>rows);
  const degrees = f32x4.splat(<f32>(rows - 1));
  for (let j = 0; j < n; j += 4) {
    const column = (<usize>j) << 2;
    let sum = f32x4.splat(0);
    let product = f32x4.splat(0);
    for (let i = 0; i < rows; i++) {
      const at = column + <usize>i * stride;
      const g = v128.load(dy + at);
      sum = f32x4.add(sum, g);
      product = f32x4.add(product, f32x4.mul(g, v128.load(normal + at)));
    }
    v128.store(dgamma + column, product);
    v128.store(dbeta + column, sum);
    const mean = f32x4.div(sum, count);
    const pull = f32x4.mul(v128.load(slope + column), f32x4.div(product, degrees));
    let scale = f32x4.div(v128.load(gamma + column), v128.load(divisor + column));
    if (j + 4 > n) scale = v128.and(scale, firstLanes(n - j));
    for (let i = 0; i < rows; i++) {
      const at = column + <usize>i * stride;
      const centred = f32x4.sub(v128.load(dy + at), mean);
      const pulled = f32x4.sub(centred, f32x4.mul(v128.load(normal + at), pull));
      v128.store(dx + at, flush4(f32x4.mul(scale, pulled)));
    }
  }
}

/** running = (1 - momentum) running + momentum batch. */
export function foldRunning(running: usize, batch: usize, momentum: f64, n: i32): void {
  const keep = <f32>(1 - momentum);
  const take = <f32>momentum;
  for (let j = 0; j < n; j++) {
    const at = (<usize>j) << 2;
    store<f32>(running + at, keep * load<f32>(running + at) + take * load<f32>(batch + at));
  }
}
