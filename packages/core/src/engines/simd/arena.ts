import type { Tensor } from "../engine.ts";

/** Lays out one block of memory: everything a run needs is reserved once, before its first step. */
export class Arena {
  #next: number;

  constructor(firstByte: number) {
    this.#next = align(firstByte);
  }

  /** Reserves `bytes`, aligned to 16; returns the offset. */
  reserve(bytes: number): number {
    const offset = this.#next;
    this.#next = align(offset + bytes);
    return offset;
  }

  /** Reserves a float32 matrix whose rows are padded to whole vectors of four. */
  matrix(rows: number, columns: number): Matrix {
    const ld = (columns + 3) & ~3;
    return { at: this.reserve(rows * ld * 4), rows, columns, ld };
  }

  get byteLength(): number {
    return this.#next;
  }
}

/** A float32 matrix in the arena; `ld` is the distance of two rows, in elements. */
export type Matrix = {
  readonly at: number;
  readonly rows: number;
  readonly columns: number;
  readonly ld: number;
};

function align(offset: number): number {
  return Math.ceil(offset / 16) * 16;
}

/** Bytes of a WebAssembly page. */
const PAGE = 65_536;

/**
 * Makes room for so many bytes.
 *
 * @throws RangeError - more than WebAssembly can address, or than the machine has
 */
export function growTo(memory: WebAssembly.Memory, bytes: number): void {
  try {
    memory.grow(Math.ceil(bytes / PAGE));
  } catch (cause) {
    const mebibytes = Math.ceil(bytes / 2 ** 20);
    throw new RangeError(
      `the model needs ${mebibytes} MiB, more than is to be had; make it smaller`,
      {
        cause,
      },
    );
  }
}

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
