import type { Tensor } from "../engine.ts";
import type { Matrix } from "./arena.ts";

/** Returns a copy of a matrix without its pads, under the name and the shape of its tensor. */
export function readTensor(
  floats: Float32Array,
  { name, shape }: Pick<Tensor, "name" | "shape">,
  matrix: Matrix,
): Tensor {
  return { name, shape, values: readRows(floats, matrix, matrix.rows) };
}

/** Returns a copy of a matrix's first rows without their pads. */
export function readRows(
  floats: Float32Array,
  { at, columns, ld }: Matrix,
  rows: number,
): Float32Array {
  if (ld === columns) return viewRows(floats, { at, rows, columns, ld }, rows).slice();
  const values = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const row = at / 4 + i * ld;
    values.set(floats.subarray(row, row + columns), i * columns);
  }
  return values;
}

/** Returns a matrix's first rows without their pads: where it has none a view, which the next call overwrites. */
export function viewRows(floats: Float32Array, matrix: Matrix, rows: number): Float32Array {
  const { at, columns, ld } = matrix;
  if (ld !== columns) return readRows(floats, matrix, rows);
  return floats.subarray(at / 4, at / 4 + rows * columns);
}

/** @throws RangeError - the tensor has another number of elements */
export function writeTensor(floats: Float32Array, matrix: Matrix, { name, values }: Tensor): void {
  const { at, rows, columns, ld } = matrix;
  if (values.length !== rows * columns) {
    throw new RangeError(`simd: ${name} has ${values.length} elements, not ${rows * columns}`);
  }
  for (let i = 0; i < rows; i++) {
    floats.set(values.subarray(i * columns, (i + 1) * columns), at / 4 + i * ld);
  }
}
