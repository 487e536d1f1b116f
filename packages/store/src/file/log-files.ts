/**
 * The two files beside an open store: SQLite finds them by their names, and goes on with those that it has when
 * somebody removes them. Whoever comes then makes new ones, and the two no longer see what the other writes.
 */
import { readdirSync, readFileSync, readlinkSync, realpathSync, rmSync, statSync } from "node:fs";
import SqliteDatabase, { type Database } from "better-sqlite3";
import { StorageError, StoreError } from "./store-error.ts";
import { BUSY_MS } from "./trouble.ts";

/** Which files have the names of the log and of its index; null where there is none. */
type Files = { readonly log: number | null; readonly index: number | null };

/** Sees to it that a connection that writes has the files that others find. */
export class LogFiles {
  readonly #path: string;
  readonly #open: () => Database;
  /** The store itself: where it was removed or replaced, its log is no matter of ours. */
  readonly #store: number | null;
  #known: Files;

  /** @param open - opens the store once more, as it was opened */
  constructor(database: Database, open: () => Database) {
    this.#path = realpathSync(database.name);
    this.#open = open;
    this.#store = inodeOf(this.#path);
    this.#known = openFiles(this.#path);
  }

  /** Returns the connection to write with: the given one, or a new one where its files are gone. */
  current(database: Database): Database {
    if (database.open && this.#areThere()) return database;
    this.close(database);
    const fresh = this.#open();
    this.#known = openFiles(this.#path);
    return fresh;
  }

  /**
   * Does the same after a transaction. Where the index has been made anew meanwhile, it may lack that transaction:
   * the next one is made of the whole log.
   */
  settled(database: Database): Database {
    if (this.#areThere()) return database;
    if (filesOf(this.#path).log === this.#known.log) rmSync(`${this.#path}-shm`, { force: true });
    return this.current(database);
  }

  /**
   * Closes a connection so that what others have written meanwhile stays.
   *
   * @throws StorageError - if others have begun another log, which cannot become one with that of this connection
   */
  close(database: Database): void {
    if (!database.open) return;
    const { log } = filesOf(this.#path);
    const isOwnLog = log === this.#known.log;
    if (this.#areThere() || (!isOwnLog && sizeOf(`${this.#path}-wal`) === 0)) {
      database.close(); // with it goes all that the log has into the store
      return;
    }
    closeAsItIs(database);
    if (isOwnLog) return;
    throw new StorageError(
      `cannot write to ${database.name}: its -wal file was removed, and another process has begun a new one; check the store with \`ablate doctor\``,
      { isLasting: true },
    );
  }

  #areThere(): boolean {
    if (inodeOf(this.#path) !== this.#store) return true;
    const { log, index } = filesOf(this.#path);
    return log === this.#known.log && index === this.#known.index;
  }
}

/**
 * Closes a connection that has a removed index without touching the log, which the last one would empty. A second
 * connection keeps it from being the last; that one may only read, and so leaves everything alone.
 */
function closeAsItIs(database: Database): void {
  const second = new SqliteDatabase(database.name, { readonly: true });
  try {
    second.prepare("select count(*) from sqlite_schema").get();
  } catch {
    return; // its index no longer fits the log at all: the end of the process lets go of it
  }
  database.close();
  second.close();
}

/**
 * Waits, before a store is opened to be written to, while another process has it open and one of its files is gone:
 * the next thing that process writes, it writes into files that are there.
 *
 * @throws StoreError - if this process itself has it open without the file
 */
export function awaitLogFiles(path: string): void {
  const real = realpathSync(path);
  if (process.platform !== "linux") return;
  if (removedFiles(real).length > 0) {
    throw new StoreError(
      `cannot write to ${path}: a file beside it was removed while this program had it open; start the program again`,
    );
  }
  const until = performance.now() + BUSY_MS;
  const isIncomplete = (): boolean => Object.values(filesOf(real)).includes(null);
  while (isIncomplete() && isOpenElsewhere(real) && performance.now() < until) sleep(WAIT_MS);
}

const WAIT_MS = 20;

function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Returns the files of a connection just opened; one that was removed meanwhile is none that others find. */
function openFiles(path: string): Files {
  const { log, index } = filesOf(path);
  const removed = removedFiles(path);
  return {
    log: removed.includes(`${path}-wal`) ? NOT_FOUND : log,
    index: removed.includes(`${path}-shm`) ? NOT_FOUND : index,
  };
}

/** No file has this number. */
const NOT_FOUND = -1;

function filesOf(path: string): Files {
  return { log: inodeOf(`${path}-wal`), index: inodeOf(`${path}-shm`) };
}

function inodeOf(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? null;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Where SQLite keeps a lock of a file for as long as it has the file open. */
const SHARED_FIRST = 0x40000002;

/** Says whether another process has a store open, as the kernel's list of locks has it. */
function isOpenElsewhere(path: string): boolean {
  const lock = new RegExp(` (\\d+) \\w+:\\w+:${inodeOf(path)} ${SHARED_FIRST} `, "g");
  const holders = [...textOf("/proc/locks").matchAll(lock)].map(([, pid]) => Number(pid));
  return holders.some((pid) => pid !== process.pid);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // a system that does not tell
  }
}

/** Returns the log and the index of a store where this process has them open and they have lost their names. */
function removedFiles(path: string): string[] {
  try {
    const open = new Set(
      readdirSync("/proc/self/fd").map((name) => linkOf(`/proc/self/fd/${name}`)),
    );
    return [`${path}-wal`, `${path}-shm`].filter((file) => open.has(`${file} (deleted)`));
  } catch {
    return []; // a system that does not tell
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ""; // closed meanwhile
  }
}
