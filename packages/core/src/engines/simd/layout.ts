/** How matrices lie in one block of memory. */
import type { NamedShape } from "../../model/network-plan.ts";
import type { Parameter } from "../../spec.ts";
import type { Tensor } from "../engine.ts";

/** Lays out one block of memory: everything a run needs is reserved once, before its first step. */
export class Arena {
  #next: number;

  constructor(firstByte: number) {
    this.#next = align(firstByte);
  }

  /** Reserves `bytes`, aligned to a cache line; returns the offset. */
  reserve(bytes: number): number {
    const offset = this.#next;
    this.#next = align(offset + bytes);
    return offset;
  }

  /** Reserves a float32 matrix whose rows are padded as the kernels need them. */
  matrix(rows: number, columns: number): Matrix {
    const ld = leadingDimension(columns);
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

/** Bytes of a cache line: a pair of vectors that begins at a multiple of its own size never lies across two. */
const LINE = 64;

function align(offset: number): number {
  return Math.ceil(offset / LINE) * LINE;
}

/** Floats of a pair of vectors, which kernels load, compute and store as one. */
const PAIR = 8;
/** Rows of so many bytes times a power of two fall into few sets of the first-level cache; a pair more spreads them. */
const CROWDED = 64;
/** Matrices less wide stay in that cache all the same. */
const WIDE = 128;

/** Returns the distance of two rows of a matrix of so many columns, in elements: whole pairs of vectors. */
export function leadingDimension(columns: number): number {
  const whole = Math.ceil(columns / PAIR) * PAIR;
  return whole >= WIDE && whole % CROWDED === 0 ? whole + PAIR : whole;
}

/** Bytes of a WebAssembly page. */
const PAGE = 65_536;

/**
 * Makes room for so many bytes.
 *
 * @throws RangeError - more than WebAssembly can address, or than the machine has
 */
export function growTo(memory: WebAssembly.Memory, bytes: number): void {
  const pages = Math.ceil((bytes - memory.buffer.byteLength) / PAGE);
  try {
    if (pages > 0) memory.grow(pages);
  } catch (cause) {
    const mebibytes = Math.ceil(bytes / 2 ** 20);
    const message = `the model needs ${mebibytes} MiB, more than is to be had; make it smaller`;
    throw new RangeError(message, { cause });
  }
}

/** Returns a copy of a matrix without its pads, under the name and the shape of its tensor. */
export function readTensor(
  floats: Float32Array,
  { name, shape }: NamedShape,
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

/** A parameter's values and gradient, of equal layout; `ratio` is where its update:data ratio goes. */
export type Slot = {
  readonly parameter: Parameter;
  /** Its place among the parameters. */
  readonly index: number;
  readonly value: Matrix;
  readonly gradient: Matrix;
  readonly ratio: number;
};

/**
 * Reserves values and gradients of all parameters.
 *
 * @param ratios - address of the ratios, 4 bytes each
 */
export function layOutParameters(
  arena: Arena,
  parameters: readonly Parameter[],
  ratios: number,
): Slot[] {
  return parameters.map((parameter, index) => {
    const [first = 0, second] = parameter.shape;
    const [height, width] = second === undefined ? [1, first] : [first, second]; // a vector is one row
    const [value, gradient] = [arena.matrix(height, width), arena.matrix(height, width)];
    return { parameter, index, value, gradient, ratio: ratios + 4 * index };
  });
}
