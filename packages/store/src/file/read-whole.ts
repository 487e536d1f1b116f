/** Reads a text file or stdin whole, unless it has no end or nobody writes to it. */
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { bytes } from "@ablate/text";

/** A config or a query that is larger is a mistake; it has to fit into memory several times. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Reading of stdin, as `readWhole` is asked for it. */
export const STDIN_FILE = 0;

/** A file is not one that can be read whole; the message says why, without its path. */
export class UnfitFileError extends Error {
  override readonly name = "UnfitFileError";
}

/**
 * Reads a whole file, or stdin.
 *
 * @throws UnfitFileError - the file is a named pipe, which may wait for ever, or too large
 */
export function readWhole(file: string | typeof STDIN_FILE): Uint8Array {
  if (file === STDIN_FILE) return readAll(STDIN_FILE);
  const isNamedPipe = statSync(file).isFIFO() && !/^\/(?:dev|proc)\//.test(resolve(file));
  if (isNamedPipe) throw new UnfitFileError("is a pipe; pass its content on stdin");
  const opened = openSync(file, "r");
  try {
    return readAll(opened);
  } finally {
    closeSync(opened);
  }
}

function readAll(file: number): Uint8Array {
  const parts: Buffer[] = [];
  const room = Buffer.alloc(65_536);
  let total = 0;
  for (;;) {
    const count = readSome(file, room);
    if (count === 0) return Buffer.concat(parts);
    total += Math.max(0, count);
    if (total > MOST_BYTES) {
      throw new UnfitFileError(`is too large: more than ${bytes(MOST_BYTES)}`);
    }
    if (count > 0) parts.push(Buffer.from(room.subarray(0, count)));
  }
}

/** A pipe that another program has made non-blocking has nothing yet for so long. */
const PAUSE_MS = 10;

/** Returns how many bytes it has read; -1: none yet. */
function readSome(file: number, room: Buffer): number {
  try {
    return readSync(file, room, 0, room.length, null);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "EOF") return 0;
    if (code !== "EAGAIN") throw error;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    return -1;
  }
}
