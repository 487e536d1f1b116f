/** What SQLite and the file system say on opening a store, as one sentence. */
import { closeSync, openSync, readSync } from "node:fs";
import SqliteDatabase, { type Database } from "better-sqlite3";
import { APPLICATION_ID, CURRENT_VERSION } from "../migrations/migrate.ts";
import { storageReason } from "./reasons.ts";
import { EmptyStoreError, StoreError } from "./store-error.ts";

/** How long a connection waits for another that writes. */
export const BUSY_MS = 5000;

/** What to do about a file that SQLite itself cannot mend. */
export const RECOVER =
  "what is readable can be saved with the `sqlite3` command: `.recover`; keep a copy of the file";

/** Runs `open`; what goes wrong says that one cannot `verb` the store. */
export function opening<T>(path: string, verb: string, open: () => T): T {
  try {
    return open();
  } catch (cause) {
    if (cause instanceof StoreError || !(cause instanceof Error)) throw cause;
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
  if (code.startsWith("SQLITE_CORRUPT")) {
    return `${path} is damaged: ${error.message}; ${RECOVER}`;
  }
  const isDenied = "code" in error && error.code === "EACCES";
  const reason = storageReason(isDenied ? "SQLITE_PERM" : code);
  if (reason !== undefined) return `cannot ${verb} ${path}: ${reason}`;
  return `cannot ${verb} ${path}: ${error.message}; check the path and its permissions`;
}

const MAGIC = "SQLite format 3\0";

/** Whether a file begins as every SQLite database does. */
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

/** Refuses what is no store, or one of a newer version. */
export function checkIdentity(
  database: Database,
  path: string,
  { emptyIsNew }: { readonly emptyIsNew: boolean },
): void {
  const id = database.pragma("application_id", { simple: true });
  const version = Number(database.pragma("user_version", { simple: true }));
  const objects = database.prepare("select count(*) from sqlite_schema").pluck().get();
  if (id === 0 && version === 0 && objects === 0) {
    if (emptyIsNew) return;
    throw new EmptyStoreError(
      `${path} is not an ablate store: it is empty; \`ablate run CONFIG\` makes one of it`,
    );
  }
  if (id !== APPLICATION_ID) {
    throw new StoreError(
      `${path} is not an ablate store: it is an SQLite database of another program; name another file with --store`,
    );
  }
  if (version > CURRENT_VERSION) {
    throw new StoreError(
      `${path} was written by a newer ablate (store version ${version}, this one knows up to ${CURRENT_VERSION}); update ablate to use it`,
    );
  }
}

export function codeOf(error: unknown): string {
  return error instanceof SqliteDatabase.SqliteError ? error.code : "";
}
