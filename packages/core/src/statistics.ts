/** Statistics of all elements of a tensor; NaN where one of them is. */
export type Statistics = {
  readonly mean: number;
  /** The unbiased estimate; NaN for a single element. */
  readonly std: number;
  readonly min: number;
  readonly max: number;
};

/** Computes statistics in doubles, in two passes: the std of a constant tensor is exactly 0. */
export function statisticsOf(values: ArrayLike<number>): Statistics {
  const first = values[0] ?? Number.NaN;
  const count = values.length;
  let sum = 0;
  let min = first;
  let max = first;
  for (let i = 0; i < count; i++) {
    const value = values[i] ?? 0;
    sum += value - first;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  const centre = sum / count;
  let squares = 0;
  for (let i = 0; i < count; i++) {
    const deviation = (values[i] ?? 0) - first - centre;
    squares += deviation * deviation;
  }
  return { mean: first + centre, std: Math.sqrt(squares / (count - 1)), min, max };
}
