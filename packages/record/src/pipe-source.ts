/** Bytes that come through a pipe: those that were read are dropped. */
import type { ByteSource } from "./byte-source.ts";

export class PipeSource implements ByteSource {
  #room: Buffer = Buffer.alloc(64 * 1024);
  /** Where in the pipe the room begins, and how much of it is filled. */
  #begin = 0;
  #filled = 0;

  push(bytes: Uint8Array): void {
    const filled = this.#filled + bytes.length;
    if (filled > this.#room.length) {
      const room = Buffer.alloc(2 * filled);
      this.#room.copy(room, 0, 0, this.#filled);
      this.#room = room;
    }
    this.#room.set(bytes, this.#filled);
    this.#filled = filled;
  }

  /** Drops what comes before a place. */
  drop(position: number): void {
    const count = Math.min(position - this.#begin, this.#filled);
    if (count <= 0) return;
    this.#room.copyWithin(0, count, this.#filled);
    this.#begin += count;
    this.#filled -= count;
  }

  readonly size = (): number => this.#begin + this.#filled;

  readonly read = (position: number, length: number): Buffer => {
    const at = position - this.#begin;
    if (at < 0) return Buffer.alloc(0);
    return this.#room.subarray(Math.min(at, this.#filled), Math.min(at + length, this.#filled));
  };
}
