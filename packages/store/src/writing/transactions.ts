import { type Stats, statSync } from "node:fs";
import { systemReason } from "@ablate/text";
import type { Statements } from "../file/statements.ts";
import { StorageError } from "../file/store-error.ts";
import { BUSY_MS, isWritable, storageTrouble } from "../file/trouble.ts";

/** While another process keeps the file locked, each further try waits so long. */
const STILL_BUSY_MS = 200;

/** Runs the transactions of a writer: whole, and into the file that is at its path. */
export class Transactions {
  readonly #sql: Statements;
  readonly #path: string;
  readonly #opened: Stats | undefined;
  #busyMs: number = BUSY_MS;

  /** Call it when the file has just been opened. */
  constructor(sql: Statements) {
    this.#sql = sql;
    this.#path = sql.database.name;
    this.#opened = statSync(this.#path, { throwIfNoEntry: false });
  }

  /** @throws StorageError - the file does not take it; nothing of it is stored */
  run<T>(work: () => T): T {
    const reason = this.#fileTrouble();
    if (reason !== null) throw new StorageError(`cannot write to ${this.#path}: ${reason}`);
    try {
      const result = this.#sql.transaction(work);
      this.#wait(BUSY_MS);
      return result;
    } catch (cause) {
      const trouble = storageTrouble(this.#path, cause);
      if (trouble === undefined) throw cause;
      this.#wait(STILL_BUSY_MS);
      throw trouble;
    }
  }

  /**
   * Says why the file must not be written to any more. SQLite goes on writing into a file that was
   * removed or replaced, and into one that has become read-only since it was opened.
   */
  #fileTrouble(): string | null {
    let found: Stats | undefined;
    try {
      found = statSync(this.#path, { throwIfNoEntry: false });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return `${systemReason(error) ?? error.message}; see to it that it can be reached`;
    }
    if (found === undefined) return "it has been removed or renamed; put it back";
    const { ino, dev } = this.#opened ?? found;
    if (found.ino !== ino || found.dev !== dev) {
      return "another file has taken its place; put back the one that was there";
    }
    return isWritable(found) ? null : "it has become read-only; allow writing to it";
  }

  #wait(ms: number): void {
    if (this.#busyMs === ms) return;
    this.#sql.database.pragma(`busy_timeout = ${ms}`);
    this.#busyMs = ms;
  }
}
