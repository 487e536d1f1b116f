/** The file that W&B keeps of a run: a log of LevelDB, records in chunks of blocks, each chunk with a checksum. */
import { crc32 } from "node:zlib";
import { BEGINNING, type Place, TextFile } from "../text-file.ts";

/** What a file begins with, and the version of its format behind it. */
export const MAGIC: Buffer = Buffer.from(":W&B\xe1\xbe", "latin1");
const FILE_HEAD_BYTES = 7;

const BLOCK_BYTES = 32_768;

/** Checksum, length and type before a chunk's bytes. */
const HEAD_BYTES = 7;
const TYPE_AT = 6;

/** A record is one chunk, or a first one, some in the middle and a last one. */
const FULL = 1;
const FIRST = 2;
const LAST = 4;

/** Bytes that no log has. */
export class WandbError extends Error {
  override readonly name = "WandbError";
}

/** Reads whole records, and waits for those that are cut off at the end. */
export class LogFile {
  readonly path: string;
  readonly #file: TextFile;
  #needed = 0;

  constructor(path: string, place: Place = BEGINNING) {
    this.path = path;
    this.#file = new TextFile(path, place);
  }

  get place(): Place {
    return this.#file.place;
  }

  /**
   * Reads on, about `budget` bytes, and hands each record over; returns how many bytes were taken.
   *
   * @throws WandbError - if there is damage; records before it have been handed over
   */
  read(budget: number, take: (record: Buffer) => void): number | "rewritten" {
    const piece = this.#file.read(Math.max(budget, this.#needed));
    if (piece === "rewritten") return piece;
    const count = this.#take(piece.bytes, take);
    if (count > 0 || piece.isEnd) return count;
    this.#needed = 2 * Math.max(piece.bytes.length, HEAD_BYTES);
    return this.read(this.#needed, take);
  }

  #take(bytes: Buffer, take: (record: Buffer) => void): number {
    const { position } = this.#file.place;
    const walk = new ChunkWalk(bytes, position);
    try {
      if (position === 0 && !walk.passHead()) return 0;
      for (let record = walk.next(); record !== undefined; record = walk.next()) take(record);
    } finally {
      this.#file.advance(bytes, walk.done);
    }
    if (walk.done > 0) this.#needed = 0;
    return walk.done;
  }
}

/** Walks over the chunks of a piece of a file. */
class ChunkWalk {
  readonly #bytes: Buffer;
  /** Where the piece begins in the file. */
  readonly #position: number;
  /** Behind the last whole record. */
  done = 0;

  constructor(bytes: Buffer, position: number) {
    this.#bytes = bytes;
    this.#position = position;
  }

  /** Passes over the head of the file; says whether it is whole. */
  passHead(): boolean {
    const bytes = this.#bytes;
    const there = bytes.subarray(0, MAGIC.length);
    if (!there.equals(MAGIC.subarray(0, there.length))) {
      throw new WandbError("byte 0: it does not begin as a log of W&B does");
    }
    if (bytes.length < FILE_HEAD_BYTES) return false;
    const version = bytes[MAGIC.length] ?? 0;
    if (version !== 0) {
      throw new WandbError(`it has version ${version} of the format; this program only supports 0`);
    }
    this.done = FILE_HEAD_BYTES;
    return true;
  }

  /** Returns the next record; undefined where it is not whole. */
  next(): Buffer | undefined {
    let parts: Buffer[] | null = null;
    for (let at = this.done; ; ) {
      const left = BLOCK_BYTES - ((this.#position + at) % BLOCK_BYTES);
      if (left < HEAD_BYTES) {
        at += left; // A block's end that no head fits in is filled with zeros.
        continue;
      }
      const size = this.#sizeAt(at, left);
      if (size === undefined) return undefined;
      const type = this.#bytes[at + TYPE_AT] ?? 0;
      const isBegin = type === FULL || type === FIRST;
      if (isBegin === (parts !== null)) throw this.#damage(at, "a chunk that follows no other");
      const bytes = this.#bytes.subarray(at + HEAD_BYTES, at + size);
      at += size;
      if (type === FULL || type === LAST) {
        this.done = at;
        return parts === null ? bytes : Buffer.concat([...parts, bytes]);
      }
      parts = [...(parts ?? []), bytes];
    }
  }

  /** Returns the bytes of the chunk at a place; undefined where it is not whole. */
  #sizeAt(at: number, left: number): number | undefined {
    const bytes = this.#bytes;
    if (bytes.length - at < HEAD_BYTES) return undefined;
    const size = HEAD_BYTES + bytes.readUInt16LE(at + 4);
    const type = bytes[at + TYPE_AT] ?? 0;
    if (size > left || type < FULL || type > LAST) throw this.#damage(at, "no chunk of a log");
    if (bytes.length - at < size) return undefined;
    if (crc32(bytes.subarray(at + TYPE_AT, at + size)) !== bytes.readUInt32LE(at)) {
      throw this.#damage(at, "a chunk that is not what its checksum says");
    }
    return size;
  }

  #damage(at: number, what: string): WandbError {
    return new WandbError(`byte ${this.#position + at}: ${what}; what comes before it is kept`);
  }
}
