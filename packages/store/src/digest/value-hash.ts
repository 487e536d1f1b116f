/** Hashes named values as bytes that do not depend on how SQLite keeps them. */
import { createHash, type Hash, hash } from "node:crypto";

/** What SQLite gives back of a column. */
export type Value = string | number | bigint | null | Uint8Array;

/** What a value is, before its bytes. */
const TAG = { none: 0, number: 1, text: 2, bytes: 3, row: 4, table: 5 } as const;

/** Returns what is hashed of a table before its rows. */
export function headOf(name: string, columns: readonly string[]): Uint8Array {
  const text = Buffer.from(`${name}(${columns.join()})`);
  const head = Buffer.alloc(6);
  head[0] = TAG.table;
  head[1] = TAG.text;
  head.writeUInt32LE(text.length, 2);
  return Buffer.concat([head, text]);
}

/** Bytes that are gathered before they are hashed: most sections of a run fit. */
const GATHERED = 1 << 14;

/**
 * The sha256 of tables of named values. A number is its float64, a text its length and its UTF-8, bytes their length
 * and themselves; each has a tag before it, so that different values never have the same bytes.
 */
export class ValueHash {
  readonly #bytes: Buffer = Buffer.allocUnsafeSlow(GATHERED);
  readonly #numbers = new DataView(this.#bytes.buffer);
  #at = 0;
  #hash: Hash | null = null;

  /** Forgets what came since the last digest, where none was asked for. */
  clear(): this {
    this.#at = 0;
    this.#hash = null;
    return this;
  }

  /** Begins a table: its rows follow. */
  table(name: string, columns: readonly string[]): void {
    this.head(headOf(name, columns));
  }

  /** Begins a table by what `headOf` returns of it, or several of which all but the last are empty. */
  head(head: Uint8Array): void {
    this.#room(head.length).set(head, this.#at);
    this.#at += head.length;
  }

  row(values: readonly Value[], from = 0, to: number = values.length): void {
    this.#room(1)[this.#at++] = TAG.row;
    for (let i = from; i < to; i++) this.#value(values[i] ?? null);
  }

  /** Returns the sha256 of what came since the last one. */
  digest(): Buffer {
    return Buffer.from(this.hex(), "hex");
  }

  /** Returns the same as SQLite's `hex` writes it: a text costs less than bytes. */
  hex(): string {
    const bytes = new Uint8Array(this.#bytes.buffer, 0, this.#at);
    const begun = this.#hash;
    this.clear();
    const digest = begun === null ? hash("sha256", bytes) : begun.update(bytes).digest("hex");
    return digest.toUpperCase();
  }

  #value(value: Value): void {
    if (value === null) this.#room(1)[this.#at++] = TAG.none;
    else if (typeof value === "string") this.#text(value);
    else if (typeof value === "number" || typeof value === "bigint") {
      this.#room(9)[this.#at] = TAG.number;
      this.#numbers.setFloat64(this.#at + 1, Number(value), true);
      this.#at += 9;
    } else this.#long(TAG.bytes, value);
  }

  #text(text: string): void {
    // A character takes three bytes of UTF-8 at most, a pair of surrogates four.
    const most = 3 * text.length;
    if (most + 5 > GATHERED) {
      this.#long(TAG.text, Buffer.from(text));
      return;
    }
    const bytes = this.#room(most + 5);
    const length = bytes.write(text, this.#at + 5);
    this.#head(TAG.text, length);
    this.#at += length;
  }

  #long(tag: number, value: Uint8Array): void {
    this.#room(5);
    this.#head(tag, value.length);
    if (value.length <= GATHERED >> 1) {
      this.#room(value.length).set(value, this.#at);
      this.#at += value.length;
    } else {
      this.#flush();
      this.#hash?.update(value);
    }
  }

  #head(tag: number, length: number): void {
    this.#bytes[this.#at] = tag;
    this.#numbers.setUint32(this.#at + 1, length, true);
    this.#at += 5;
  }

  #room(bytes: number): Buffer {
    if (this.#at + bytes > GATHERED) this.#flush();
    return this.#bytes;
  }

  #flush(): void {
    this.#hash ??= createHash("sha256");
    this.#hash.update(this.#bytes.subarray(0, this.#at));
    this.#at = 0;
  }
}
