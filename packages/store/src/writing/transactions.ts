import type { Database } from "better-sqlite3";
import { BUSY_MS } from "../file/opening.ts";
import { storageTrouble } from "../file/storage-trouble.ts";
import { StoreFile } from "../file/store-file.ts";

/** While another process keeps the file locked, each further try waits so long. */
const STILL_BUSY_MS = 200;

/** Runs the transactions of a writer: whole, and into the file that is at its path. */
export class Transactions {
  readonly #database: Database;
  readonly #file: StoreFile;
  #busyMs: number = BUSY_MS;

  constructor(database: Database) {
    this.#database = database;
    this.#file = new StoreFile(database.name);
  }

  /** @throws StorageError - the file does not take it; nothing of it is stored */
  run<T>(work: () => T): T {
    this.#file.check();
    try {
      const result = this.#database.transaction(work).immediate();
      this.#wait(BUSY_MS);
      return result;
    } catch (cause) {
      const trouble = storageTrouble(this.#database.name, cause);
      if (trouble === undefined) throw cause;
      this.#wait(STILL_BUSY_MS);
      throw trouble;
    }
  }

  #wait(ms: number): void {
    if (this.#busyMs === ms) return;
    this.#database.pragma(`busy_timeout = ${ms}`);
    this.#busyMs = ms;
  }
}
