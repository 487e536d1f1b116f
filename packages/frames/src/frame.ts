/** Frames: a JSON head and arrays of numbers, with lengths and a checksum. docs/frames.md is their specification. */
import { crc32 } from "node:zlib";

export type FrameArray = Float64Array | Float32Array | Uint32Array | Int32Array | Uint8Array;

/** `head` is JSON without a key `arrays`, which the frame adds. */
export type Frame = {
  readonly head: Readonly<Record<string, unknown>>;
  readonly arrays: Readonly<Record<string, FrameArray>>;
};

/** Bytes that are no frame, and cannot become one. */
export class FrameError extends Error {
  override readonly name = "FrameError";
}

/** "ABF1": the format and its version. */
const MAGIC = Buffer.from("ABF1", "latin1");

/** Magic, length of the head, length of the body, CRC-32. */
const PREFIX_BYTES = 16;

/** More than any head or body has: a length beyond it is damage. */
const MOST_BYTES = 256 * 1024 * 1024;

const TYPES = {
  f64: Float64Array,
  f32: Float32Array,
  u32: Uint32Array,
  i32: Int32Array,
  u8: Uint8Array,
} as const;

type ArrayType = keyof typeof TYPES;

/** Writes a frame as bytes; a multiple of 8. */
export function encodeFrame({ head, arrays }: Frame): Buffer {
  const named = Object.entries(arrays);
  const list = named.map(([name, array]) => [name, typeOf(array), array.length]);
  const json = Buffer.from(JSON.stringify({ ...head, arrays: list }));
  const headBytes = padded(json.length);
  const bodyBytes = named.reduce((sum, [, array]) => sum + padded(array.byteLength), 0);
  const frame = Buffer.alloc(PREFIX_BYTES + headBytes + bodyBytes);
  MAGIC.copy(frame);
  frame.writeUInt32LE(headBytes, 4);
  frame.writeUInt32LE(bodyBytes, 8);
  frame.fill(" ", PREFIX_BYTES, PREFIX_BYTES + headBytes);
  json.copy(frame, PREFIX_BYTES);
  let at = PREFIX_BYTES + headBytes;
  for (const [, array] of named) {
    frame.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += padded(array.byteLength);
  }
  frame.writeUInt32LE(checksum(frame), 12);
  return frame;
}

/**
 * Reads the frame that begins at a place; undefined where it is not whole yet.
 *
 * @throws FrameError - if there is no frame and none can come of it
 */
export function decodeFrame(
  bytes: Buffer,
  at = 0,
): { readonly frame: Frame; readonly end: number } | undefined {
  const magic = bytes.subarray(at, at + MAGIC.length);
  if (!MAGIC.subarray(0, magic.length).equals(magic)) throw new FrameError("no frame begins here");
  if (bytes.length - at < PREFIX_BYTES) return undefined;
  const headBytes = bytes.readUInt32LE(at + 4);
  const bodyBytes = bytes.readUInt32LE(at + 8);
  if (headBytes > MOST_BYTES || bodyBytes > MOST_BYTES || headBytes % 8 || bodyBytes % 8) {
    throw new FrameError("a frame has lengths that no frame has");
  }
  const end = at + PREFIX_BYTES + headBytes + bodyBytes;
  if (bytes.length < end) return undefined;
  const whole = bytes.subarray(at, end);
  if (checksum(whole) !== whole.readUInt32LE(12)) {
    throw new FrameError("a frame differs from its checksum");
  }
  const bodyAt = PREFIX_BYTES + headBytes;
  return { frame: parsed(whole.subarray(PREFIX_BYTES, bodyAt), whole.subarray(bodyAt)), end };
}

/** Takes the magic and the lengths in, and leaves itself out. */
function checksum(frame: Buffer): number {
  return crc32(frame.subarray(PREFIX_BYTES), crc32(frame.subarray(0, 12)));
}

function parsed(headBytes: Buffer, body: Buffer): Frame {
  const { arrays: list, ...head } = headOf(headBytes);
  if (!Array.isArray(list)) throw new FrameError("a frame does not name its arrays");
  const arrays: Record<string, FrameArray> = Object.create(null);
  let at = 0;
  for (const item of list) {
    const { name, type, length } = described(item);
    const bytes = length * TYPES[type].BYTES_PER_ELEMENT;
    if (at + bytes > body.length) throw new FrameError(`a frame is too short for ${name}`);
    arrays[name] = new TYPES[type](new Uint8Array(body.subarray(at, at + bytes)).buffer);
    at += padded(bytes);
  }
  if (at !== body.length) throw new FrameError("a frame is longer than its arrays");
  return { head, arrays };
}

function headOf(bytes: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(bytes.toString(), exactIntegers);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return { ...value };
    }
  } catch (cause) {
    throw new FrameError("the head of a frame is no JSON", { cause });
  }
  throw new FrameError("the head of a frame is no JSON object");
}

/** Keeps an integer that a number does not hold as the text of its digits: a seed of Python, for one. */
function exactIntegers(
  _key: string,
  value: unknown,
  context?: { readonly source?: string },
): unknown {
  const source = context?.source ?? "";
  return typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(source)
    ? source
    : value;
}

function described(item: unknown): {
  readonly name: string;
  readonly type: ArrayType;
  readonly length: number;
} {
  if (Array.isArray(item)) {
    const [name, type, length]: unknown[] = item;
    const isLength = typeof length === "number" && Number.isSafeInteger(length) && length >= 0;
    if (typeof name === "string" && isArrayType(type) && isLength) return { name, type, length };
  }
  throw new FrameError("a frame describes an array that it cannot have");
}

function isArrayType(type: unknown): type is ArrayType {
  return typeof type === "string" && Object.hasOwn(TYPES, type);
}

function typeOf(array: FrameArray): ArrayType {
  if (array instanceof Float64Array) return "f64";
  if (array instanceof Float32Array) return "f32";
  if (array instanceof Uint32Array) return "u32";
  return array instanceof Int32Array ? "i32" : "u8";
}

function padded(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}
