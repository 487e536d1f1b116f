// The SGD step of one parameter and what it says about learning: the update:data ratio.

/**
 * p -= lr (g + 2 lambda p / size), then, over the rows x n elements, in doubles and unbiased:
 * ratio = std(lr g) / std(p), stored as float32 at `ratio`.
 * Returns lambda mean(p^2) of the values before the update, the parameter's share of the loss.
 * Deviations are taken from the first element, so that a constant tensor has exactly no spread.
 */
export function update(
  p: usize, g: usize, ratio: usize, rows: i32, n: i32, ld: i32, lr: f64, lambda: f64,
): f64 {
  const size = <f64>rows * <f64>n;
  const rate = <f32>-lr;
  const decay = <f32>(2 * lambda / size);
  let squares: f64 = 0;
  if (lambda != 0) squares = addDecay(p, g, rows, n, ld, decay);
  const originG = <f64>load<f32>(g);
  const originP = <f64>(load<f32>(p) + rate * load<f32>(g));
  const startG = f64x2.splat(originG);
  const startP = f64x2.splat(originP);
  const rates = f32x4.splat(rate);
  let sumG = f64x2.splat(0), squareG = f64x2.splat(0), sumP = f64x2.splat(0), squareP = f64x2.splat(0);
  let tailG: f64 = 0, tailSquareG: f64 = 0, tailP: f64 = 0, tailSquareP: f64 = 0;
  for (let i = 0; i < rows; i++) {
    const row = (<usize>(i * ld)) << 2;
    let j = 0;
    for (; j + 3 < n; j += 4) {
      const at = row + ((<usize>j) << 2);
      const grad = v128.load(g + at);
      const next = f32x4.add(v128.load(p + at), f32x4.mul(rates, grad));
      v128.store(p + at, next);
      let d = f64x2.sub(f64x2.promote_low_f32x4(grad), startG);
      sumG = f64x2.add(sumG, d);
      squareG = f64x2.add(squareG, f64x2.mul(d, d));
      d = f64x2.sub(f64x2.promote_low_f32x4(v128.shuffle<f32>(grad, grad, 2, 3, 2, 3)), startG);
      sumG = f64x2.add(sumG, d);
      squareG = f64x2.add(squareG, f64x2.mul(d, d));
      d = f64x2.sub(f64x2.promote_low_f32x4(next), startP);
      sumP = f64x2.add(sumP, d);
      squareP = f64x2.add(squareP, f64x2.mul(d, d));
      d = f64x2.sub(f64x2.promote_low_f32x4(v128.shuffle<f32>(next, next, 2, 3, 2, 3)), startP);
      sumP = f64x2.add(sumP, d);
      squareP = f64x2.add(squareP, f64x2.mul(d, d));
    }
    for (; j < n; j++) {
      const at = row + ((<usize>j) << 2);
      const grad = load<f32>(g + at);
      const next = load<f32>(p + at) + rate * grad;
      store<f32>(p + at, next);
      const dg = <f64>grad - originG;
      const dp = <f64>next - originP;
      tailG += dg;
      tailSquareG += dg * dg;
      tailP += dp;
      tailSquareP += dp * dp;
    }
  }
  const spreadG = variance(addLanes(sumG) + tailG, addLanes(squareG) + tailSquareG, size);
  const spreadP = variance(addLanes(sumP) + tailP, addLanes(squareP) + tailSquareP, size);
  store<f32>(ratio, <f32>(lr * sqrt(spreadG) / sqrt(spreadP)));
  return lambda * (squares / size);
}

/** g += decay p; returns the sum of p^2. */
function addDecay(p: usize, g: usize, rows: i32, n: i32, ld: i32, decay: f32): f64 {
  let squares: f64 = 0;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < n; j++) {
      const at = (<usize>(i * ld + j)) << 2;
      const value = load<f32>(p + at);
      squares += <f64>value * <f64>value;
      store<f32>(g + at, load<f32>(g + at) + decay * value);
    }
  }
  return squares;
}

@inline
function addLanes(x: v128): f64 {
  return f64x2.extract_lane(x, 0) + f64x2.extract_lane(x, 1);
}

/** Unbiased; NaN for a single element, which has none. */
@inline
function variance(sum: f64, squares: f64, size: f64): f64 {
  return max(squares - sum * sum / size, 0) / (size - 1);
}
