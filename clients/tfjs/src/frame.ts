/** Frames as docs/frames.md of ablate specifies them: a JSON head and arrays of numbers, with lengths and a checksum. */

export type FrameArray = Float64Array | Float32Array;

const PREFIX_BYTES = 16;

const CRC_TABLE: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** Writes a frame as bytes; a multiple of 8. */
export function encodeFrame(
  head: Readonly<Record<string, unknown>>,
  arrays: Readonly<Record<string, FrameArray>> = {},
): Uint8Array {
  const named = Object.entries(arrays);
  const list = named.map(([name, array]) => [name, elementOf(array), array.length]);
  const json = new TextEncoder().encode(JSON.stringify({ ...head, arrays: list }));
  const headBytes = padded(json.length);
  const bodyBytes = named.reduce((sum, [, array]) => sum + padded(array.byteLength), 0);
  const frame = new Uint8Array(PREFIX_BYTES + headBytes + bodyBytes);
  const view = new DataView(frame.buffer);
  frame.set(new TextEncoder().encode("ABF1"));
  view.setUint32(4, headBytes, true);
  view.setUint32(8, bodyBytes, true);
  frame.fill(32, PREFIX_BYTES, PREFIX_BYTES + headBytes);
  frame.set(json, PREFIX_BYTES);
  let at = PREFIX_BYTES + headBytes;
  for (const [, array] of named) {
    for (let i = 0; i < array.length; i++) {
      const number = array[i] ?? 0;
      if (array instanceof Float64Array) view.setFloat64(at + 8 * i, number, true);
      else view.setFloat32(at + 4 * i, number, true);
    }
    at += padded(array.byteLength);
  }
  const sum = crc32(frame.subarray(PREFIX_BYTES), crc32(frame.subarray(0, 12), 0));
  view.setUint32(12, sum, true);
  return frame;
}

function crc32(bytes: Uint8Array, before: number): number {
  let value = ~before;
  for (const byte of bytes) value = (CRC_TABLE[(value ^ byte) & 255] ?? 0) ^ (value >>> 8);
  return ~value >>> 0;
}

function elementOf(array: FrameArray): string {
  return array instanceof Float64Array ? "f64" : "f32";
}

function padded(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}
