/** Numbers of a TensorProto. */
import { BYTES, FIXED32, FIXED64, keyOf, VARINT, type WireReader } from "../protobuf.ts";

/** A tensor of numbers or of texts. */
export type Tensor = {
  readonly shape: readonly number[];
  readonly numbers: Float64Array;
  readonly texts: readonly Buffer[];
};

/** More than a scalar or a histogram has: others are not read. */
const MOST_NUMBERS = 65_536;

const DTYPE = keyOf(1, VARINT);
const SHAPE = keyOf(2, BYTES);
const CONTENT = keyOf(4, BYTES);
const STRING = keyOf(8, BYTES);

/** Fields that hold numbers: written one by one, or packed as bytes. */
type Way = "float" | "double" | "integer" | "half";
const FIELDS: ReadonlyMap<number, Way> = new Map([
  [5, "float"],
  [6, "double"],
  [7, "integer"],
  [10, "integer"],
  [11, "integer"],
  [13, "half"],
  [16, "integer"],
  [17, "integer"],
]);

const HALF_TYPE = 19;
const BFLOAT16_TYPE = 14;

/** Reads the tensor that the reader has entered, to its end. */
export function readTensor(reader: WireReader): Tensor {
  let [dtype, content] = [0, EMPTY];
  const shape: number[] = [];
  const numbers: number[] = [];
  const texts: Buffer[] = [];
  while (reader.next()) {
    const way = FIELDS.get(reader.key >>> 3);
    if (reader.key === DTYPE) dtype = reader.integer();
    else if (reader.key === SHAPE) readShape(reader, shape);
    else if (reader.key === CONTENT) content = reader.slice();
    else if (reader.key === STRING) texts.push(reader.slice());
    else if (way === undefined) reader.skip();
    else readNumbers(reader, way, numbers);
  }
  const size = shape.reduce((product, one) => product * one, 1);
  const all = content.length > 0 ? numbersIn(content, dtype) : decoded(numbers, dtype);
  // A number stands for all that follow it and are the same.
  const isShort = all.length > 0 && all.length < size && size <= MOST_NUMBERS;
  return { shape, numbers: isShort ? filled(all, size) : all, texts };
}

const EMPTY: Buffer = Buffer.alloc(0);

const DIMENSION = keyOf(2, BYTES);
const DIMENSION_SIZE = keyOf(1, VARINT);

function readShape(reader: WireReader, shape: number[]): void {
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.key !== DIMENSION) {
      reader.skip();
      continue;
    }
    const shapeEnd = reader.enter();
    let size = 0;
    while (reader.next()) {
      if (reader.key === DIMENSION_SIZE) size = Math.max(0, reader.integer());
      else reader.skip();
    }
    shape.push(size);
    reader.leave(shapeEnd);
  }
  reader.leave(outer);
}

const FLAT_WAYS: Readonly<Record<Way, number>> = {
  float: FIXED32,
  double: FIXED64,
  integer: VARINT,
  half: VARINT,
};

function readNumbers(reader: WireReader, way: Way, numbers: number[]): void {
  const flat = FLAT_WAYS[way];
  const written = reader.key % 8;
  if (written === flat) {
    push(reader, way, numbers);
    return;
  }
  if (written !== BYTES) {
    reader.skip();
    return;
  }
  const outer = reader.enter();
  while (reader.hasMore && numbers.length < MOST_NUMBERS) push(reader, way, numbers);
  reader.leave(outer);
}

function push(reader: WireReader, way: Way, numbers: number[]): void {
  if (way === "float") numbers.push(reader.float());
  else if (way === "double") numbers.push(reader.double());
  else numbers.push(reader.integer());
}

function decoded(numbers: readonly number[], dtype: number): Float64Array {
  if (dtype === HALF_TYPE) return Float64Array.from(numbers, halfOf);
  if (dtype === BFLOAT16_TYPE) return Float64Array.from(numbers, bfloat16Of);
  return Float64Array.from(numbers);
}

function filled(numbers: Float64Array, size: number): Float64Array {
  const all = new Float64Array(size).fill(numbers.at(-1) ?? Number.NaN);
  all.set(numbers);
  return all;
}

type Element = { readonly bytes: number; readonly read: (bytes: Buffer, at: number) => number };

/** By the number of the type. */
const ELEMENTS: ReadonlyMap<number, Element> = new Map([
  [1, { bytes: 4, read: (bytes, at) => bytes.readFloatLE(at) }],
  [2, { bytes: 8, read: (bytes, at) => bytes.readDoubleLE(at) }],
  [3, { bytes: 4, read: (bytes, at) => bytes.readInt32LE(at) }],
  [4, { bytes: 1, read: (bytes, at) => bytes.readUInt8(at) }],
  [5, { bytes: 2, read: (bytes, at) => bytes.readInt16LE(at) }],
  [6, { bytes: 1, read: (bytes, at) => bytes.readInt8(at) }],
  [9, { bytes: 8, read: (bytes, at) => Number(bytes.readBigInt64LE(at)) }],
  [10, { bytes: 1, read: (bytes, at) => bytes.readUInt8(at) }],
  [BFLOAT16_TYPE, { bytes: 2, read: (bytes, at) => bfloat16Of(bytes.readUInt16LE(at)) }],
  [17, { bytes: 2, read: (bytes, at) => bytes.readUInt16LE(at) }],
  [HALF_TYPE, { bytes: 2, read: (bytes, at) => halfOf(bytes.readUInt16LE(at)) }],
  [22, { bytes: 4, read: (bytes, at) => bytes.readUInt32LE(at) }],
  [23, { bytes: 8, read: (bytes, at) => Number(bytes.readBigUInt64LE(at)) }],
]);

function numbersIn(content: Buffer, dtype: number): Float64Array {
  const element = ELEMENTS.get(dtype);
  if (element === undefined) return new Float64Array();
  const count = Math.min(MOST_NUMBERS, Math.floor(content.length / element.bytes));
  return Float64Array.from({ length: count }, (_, i) => element.read(content, i * element.bytes));
}

/** Returns what the bits of a float16 stand for. */
function halfOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return (sign * fraction) / 2 ** 24;
  return sign * 2 ** (exponent - 25) * (1024 + fraction);
}

const WORD = new DataView(new ArrayBuffer(4));

/** A bfloat16 is the first half of a float32. */
function bfloat16Of(bits: number): number {
  WORD.setUint32(0, bits << 16);
  return WORD.getFloat32(0);
}
