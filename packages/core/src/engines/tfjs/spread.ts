/**
 * The unbiased standard deviation, summed in doubles as deviations from the first value: exactly 0 for a
 * constant tensor, NaN for a tensor of one element.
 */
export function spreadOf(values: Float32Array): number {
  const [first = 0] = values;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const deviation = (values[i] ?? 0) - first;
    sum += deviation;
    squares += deviation * deviation;
  }
  const variance = (squares - (sum * sum) / values.length) / (values.length - 1);
  return Math.sqrt(Math.max(variance, 0));
}
