import type { Tensor } from "../engines/engine.ts";

export type Safetensors = {
  readonly tensors: readonly Tensor[];
  readonly metadata: Readonly<Record<string, string>>;
};

/**
 * Tensors as safetensors bytes: an 8-byte little-endian header length, a JSON header padded with spaces
 * to a multiple of 8, then float32 values.
 *
 * Source: https://github.com/huggingface/safetensors#format
 */
export function encodeSafetensors({ tensors, metadata }: Safetensors): Uint8Array {
  let offset = 0;
  const entries = tensors.map(({ name, shape, values }) => {
    const begin = offset;
    offset += values.byteLength;
    return [name, { dtype: "F32", shape, data_offsets: [begin, offset] }] as const;
  });
  const json = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) });
  const text = new TextEncoder().encode(json);
  const headerLength = (text.length + 7) & ~7;
  const bytes = new Uint8Array(8 + headerLength + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, 8, 8 + headerLength);
  bytes.set(text, 8);
  let at = 8 + headerLength;
  for (const { values } of tensors) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return bytes;
}

/** Reads what `encodeSafetensors` wrote; other types than F32 are refused. */
export function decodeSafetensors(given: Uint8Array): Safetensors {
  const bytes = new Uint8Array(given); // a copy with a buffer of its own: a Buffer's slice shares memory
  const headerLength = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength)));
  if (!isRecord(header)) throw new RangeError("safetensors: the header is no JSON object");
  const data = bytes.subarray(8 + headerLength);
  const tensors = Object.entries(header)
    .filter(([name]) => name !== "__metadata__")
    .map(([name, entry]) => decodeTensor(name, entry, data));
  return { tensors, metadata: textsOf(header.__metadata__) };
}

function decodeTensor(name: string, entry: unknown, data: Uint8Array): Tensor {
  if (!isRecord(entry) || entry.dtype !== "F32") {
    throw new RangeError(`safetensors: ${name} is not of type F32`);
  }
  const [begin, end] = numbersOf(entry.data_offsets);
  if (begin === undefined || end === undefined || end > data.length) {
    throw new RangeError(`safetensors: ${name} reaches past the end of the file`);
  }
  const values = new Float32Array(data.slice(begin, end).buffer);
  return { name, shape: numbersOf(entry.shape), values };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function numbersOf(value: unknown): number[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "number") : [];
}

function textsOf(value: unknown): Record<string, string> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, text]) => (typeof text === "string" ? [[key, text]] : [])),
  );
}
