import { copyFileSync, existsSync, rmSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import SqliteDatabase, { type Database } from "better-sqlite3";
import { migrate } from "../migrations/migrate.ts";
import { layCurrent, refuseDisguised } from "./current-layout.ts";
import { setJournal } from "./journal.ts";
import { networkFileSystem } from "./network-file-system.ts";
import { BUSY_MS, checkIdentity, codeOf, opening } from "./opening.ts";
import { StoreError } from "./store-error.ts";
import { refuseNoFile, refuseReadonly } from "./store-file.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export type OpenedDatabase = {
  readonly database: Database;
  readonly notice: string | null;
  readonly close: () => void;
};

export type WaitOptions = {
  /** How long to wait for a process that keeps the file locked; 5 s unless given. */
  readonly waitMs?: number;
};

/** A store in the layout of this version, whatever its file holds. */
export type ReadableDatabase = OpenedDatabase & {
  /** Call it before reading: another process may have migrated an older file since. */
  readonly refresh: () => void;
};

/** Opens a store to write to, made or migrated where need be. */
export function openForWriting(path: string): OpenedDatabase {
  if (!existsSync(dirname(resolve(path)))) {
    throw new StoreError(
      `cannot make a store at ${path}: there is no folder ${dirname(resolve(path))}; make it or name another with --store`,
    );
  }
  return opening(path, "write to", () => {
    refuseNoFile(path);
    refuseReadonly(path);
    const database = new SqliteDatabase(path, { timeout: BUSY_MS });
    return closingOnError(database, () => {
      identify(database, path, { emptyIsNew: true });
      const shared = networkFileSystem(path);
      database.pragma("auto_vacuum = INCREMENTAL");
      setJournal(database, shared === null ? "WAL" : "DELETE");
      database.pragma("synchronous = NORMAL");
      database.pragma("foreign_keys = ON");
      migrate(database);
      const notice =
        shared === null
          ? null
          : `${path} is on a ${shared} file system: without a write-ahead log, so that readers may have to wait`;
      return { database, notice, close: () => database.close() };
    });
  });
}

/**
 * One short transaction on a store that may be read and written to meanwhile: it is not made, its
 * log is left to those who keep it open.
 */
export function changeStore<T>(path: string, waitMs: number, change: (database: Database) => T): T {
  checkExists(path);
  return opening(path, "write to", () => {
    const database = new SqliteDatabase(path, { fileMustExist: true, timeout: waitMs });
    try {
      identify(database, path, { emptyIsNew: false });
      database.pragma("foreign_keys = ON");
      database.pragma("wal_autocheckpoint = 0");
      migrate(database);
      return database.transaction(() => change(database)).immediate();
    } finally {
      database.close();
    }
  });
}

/** A connection that changes a store in several transactions; it is not made. */
export function openExisting(path: string): Database {
  checkExists(path);
  return opening(path, "write to", () => {
    const database = new SqliteDatabase(path, { fileMustExist: true, timeout: BUSY_MS });
    return closingOnError(database, () => {
      identify(database, path, { emptyIsNew: false });
      database.pragma("foreign_keys = ON");
      migrate(database);
      return database;
    });
  });
}

/** Opens a store to read from; by way of a copy where its folder does not let SQLite open it. */
export function openForReading(path: string, waitMs: number = BUSY_MS): ReadableDatabase {
  checkExists(path);
  return opening(path, "read", () => {
    try {
      return openReadonly(path, { path, waitMs });
    } catch (error) {
      if (!needsCopy(error)) throw error;
      return openCopy(path);
    }
  });
}

/**
 * Reads a store through a copy that has no name any more once it is open. Only what is killed before that leaves it
 * behind, until the next copy is made.
 */
export function openCopy(path: string): ReadableDatabase {
  const folder = temporaryFolder();
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const copy = join(folder, basename(path));
  try {
    for (const suffix of ["", "-wal"]) {
      if (existsSync(path + suffix)) copyFileSync(path + suffix, copy + suffix);
    }
    return {
      ...openReadonly(copy, { path, waitMs: BUSY_MS }),
      notice: `${path} is in a read-only place: reading a copy of it, which stays as it is`,
    };
  } finally {
    remove();
  }
}

function openReadonly(
  file: string,
  { path, waitMs }: { readonly path: string; readonly waitMs: number },
): ReadableDatabase {
  const database = new SqliteDatabase(file, { readonly: true, timeout: waitMs });
  return closingOnError(database, () => {
    identify(database, path, { emptyIsNew: false });
    const refresh = layCurrent(database);
    return { database, notice: null, close: () => database.close(), refresh };
  });
}

/** Refuses what is no store, one of a newer version, or one that would run SQL of its own as a table. */
function identify(
  database: Database,
  path: string,
  options: Parameters<typeof checkIdentity>[2],
): void {
  checkIdentity(database, path, options);
  refuseDisguised(database, path);
}

function checkExists(path: string): void {
  if (!existsSync(path)) {
    throw new StoreError(`there is no store at ${path}; \`ablate run CONFIG\` makes one`);
  }
  refuseNoFile(path);
}

function closingOnError<T>(database: Database, use: () => T): T {
  try {
    return use();
  } catch (error) {
    database.close();
    throw error;
  }
}

function needsCopy(error: unknown): boolean {
  const code = codeOf(error);
  return code.startsWith("SQLITE_CANTOPEN") || code.startsWith("SQLITE_READONLY");
}
