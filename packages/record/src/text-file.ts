/** A file that another program appends to, or writes anew, while it is read. */
import { fstatSync } from "node:fs";
import { readUpTo, withFile } from "./byte-source.ts";
import { unreadable } from "./trouble.ts";

/** So many bytes before the place where reading goes on must be what they were. */
const WITNESS_BYTES = 64;

/** Where reading goes on, and the bytes before it. */
export type Place = { readonly position: number; readonly witness: string };

export const BEGINNING: Place = { position: 0, witness: "" };

/** What a file has from a place on. */
export type Piece = {
  readonly bytes: Buffer;
  /** Whether the file holds nothing behind them. */
  readonly isEnd: boolean;
  /** How long ago it was last written to. */
  readonly ageMs: number;
};

const NOTHING: Piece = { bytes: Buffer.alloc(0), isEnd: true, ageMs: 0 };

/** Opens the file for each read: only so does NFS show what another machine has written. */
export class TextFile {
  readonly path: string;
  #place: Place;

  constructor(path: string, place: Place) {
    this.path = path;
    this.#place = place;
  }

  get place(): Place {
    return this.#place;
  }

  /**
   * Reads on, at most `most` bytes; nothing where the file is gone. "rewritten": it is not the file that it was, and
   * the next read begins at its beginning.
   *
   * @throws Error - why it cannot be read, without its path
   */
  read(most: number): Piece | "rewritten" {
    try {
      return withFile(this.path, (file) => this.#readOn(file, most)) ?? NOTHING;
    } catch (error) {
      throw new Error(unreadable(error), { cause: error });
    }
  }

  /** Counts bytes of the piece that was read last as done. */
  advance(bytes: Buffer, count: number): void {
    if (count === 0) return;
    const { position, witness } = this.#place;
    const done = witness + bytes.toString("latin1", Math.max(0, count - WITNESS_BYTES), count);
    this.#place = { position: position + count, witness: done.slice(-WITNESS_BYTES) };
  }

  #readOn(file: number, most: number): Piece | "rewritten" {
    const { position, witness } = this.#place;
    const { size, mtimeMs } = fstatSync(file);
    const from = position - witness.length;
    const wanted = Math.min(size - from, witness.length + most);
    const bytes = readUpTo(file, from, Math.max(0, wanted));
    if (bytes.toString("latin1", 0, witness.length) !== witness) {
      this.#place = BEGINNING;
      return "rewritten";
    }
    const isEnd = from + bytes.length >= size;
    return { bytes: bytes.subarray(witness.length), isEnd, ageMs: Date.now() - mtimeMs };
  }
}
