/** The wire format of Protocol Buffers: fields of a message one after the other, every length checked. */

/** Bytes that are no message. */
export class WireError extends Error {
  override readonly name = "WireError";
}

/** How a value is written: a varint, 8 bytes, bytes of a length before them, or 4 bytes. */
export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

/** Returns what `WireReader.key` is at a field that is written in a way: others of its number are unknown fields. */
export function keyOf(field: number, way: number): number {
  return field * 8 + way;
}

/** Bytes of the longest varint, of 64 bits. */
const MOST_VARINT = 10;

/** Walks over the fields of a message, and of those within it, without a copy. */
export class WireReader {
  /** Number and way of the current field. */
  key = 0;
  readonly bytes: Buffer;
  #at = 0;
  #end = 0;

  constructor(bytes: Buffer, from = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.reset(from, end);
  }

  /** Begins at another message of the same bytes. */
  reset(from: number, end: number): void {
    if (from < 0 || from > end || end > this.bytes.length) throw new WireError("a wrong length");
    this.#at = from;
    this.#end = end;
  }

  /** Goes back to where it was in the current message. */
  rewind(place: number): void {
    this.#at = place;
  }

  /** Where it is in the bytes. */
  get place(): number {
    return this.#at;
  }

  /** Whether the message, or the packed numbers that were entered, has more. */
  get hasMore(): boolean {
    return this.#at < this.#end;
  }

  /** Goes to the next field; false at the end of the message. The value of the one before has been read or skipped. */
  next(): boolean {
    if (this.#at >= this.#end) return false;
    this.key = this.#unsigned();
    if (this.key < 8 || this.key > 0xffffffff) throw new WireError("a field without a number");
    return true;
  }

  /** Reads a varint as an integer of 64 bits with a sign; not exact beyond 2^53. */
  integer(): number {
    const first = this.bytes[this.#at] ?? 0;
    if (first < 128 && this.#at < this.#end) {
      this.#at++;
      return first;
    }
    const value = this.#unsigned();
    return value < 2 ** 63 ? value : Number(BigInt.asIntN(64, this.#last));
  }

  double(): number {
    const at = this.#skipOver(8);
    return this.bytes.readDoubleLE(at);
  }

  float(): number {
    const at = this.#skipOver(4);
    return this.bytes.readFloatLE(at);
  }

  /** Reads the bytes of a field, as a view of the message's. */
  slice(): Buffer {
    const length = this.#unsigned();
    const at = this.#skipOver(length);
    return this.bytes.subarray(at, at + length);
  }

  text(): string {
    const length = this.#unsigned();
    const at = this.#skipOver(length);
    return this.bytes.toString("utf8", at, at + length);
  }

  /** Reads bytes as a text of one character each: a quick key for a table. */
  latin1(): string {
    const length = this.#unsigned();
    const at = this.#skipOver(length);
    return this.bytes.toString("latin1", at, at + length);
  }

  /** Goes into the message that is the value of the field; returns what `leave` takes. */
  enter(): number {
    const length = this.#unsigned();
    if (!(length <= this.#end - this.#at)) throw new WireError("a length beyond its message");
    const outer = this.#end;
    this.#end = this.#at + length;
    return outer;
  }

  /** Goes on behind the message that was entered. */
  leave(outer: number): void {
    this.#at = this.#end;
    this.#end = outer;
  }

  skip(): void {
    const way = this.key % 8;
    if (way === VARINT) this.#unsigned();
    else if (way === FIXED64) this.#skipOver(8);
    else if (way === BYTES) this.#skipOver(this.#unsigned());
    else if (way === FIXED32) this.#skipOver(4);
    else throw new WireError("a field of an unknown kind");
  }

  /** The varint that was read last, where it has more bits than a number. */
  #last = 0n;

  #unsigned(): number {
    let value = 0;
    let factor = 1;
    for (let i = 0; i < MOST_VARINT; i++) {
      if (this.#at >= this.#end) throw new WireError("a number beyond its message");
      const byte = this.bytes[this.#at++] ?? 0;
      value += (byte & 127) * factor;
      if (byte < 128) {
        if (i === MOST_VARINT - 1) this.#last = this.#exact();
        return value;
      }
      factor *= 128;
    }
    throw new WireError("a number of more than 64 bits");
  }

  /** Reads the ten bytes before the current place as 64 bits. */
  #exact(): bigint {
    let value = 0n;
    for (let i = 1; i <= MOST_VARINT; i++) {
      value = (value << 7n) | BigInt((this.bytes[this.#at - i] ?? 0) & 127);
    }
    return BigInt.asUintN(64, value);
  }

  #skipOver(length: number): number {
    const at = this.#at;
    if (!(length <= this.#end - at)) throw new WireError("a length beyond its message");
    this.#at = at + length;
    return at;
  }
}
