import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import SqliteDatabase, { type Database } from "better-sqlite3";
import { APPLICATION_ID, CURRENT_VERSION, migrate } from "./migrations.ts";
import { networkFileSystem } from "./network-file-system.ts";
import { StoreError } from "./store-error.ts";

export type OpenedDatabase = {
  readonly database: Database;
  readonly notice: string | null;
  readonly close: () => void;
};

/** Opens a store to write to, made or migrated where need be. */
export function openForWriting(path: string): OpenedDatabase {
  if (!existsSync(dirname(resolve(path)))) {
    throw new StoreError(
      `cannot make a store at ${path}: there is no folder ${dirname(resolve(path))}; make it or name another with --store`,
    );
  }
  return opening(path, "write to", () => {
    const database = new SqliteDatabase(path, { timeout: 5000 });
    return closingOnError(database, () => {
      checkIdentity(database, path, { emptyIsNew: true });
      const shared = networkFileSystem(path);
      database.pragma("auto_vacuum = INCREMENTAL");
      database.pragma(`journal_mode = ${shared === null ? "WAL" : "DELETE"}`);
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

/** Opens a store to read from; by way of a copy where its folder does not let SQLite open it. */
export function openForReading(path: string): OpenedDatabase {
  if (!existsSync(path)) {
    throw new StoreError(`there is no store at ${path}; \`ablate run CONFIG\` makes one`);
  }
  return opening(path, "read", () => {
    try {
      return openReadonly(path, path);
    } catch (error) {
      if (!needsCopy(error) || !statSync(path).isFile()) throw error;
      return openCopy(path);
    }
  });
}

/** Reads a store through a copy in a temporary folder, which goes away on closing. */
export function openCopy(path: string): OpenedDatabase {
  const folder = mkdtempSync(join(tmpdir(), "ablate-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const copy = join(folder, basename(path));
  try {
    for (const suffix of ["", "-wal"]) {
      if (existsSync(path + suffix)) copyFileSync(path + suffix, copy + suffix);
    }
    const { database } = openReadonly(copy, path);
    const close = () => {
      database.close();
      remove();
    };
    return {
      database,
      notice: `${path} is in a read-only place: reading a copy of it, which stays as it is`,
      close,
    };
  } catch (error) {
    remove();
    throw error;
  }
}

function openReadonly(file: string, path: string): OpenedDatabase {
  const database = new SqliteDatabase(file, { readonly: true, timeout: 5000 });
  return closingOnError(database, () => {
    checkIdentity(database, path, { emptyIsNew: false });
    return { database, notice: null, close: () => database.close() };
  });
}

function checkIdentity(
  database: Database,
  path: string,
  { emptyIsNew }: { readonly emptyIsNew: boolean },
): void {
  const id = database.pragma("application_id", { simple: true });
  const version = Number(database.pragma("user_version", { simple: true }));
  const objects = database.prepare("select count(*) from sqlite_schema").pluck().get();
  if (id === 0 && version === 0 && objects === 0) {
    if (emptyIsNew) return;
    throw new StoreError(`${path} is not an ablate store: it is empty`);
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

/** Turns what SQLite and the file system say into one sentence. */
function opening(path: string, verb: string, open: () => OpenedDatabase): OpenedDatabase {
  try {
    return open();
  } catch (error) {
    if (error instanceof StoreError || !(error instanceof Error)) throw error;
    if (codeOf(error) === "SQLITE_NOTADB") {
      throw new StoreError(
        `${path} is not an ablate store: it is not an SQLite database; name another file with --store`,
        { cause: error },
      );
    }
    throw new StoreError(
      `cannot ${verb} ${path}: ${error.message}; check the path and its permissions`,
      { cause: error },
    );
  }
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

function codeOf(error: unknown): string {
  return error instanceof SqliteDatabase.SqliteError ? error.code : "";
}
