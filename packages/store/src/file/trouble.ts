/** What SQLite and the file system say on opening a store and on writing to it, as one sentence. */
import { closeSync, openSync, readSync, type Stats } from "node:fs";
import { loadingTrouble, storeTrouble, systemReason } from "@ablate/text";
import SqliteDatabase from "better-sqlite3";
import { StorageError, StoreError } from "./store-error.ts";

/** How long a connection waits for another that writes. */
export const BUSY_MS = 5000;

/** What to do about a file that SQLite itself cannot repair. */
export const RECOVER =
  "save the readable part with the `sqlite3` command `.recover`; keep a copy of the file";

/** Runs `open`; what goes wrong says that one cannot `verb` the store. */
export function opening<T>(path: string, verb: string, open: () => T): T {
  try {
    return open();
  } catch (cause) {
    if (cause instanceof StoreError || !(cause instanceof Error)) throw cause;
    if (loadingTrouble(cause) !== undefined) throw cause;
    throw new StoreError(sentence(path, verb, cause), { cause });
  }
}

function sentence(path: string, verb: string, error: Error): string {
  const code = codeOf(error);
  if (code === "SQLITE_NOTADB") {
    return looksLikeDatabase(path)
      ? `${path} is damaged: its header is not what SQLite writes; ${RECOVER}`
      : `${path} is not an ablate store: it is not an SQLite database; name another file with --store`;
  }
  const isSchema = code === "SQLITE_ERROR" && storeTrouble(error) !== undefined;
  if (isSchema || code.startsWith("SQLITE_CORRUPT")) {
    return `${path} is damaged: ${error.message}; ${RECOVER}`;
  }
  const isDenied = "code" in error && error.code === "EACCES";
  const reason = storageReason(isDenied ? "SQLITE_PERM" : code) ?? systemReason(error);
  return `cannot ${verb} ${path}: ${reason ?? `${error.message}; check the path and its permissions`}`;
}

const MAGIC = "SQLite format 3\0";

/** Says whether a file begins as every SQLite database does. */
function looksLikeDatabase(path: string): boolean {
  const start = Buffer.alloc(MAGIC.length);
  const file = openSync(path, "r");
  try {
    readSync(file, start);
  } finally {
    closeSync(file);
  }
  return start.toString("latin1") === MAGIC;
}

/** Says what keeps an open store from being written to; undefined where it is not storage. */
export function storageTrouble(path: string, cause: unknown): StorageError | undefined {
  const code = codeOf(cause);
  if (code.startsWith("SQLITE_CORRUPT") || code === "SQLITE_NOTADB") {
    const damaged = `cannot write to ${path}: it is damaged; ${RECOVER}`;
    return new StorageError(damaged, { cause, isLasting: true });
  }
  const reason = code.startsWith("SQLITE_CANTOPEN")
    ? "a file beside it cannot be opened; check the permissions of its folder"
    : storageReason(code);
  if (reason === undefined) return undefined;
  return new StorageError(`cannot write to ${path}: ${reason}`, { cause });
}

/** What keeps a file from being used, and what to do about it; the first whose code fits. */
const REASONS: readonly (readonly [code: string, reason: string])[] = [
  ["SQLITE_FULL", "the disk is full; make room on it"],
  ["SQLITE_BUSY", "another process keeps it locked; try again"],
  ["SQLITE_LOCKED", "another process keeps it locked; try again"],
  ["SQLITE_PROTOCOL", "another process keeps it locked; try again"],
  ["SQLITE_READONLY", "it is read-only; allow writing to it"],
  ["SQLITE_CANTOPEN", "it cannot be opened or created there; check its path and its folder"],
  ["SQLITE_NOMEM", "there is not enough memory"],
  ["SQLITE_PERM", "its permissions do not allow it; change them"],
  ["SQLITE_IOERR_SHMSIZE", "there is no room for the file beside it; make room on the disk"],
  [
    "SQLITE_IOERR_SHORT_READ",
    "a file beside it, such as its -wal, was removed or cut while a process writes to it; try again when that has ended",
  ],
  ["SQLITE_IOERR", "the device rejects it; check the disk and limits of file sizes"],
];

function storageReason(code: string): string | undefined {
  const [prefix = "", reason] = REASONS.find(([start]) => code.startsWith(start)) ?? [];
  return reason !== undefined && prefix.startsWith("SQLITE_IOERR") ? `${reason} (${code})` : reason;
}

export function codeOf(error: unknown): string {
  return error instanceof SqliteDatabase.SqliteError ? error.code : "";
}

/** Says whether anybody may write to a file. */
export function isWritable({ mode }: Stats): boolean {
  return (mode & 0o222) !== 0;
}
