/** How a model lies in one block of memory. */
import { type NamedShape, planNetwork } from "../../model/network-plan.ts";
import type { ModelSpec, Parameter } from "../../spec.ts";
import type { Tensor } from "../engine.ts";
import { type LayerShape, layerShapes, type NormShape } from "../layer-shapes.ts";

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

/** Batch norm of one layer. `shape` names its tensors. Vectors are 1 x n; `spread` is a std or a variance, as the model says. */
export type Norm = {
  readonly shape: NormShape;
  readonly gamma: Slot;
  readonly beta: Slot;
  readonly runningMean: Matrix;
  readonly runningSpread: Matrix;
  /** Moments in use: of the current batch, or of an evaluation. */
  readonly mean: Matrix;
  readonly spread: Matrix;
  readonly divisor: Matrix;
  readonly slope: Matrix;
  /** Sums of columnMoments: 2 ld doubles. */
  readonly sums: number;
  readonly normal: Matrix;
};

/** A linear layer with what follows it; all row buffers have room for `rows` examples. */
export type Layer = {
  readonly shape: LayerShape;
  /** How many layers lie below it. */
  readonly depth: number;
  readonly weight: Slot;
  readonly bias: Slot | null;
  readonly norm: Norm | null;
  /** All of its parameters. */
  readonly slots: readonly Slot[];
  /** x W + b, then after batch norm, then after the nonlinearity: the same matrix where nothing changes it. */
  readonly linear: Matrix;
  readonly normed: Matrix;
  readonly output: Matrix;
  readonly gradient: Matrix;
};

type NormedLayer = Layer & { readonly norm: Norm };

/** Everything of a model in the arena, in forward order. */
export type Layout = {
  readonly embedding: Slot;
  readonly layers: readonly Layer[];
  /** The layers with batch norm. */
  readonly normed: readonly NormedLayer[];
  readonly slots: readonly Slot[];
  readonly logits: Matrix;
  readonly logitsGradient: Matrix;
};

/** Places of a model's parameters, gradients and activations in memory. */
type Room = {
  readonly model: ModelSpec;
  readonly vocabularySize: number;
  /** Examples that there is room for. */
  readonly rows: number;
  /** Address of the ratios, 4 bytes each. */
  readonly ratios: number;
};

/** Reserves parameters, gradients and activations of a model. */
export function layOut(arena: Arena, { model, vocabularySize, rows, ratios }: Room): Layout {
  const slots: Slot[] = [];
  const slot = (parameter: Parameter): Slot => {
    const [first = 0, second] = parameter.shape;
    const [height, width] = second === undefined ? [1, first] : [first, second]; // a vector is one row
    const [value, gradient] = [arena.matrix(height, width), arena.matrix(height, width)];
    const index = slots.length;
    const made = { parameter, index, value, gradient, ratio: ratios + 4 * index };
    slots.push(made);
    return made;
  };
  const embedding = slot(planNetwork(model, vocabularySize).embedding);
  const layers = layerShapes(model, vocabularySize).map((shape, depth): Layer => {
    const before = slots.length;
    const weight = slot(shape.weight);
    const bias = shape.bias === null ? null : slot(shape.bias);
    const linear = arena.matrix(rows, shape.fanOut);
    const norm = shape.norm === null ? null : layOutNorm(arena, slot, shape.norm, rows);
    const normed = norm === null ? linear : arena.matrix(rows, shape.fanOut);
    const isLinear = shape.planned.nonlinearity === "none";
    const output = isLinear ? normed : arena.matrix(rows, shape.fanOut);
    const gradient = arena.matrix(rows, shape.fanOut);
    const own = { weight, bias, norm, slots: slots.slice(before) };
    return { shape, depth, ...own, linear, normed, output, gradient };
  });
  const last = layers.at(-1);
  if (last === undefined) throw new RangeError("simd: a model has at least its output layer");
  return {
    embedding,
    layers,
    normed: layers.filter((layer): layer is NormedLayer => layer.norm !== null),
    slots,
    logits: last.output,
    logitsGradient: last.gradient,
  };
}

function layOutNorm(
  arena: Arena,
  slot: (parameter: Parameter) => Slot,
  shape: NormShape,
  rows: number,
): Norm {
  const fanOut = shape.gain.size;
  const vector = () => arena.matrix(1, fanOut);
  return {
    shape,
    gamma: slot(shape.gain),
    beta: slot(shape.shift),
    runningMean: vector(),
    runningSpread: vector(),
    mean: vector(),
    spread: vector(),
    divisor: vector(),
    slope: vector(),
    sums: arena.reserve(2 * leadingDimension(fanOut) * 8),
    normal: arena.matrix(rows, fanOut),
  };
}
