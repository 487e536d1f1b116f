/**
 * The file of an open store, as its path shows it. SQLite goes on writing into a file that was
 * removed or replaced, and into one that has become read-only since it was opened.
 */
import { type Stats, statSync } from "node:fs";
import { StorageError, StoreError } from "./store-error.ts";

const ANY_MAY_WRITE = 0o222;

export class StoreFile {
  readonly #path: string;
  readonly #opened: Stats | undefined;

  /** Call it when the file has just been opened. */
  constructor(path: string) {
    this.#path = path;
    this.#opened = statSync(path, { throwIfNoEntry: false });
  }

  /** @throws StorageError - what is at the path is not what was opened, or nobody may write to it */
  check(): void {
    const reason = this.#trouble();
    if (reason !== null) throw new StorageError(`cannot write to ${this.#path}: ${reason}`);
  }

  #trouble(): string | null {
    const found = this.#look();
    if (found instanceof Error) return `${found.message}; see to it that it can be reached`;
    if (found === undefined) return "it has been removed or renamed; put it back";
    const { ino, dev } = this.#opened ?? found;
    if (found.ino !== ino || found.dev !== dev) {
      return "another file has taken its place; put back the one that was there";
    }
    return isWritable(found) ? null : "it has become read-only; allow writing to it";
  }

  #look(): Stats | Error | undefined {
    try {
      return statSync(this.#path, { throwIfNoEntry: false });
    } catch (error) {
      if (error instanceof Error) return error;
      throw error;
    }
  }
}

/** Refuses a folder, or what SQLite would wait for, such as a pipe. */
export function refuseNoFile(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.isFile()) return;
  const what = found.isDirectory() ? "a folder" : "no regular file";
  throw new StoreError(`${path} is not an ablate store: it is ${what}; name a file`);
}

/** Refuses a store that its owner has made read-only, also where this user could write to it. */
export function refuseReadonly(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || isWritable(found)) return;
  throw new StoreError(`cannot write to ${path}: it is read-only; allow writing to it first`);
}

function isWritable({ mode }: Stats): boolean {
  return (mode & ANY_MAY_WRITE) !== 0;
}
