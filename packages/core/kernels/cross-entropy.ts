// Softmax cross-entropy of integer targets, in nats, and its gradient.

/**
 * Returns the sum over rows of -log softmax(logits[b])[targets[b]], in doubles. When `gradient` is not 0 it
 * receives (softmax - onehot) / B; the pads of its rows are left alone (zero). A probability under the
 * smallest normal float32 counts as 0: subnormal factors would slow the matrix products a hundredfold.
 */
export function crossEntropy(
  logits: usize, targets: usize, gradient: usize, exponentials: usize, B: i32, V: i32, ld: i32,
): f64 {
  let total: f64 = 0;
  for (let b = 0; b < B; b++) {
    const row = (<usize>(b * ld)) << 2;
    let largest = load<f32>(logits + row);
    for (let j = 1; j < V; j++) largest = max(largest, load<f32>(logits + row + ((<usize>j) << 2)));
    let sum: f64 = 0;
    for (let j = 0; j < V; j++) {
      const e = NativeMath.exp(<f64>load<f32>(logits + row + ((<usize>j) << 2)) - <f64>largest);
      store<f64>(exponentials + ((<usize>j) << 3), e);
      sum += e;
    }
    const target = load<i32>(targets + ((<usize>b) << 2));
    total += NativeMath.log(sum) - (<f64>load<f32>(logits + row + ((<usize>target) << 2)) - <f64>largest);
    if (gradient) {
      for (let j = 0; j < V; j++) {
        const p = load<f64>(exponentials + ((<usize>j) << 3)) / sum;
        const g = (j == target ? p - 1 : p) / <f64>B;
        store<f32>(gradient + row + ((<usize>j) << 2), abs(g) < <f64>f32.MIN_NORMAL_VALUE ? <f32>0 : <f32>g);
      }
    }
  }
  return total;
}
