/** Bytes that may grow, by their places from the beginning on. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

export type ByteSource = {
  /** Returns how many there are; undefined: they are gone. */
  readonly size: () => number | undefined;
  /** Reads some from a place on; fewer at the end. */
  readonly read: (position: number, length: number) => Buffer;
};

/**
 * Returns the bytes of a file, which is opened for each call: on a network file system only who opens a file sees what
 * another machine has written to it.
 */
export function fileSource(path: string): ByteSource {
  return {
    size: () => withFile(path, (file) => fstatSync(file).size),
    read: (position, length) =>
      withFile(path, (file) => readUpTo(file, position, length)) ?? Buffer.alloc(0),
  };
}

/** Opens a file, uses it and closes it; returns undefined where it is gone. */
export function withFile<T>(path: string, use: (file: number) => T): T | undefined {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
  try {
    return use(file);
  } finally {
    closeSync(file);
  }
}

/** Says whether there is no file any more; on a network file system another machine may have replaced it. */
function isGone(error: unknown): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    (error.code === "ENOENT" || error.code === "ENOTDIR" || error.code === "ESTALE")
  );
}

/** Reads from an open file; fewer bytes where it ends before. */
export function readUpTo(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(file, bytes, filled, length - filled, position + filled);
    if (count === 0) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}
