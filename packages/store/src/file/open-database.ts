import { copyFileSync, existsSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import SqliteDatabase, { type Database, type Options } from "better-sqlite3";
import { APPLICATION_ID, CURRENT_VERSION, migrate, versionOf } from "../migrations/migrate.ts";
import { layCurrent, refuseDisguised } from "./current-layout.ts";
import { networkFileSystem, setJournal } from "./journal.ts";
import { Statements } from "./statements.ts";
import { EmptyStoreError, StoreError } from "./store-error.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { BUSY_MS, codeOf, isWritable, opening } from "./trouble.ts";

export type OpenedStore = {
  readonly sql: Statements;
  /** What the user should know about how the file was opened. */
  readonly notice: string | null;
  readonly close: () => void;
};

export type WaitOptions = {
  /** How long to wait for a process that keeps the file locked; 5 s unless given. */
  readonly waitMs?: number | undefined;
};

/** Opens a store to write to, made or migrated where need be. */
export function openForWriting(path: string): OpenedStore {
  const folder = dirname(resolve(path));
  if (!existsSync(folder)) {
    throw new StoreError(
      `cannot make a store at ${path}: there is no folder ${folder}; make it or name another with --store`,
    );
  }
  return opening(path, "write to", () => {
    refuseNoFile(path);
    // Also where this user could write to it: its owner has made it read-only.
    if (existsSync(path) && !isWritable(statSync(path))) {
      throw new StoreError(`cannot write to ${path}: it is read-only; allow writing to it first`);
    }
    return connect(path, { timeout: BUSY_MS }, (database) => {
      identify(database, path, { emptyIsNew: true });
      const shared = networkFileSystem(path);
      database.pragma("auto_vacuum = INCREMENTAL");
      setJournal(database, shared === null ? "WAL" : "DELETE");
      database.pragma("synchronous = NORMAL");
      database.pragma("foreign_keys = ON");
      migrate(database);
      if (shared === null) return opened(database);
      const notice = `${path} is on a ${shared} file system: without a write-ahead log, so that readers may have to wait`;
      return { ...opened(database), notice };
    });
  });
}

type ChangeOptions = WaitOptions & {
  /** Leaves the log to those who keep the store open. */
  readonly keepsLog?: boolean;
};

/** Opens a store to change it in several transactions; it is not made. */
export function openExisting(
  path: string,
  { waitMs = BUSY_MS, keepsLog = false }: ChangeOptions = {},
): OpenedStore {
  checkExists(path);
  return opening(path, "write to", () =>
    connect(path, { fileMustExist: true, timeout: waitMs }, (database) => {
      identify(database, path);
      database.pragma("foreign_keys = ON");
      if (keepsLog) database.pragma("wal_autocheckpoint = 0");
      migrate(database);
      return opened(database);
    }),
  );
}

/** Runs one short transaction on a store that may be read and written to meanwhile; it is not made. */
export function changeStore<T>(path: string, waitMs: number, change: (sql: Statements) => T): T {
  const { sql, close } = openExisting(path, { waitMs, keepsLog: true });
  try {
    return opening(path, "write to", () => sql.transaction(() => change(sql)));
  } finally {
    close();
  }
}

/**
 * Opens a store to read from, in the layout of this version whatever its file holds; by way of a
 * copy where its folder does not let SQLite open it.
 */
export function openForReading(path: string, waitMs: number = BUSY_MS): OpenedStore {
  checkExists(path);
  return opening(path, "read", () => {
    try {
      return openReadonly(path, path, waitMs);
    } catch (error) {
      const isClosed = /^SQLITE_(CANTOPEN|READONLY)/.test(codeOf(error));
      if (!isClosed) throw error;
      return openCopy(path);
    }
  });
}

/**
 * Reads a store through a copy that has no name any more once it is open. Only what is killed before that leaves it
 * behind, until the next copy is made.
 */
export function openCopy(path: string): OpenedStore {
  const folder = temporaryFolder();
  const copy = join(folder, basename(path));
  try {
    for (const suffix of ["", "-wal"]) {
      if (existsSync(path + suffix)) copyFileSync(path + suffix, copy + suffix);
    }
    return {
      ...openReadonly(copy, path, BUSY_MS),
      notice: `${path} is in a read-only place: reading a copy of it, which stays as it is`,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param path - what the user calls the file */
function openReadonly(file: string, path: string, waitMs: number): OpenedStore {
  return connect(file, { readonly: true, timeout: waitMs }, (database) => {
    identify(database, path);
    return opened(database, layCurrent(database));
  });
}

/** Makes an opened store of a connection. */
export function opened(database: Database, refresh?: () => void): OpenedStore {
  return { sql: new Statements(database, refresh), notice: null, close: () => database.close() };
}

function connect(
  file: string,
  options: Options,
  use: (database: Database) => OpenedStore,
): OpenedStore {
  const database = new SqliteDatabase(file, options);
  try {
    return use(database);
  } catch (error) {
    database.close();
    throw error;
  }
}

type Identity = {
  readonly emptyIsNew?: boolean;
};

/** Refuses what is not ours to open; in one transaction, as another process may be making a store of the file. */
function identify(database: Database, path: string, identity: Identity = {}): void {
  database.transaction(() => refuseStranger(database, path, identity))();
}

/** Refuses what is no store, one of a newer version, or one that would run SQL of its own as a table. */
function refuseStranger(database: Database, path: string, { emptyIsNew = false }: Identity): void {
  const id = database.pragma("application_id", { simple: true });
  const version = versionOf(database);
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
  refuseDisguised(database, path);
}

function checkExists(path: string): void {
  if (!existsSync(path)) {
    throw new StoreError(`there is no store at ${path}; \`ablate run CONFIG\` makes one`);
  }
  refuseNoFile(path);
}

/** Refuses a folder, or what SQLite would wait for, such as a pipe. */
function refuseNoFile(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.isFile()) return;
  const what = found.isDirectory() ? "a folder" : "no regular file";
  throw new StoreError(`${path} is not an ablate store: it is ${what}; name a file`);
}
