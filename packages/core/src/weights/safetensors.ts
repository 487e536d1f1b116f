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

/**
 * Reads what `encodeSafetensors` wrote.
 *
 * @throws RangeError - its header is not JSON of tensors of F32, or the tensors are not its data, one after another
 */
export function decodeSafetensors(given: Uint8Array): Safetensors {
  const bytes = new Uint8Array(given); // a copy with a buffer of its own: a Buffer's slice shares memory
  const { header, data } = partsOf(bytes);
  let begin = 0;
  const tensors = Object.entries(header)
    .filter(([name]) => name !== "__metadata__")
    .map(([name, entry]) => {
      const tensor = decodeTensor(name, entry, { data, begin });
      begin += tensor.values.byteLength;
      return tensor;
    });
  if (begin !== data.length) {
    throw new RangeError("safetensors: there are more numbers than its tensors have");
  }
  return { tensors, metadata: textsOf(header.__metadata__) };
}

type Parts = { readonly header: Readonly<Record<string, unknown>>; readonly data: Uint8Array };

function partsOf(bytes: Uint8Array): Parts {
  const length = bytes.length < 8 ? 0n : new DataView(bytes.buffer).getBigUint64(0, true);
  const end = 8 + Number(length);
  if (end > bytes.length) throw new RangeError("safetensors: the header reaches past the end");
  try {
    const header: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(8, end)));
    if (isRecord(header)) return { header, data: bytes.subarray(end) };
  } catch {}
  throw new RangeError("safetensors: the header is no JSON object");
}

type Place = { readonly data: Uint8Array; readonly begin: number };

function decodeTensor(name: string, entry: unknown, { data, begin }: Place): Tensor {
  if (!isRecord(entry) || entry.dtype !== "F32") {
    throw new RangeError(`safetensors: ${name} is not of type F32`);
  }
  const { shape } = entry;
  if (!isShape(shape)) throw new RangeError(`safetensors: ${name} has no shape`);
  const end = shape.reduce((product, size) => product * size, 4) + begin;
  if (end > data.length) throw new RangeError(`safetensors: ${name} reaches past the end`);
  if (JSON.stringify(entry.data_offsets) !== JSON.stringify([begin, end])) {
    throw new RangeError(`safetensors: ${name} has another place than its shape says`);
  }
  return { name, shape, values: new Float32Array(data.slice(begin, end).buffer) };
}

function isShape(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textsOf(value: unknown): Record<string, string> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, text]) => (typeof text === "string" ? [[key, text]] : [])),
  );
}
