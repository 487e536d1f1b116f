import type { TorchGenerator } from "../random/torch-generator.ts";

/**
 * A `[rows, columns]` matrix with orthonormal columns (or rows, whichever are fewer), uniform over all
 * such matrices: Gram-Schmidt, twice for accuracy, on standard normal vectors, in doubles.
 *
 * Source: Saxe, McClelland & Ganguli (2014), arXiv:1312.6120.
 */
export function orthogonal(rows: number, columns: number, generator: TorchGenerator): Float32Array {
  const drawn = generator.randn(rows * columns);
  const result = new Float32Array(rows * columns);
  const count = Math.min(rows, columns);
  const length = Math.max(rows, columns);
  const indexOf = (vector: number, i: number) =>
    rows >= columns ? i * columns + vector : vector * columns + i;
  const basis: Float64Array[] = [];
  for (let v = 0; v < count; v++) {
    const vector = Float64Array.from({ length }, (_, i) => drawn[indexOf(v, i)] ?? 0);
    removeProjections(vector, basis);
    removeProjections(vector, basis);
    const norm = Math.sqrt(dot(vector, vector));
    for (const [i, value] of vector.entries()) {
      vector[i] = value / norm;
      result[indexOf(v, i)] = value / norm;
    }
    basis.push(vector);
  }
  return result;
}

function removeProjections(vector: Float64Array, basis: readonly Float64Array[]): void {
  for (const direction of basis) {
    const along = dot(vector, direction);
    for (let i = 0; i < vector.length; i++) {
      vector[i] = (vector[i] ?? 0) - along * (direction[i] ?? 0);
    }
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
