/** Writes event files as TensorBoard reads them. */
import { maskedCrc32c } from "./crc32c.ts";
import { HEAD_BYTES, TAIL_BYTES } from "./records.ts";

/** Where bytes of a file go, in their order. */
export type Pour = (bytes: Uint8Array) => void;

/** Bytes that are written at once. */
const BUFFER_BYTES = 256 * 1024;

/** A histogram with what its numbers come to; `edges` has one more than `counts`. */
export type WrittenHistogram = {
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  readonly squares: number;
  readonly edges: Float64Array;
  readonly counts: ArrayLike<number>;
};

/** A setting as TensorBoard's plugin for hyperparameters knows them. */
export type WrittenSetting = number | boolean | string;

/** Fields of a message, one after the other. */
class Message {
  #bytes: Buffer = Buffer.alloc(256);
  #length = 0;

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }

  varint(field: number, value: number): this {
    this.#unsigned(field * 8);
    this.#unsigned(value);
    return this;
  }

  double(field: number, value: number): this {
    this.#unsigned(field * 8 + 1);
    this.#room(8);
    this.#length = this.#bytes.writeDoubleLE(value, this.#length);
    return this;
  }

  float(field: number, value: number): this {
    this.#unsigned(field * 8 + 5);
    this.#room(4);
    this.#length = this.#bytes.writeFloatLE(value, this.#length);
    return this;
  }

  data(field: number, bytes: Uint8Array): this {
    this.#unsigned(field * 8 + 2);
    this.#unsigned(bytes.length);
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  text(field: number, text: string): this {
    return this.data(field, Buffer.from(text));
  }

  #unsigned(value: number): void {
    this.#room(10);
    let left = value;
    while (left > 127) {
      this.#bytes[this.#length++] = (left % 128) + 128;
      left = Math.floor(left / 128);
    }
    this.#bytes[this.#length++] = left;
  }

  #room(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const larger = Buffer.alloc(2 * (this.#length + bytes));
    this.#bytes.copy(larger);
    this.#bytes = larger;
  }
}

/** Writes the events of one file; `close` writes what is left in its buffer. */
export class EventWriter {
  readonly #pour: Pour;
  readonly #buffer: Buffer = Buffer.alloc(BUFFER_BYTES);
  readonly #tags: Map<string, Buffer> = new Map();
  readonly #value: Message = new Message();
  readonly #summary: Message = new Message();
  readonly #event: Message = new Message();
  #filled = 0;

  /** @param wall - when the file was begun, in seconds since 1970 */
  constructor(pour: Pour, wall: number) {
    this.#pour = pour;
    this.#record(new Message().double(1, wall).text(3, "brain.Event:2").bytes);
  }

  scalar(
    tag: string,
    { step, wall }: { readonly step: number; readonly wall: number },
    value: number,
  ): void {
    const known = this.#tags.get(tag) ?? Buffer.from(tag);
    this.#tags.set(tag, known);
    this.#value.clear();
    this.#write(wall, step, this.#value.data(1, known).float(2, value).bytes);
  }

  histogram(
    tag: string,
    { step, wall }: { readonly step: number; readonly wall: number },
    { min, max, sum, squares, edges, counts }: WrittenHistogram,
  ): void {
    const numbers = Float64Array.from(counts);
    const count = numbers.reduce((all, one) => all + one, 0);
    const message = new Message().double(1, min).double(2, max).double(3, count);
    message.double(4, sum).double(5, squares);
    message.data(6, bytesOf(edges.subarray(1))).data(7, bytesOf(numbers));
    this.#write(wall, step, new Message().text(1, tag).data(5, message.bytes).bytes);
  }

  /** Writes the settings of a run. */
  settings(wall: number, settings: Readonly<Record<string, WrittenSetting>>): void {
    const start = new Message();
    for (const [name, value] of Object.entries(settings)) {
      start.data(1, new Message().text(1, name).data(2, messageOf(value)).bytes);
    }
    start.double(5, wall);
    this.#plugin(wall, "session_start_info", new Message().data(3, start.bytes).bytes);
  }

  /** Writes how a run has ended. */
  end(wall: number, state: "finished" | "failed"): void {
    const status = new Message().varint(1, state === "finished" ? 1 : 2).double(2, wall);
    this.#plugin(wall, "session_end_info", new Message().data(4, status.bytes).bytes);
  }

  close(): void {
    this.#pour(this.#buffer.subarray(0, this.#filled));
    this.#filled = 0;
  }

  #plugin(wall: number, name: string, content: Buffer): void {
    const data = new Message().text(1, "hparams").data(2, content);
    const metadata = new Message().data(1, data.bytes);
    this.#write(wall, 0, new Message().text(1, `_hparams_/${name}`).data(9, metadata.bytes).bytes);
  }

  #write(wall: number, step: number, value: Uint8Array): void {
    this.#summary.clear();
    this.#event.clear();
    const summary = this.#summary.data(1, value).bytes;
    this.#record(this.#event.double(1, wall).varint(2, step).data(5, summary).bytes);
  }

  #record(bytes: Buffer): void {
    const size = HEAD_BYTES + bytes.length + TAIL_BYTES;
    if (this.#filled + size > this.#buffer.length) this.close();
    const isLarge = size > this.#buffer.length;
    const into = isLarge ? Buffer.alloc(size) : this.#buffer;
    const at = isLarge ? 0 : this.#filled;
    into.writeBigUInt64LE(BigInt(bytes.length), at);
    into.writeUInt32LE(maskedCrc32c(into, at, at + 8), at + 8);
    into.set(bytes, at + HEAD_BYTES);
    const end = at + HEAD_BYTES + bytes.length;
    into.writeUInt32LE(maskedCrc32c(into, at + HEAD_BYTES, end), end);
    if (isLarge) this.#pour(into);
    else this.#filled += size;
  }
}

/** Returns numbers as little-endian float64, as packed fields have them. */
function bytesOf(numbers: Float64Array): Uint8Array {
  const bytes = Buffer.alloc(8 * numbers.length);
  for (const [i, number] of numbers.entries()) bytes.writeDoubleLE(number, 8 * i);
  return bytes;
}

/** Returns a setting as a google.protobuf.Value. */
function messageOf(value: WrittenSetting): Buffer {
  if (typeof value === "number") return new Message().double(2, value).bytes;
  if (typeof value === "boolean") return new Message().varint(4, Number(value)).bytes;
  return new Message().text(3, value).bytes;
}
