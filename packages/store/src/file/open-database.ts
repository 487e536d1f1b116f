import { copyFileSync, existsSync, realpathSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { firstOf } from "@ablate/text";
import SqliteDatabase, { type Database, type Options } from "better-sqlite3";
import { sealMissing } from "../check/seal-missing.ts";
import { APPLICATION_ID, CURRENT_VERSION, migrate, versionOf } from "../migrations/migrate.ts";
import { layCurrent, refuseDisguised, refuseForeignRules } from "./current-layout.ts";
import { networkFileSystem, setJournal } from "./journal.ts";
import { awaitLogFiles, LogFiles } from "./log-files.ts";
import { isStoreName, nearHint } from "./near-name.ts";
import { otherNames, refuseSecondName } from "./one-name.ts";
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
    const shared = networkFileSystem(path);
    const setUp = (database: Database): void => {
      identify(database, path, { emptyIsNew: true });
      refuseForeignRules(database, path);
      database.pragma("auto_vacuum = INCREMENTAL");
      setJournal(database, shared === null ? "WAL" : "DELETE");
      database.pragma("synchronous = NORMAL");
      database.pragma("foreign_keys = ON");
      migrate(database);
    };
    const store = sealed(openedForWriting(path, { timeout: BUSY_MS }, setUp));
    if (shared === null) return store;
    const notice = `${path} is on a ${shared} file system: without a write-ahead log, so that readers may have to wait`;
    return { ...store, notice: [notice, store.notice].filter((one) => one !== null).join("\n") };
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
    sealed(
      openedForWriting(path, { fileMustExist: true, timeout: waitMs }, (database) => {
        identify(database, path);
        refuseForeignRules(database, path);
        database.pragma("foreign_keys = ON");
        if (keepsLog) database.pragma("wal_autocheckpoint = 0");
        migrate(database);
      }),
    ),
  );
}

/** Changes the schema of a store, in one transaction, before anything in it could run. */
export function changeSchema<T>(path: string, change: (database: Database) => T): T {
  checkExists(path);
  return opening(path, "write to", () => {
    refuseSecondName(path);
    const database = connect(path, { fileMustExist: true, timeout: BUSY_MS });
    try {
      identify(database, path);
      return database.transaction(() => change(database)).immediate();
    } finally {
      database.close();
    }
  });
}

/** Opens a store that nobody writes to by another name, and keeps to the files that others find beside it. */
function openedForWriting(
  path: string,
  options: Options,
  setUp: (database: Database) => void,
): OpenedStore {
  if (existsSync(path)) {
    refuseSecondName(path);
    awaitLogFiles(path);
  }
  const open = (): Database => connected(path, options, setUp);
  const database = open();
  const sql = new Statements(database, { files: new LogFiles(database, open) });
  return { sql, notice: null, close: () => sql.close() };
}

/** Gives the runs of an older store their digests; names those that do not pass the checks. */
function sealed(store: OpenedStore): OpenedStore {
  const refused = sealMissing(store.sql, { made: "migration" });
  if (refused.length === 0) return store;
  const named = firstOf(
    refused.map(({ run, reason }) => `${run}, as ${reason}`),
    3,
  );
  const notice = `${store.sql.database.name}: no digest for ${named}; \`ablate doctor\` says more`;
  return { ...store, notice };
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
      return otherNames(path) > 0 ? openLinked(path, waitMs) : openReadonly(path, path, waitMs);
    } catch (error) {
      const isClosed = /^SQLITE_(CANTOPEN|READONLY)/.test(codeOf(error));
      if (!isClosed) throw error;
      return openCopy(path);
    }
  });
}

/**
 * Opens a file that has other names, with its log unless the file is newer: then it was written to by another name since,
 * and that log would take it back.
 */
function openLinked(path: string, waitMs: number): OpenedStore {
  const real = realpathSync(path);
  const log = statSync(`${real}-wal`, { throwIfNoEntry: false });
  const isStale = log !== undefined && log.mtimeMs < statSync(real).mtimeMs;
  const store = isStale ? openCopy(real, [""]) : openReadonly(path, path, waitMs);
  const which = isStale
    ? "its log is older than the file and is left out"
    : "changes that another process is making are not visible";
  return { ...store, notice: `${path} has other names (hard links): ${which}` };
}

/**
 * Reads a store through a copy that has no name any more once it is open. Only what is killed before that leaves it
 * behind, until the next copy is made.
 */
export function openCopy(path: string, suffixes: readonly string[] = ["", "-wal"]): OpenedStore {
  const real = realpathSync(path);
  const folder = temporaryFolder();
  const copy = join(folder, basename(path));
  try {
    for (const suffix of suffixes) {
      if (existsSync(real + suffix)) copyFileSync(real + suffix, copy + suffix);
    }
    return {
      ...openReadonly(copy, path, BUSY_MS),
      notice: `${path} is in a read-only folder: reading a copy of it, which will not change`,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param path - what the user calls the file */
function openReadonly(file: string, path: string, waitMs: number): OpenedStore {
  let refresh = (): void => {};
  const database = connected(file, { readonly: true, timeout: waitMs }, (made) => {
    identify(made, path);
    refresh = layCurrent(made);
  });
  return opened(database, refresh);
}

/** Makes an opened store of a connection. */
export function opened(database: Database, refresh?: () => void): OpenedStore {
  const sql = new Statements(database, refresh === undefined ? {} : { refresh });
  return { sql, notice: null, close: () => sql.close() };
}

/** Opens a file and sets the connection up, or closes it again. */
function connected(file: string, options: Options, setUp: (database: Database) => void): Database {
  const database = connect(file, options);
  try {
    setUp(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Opens a file as one whose schema is not trusted: what it says may not call functions that do anything. */
export function connect(file: string, options: Options = {}): Database {
  const database = new SqliteDatabase(file, options);
  database.pragma("trusted_schema = OFF");
  return database;
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
      `${path} is not an ablate store: it is empty; \`ablate run CONFIG\` would create one`,
    );
  }
  if (id !== APPLICATION_ID) {
    throw new StoreError(
      `${path} is not an ablate store: it is an SQLite database of another program; name another file with --store`,
    );
  }
  if (version > CURRENT_VERSION) {
    throw new StoreError(
      `${path} was written by a newer ablate (store version ${version}, this one supports up to ${CURRENT_VERSION}); update ablate to use it`,
    );
  }
  refuseDisguised(database, path);
}

function checkExists(path: string): void {
  if (!existsSync(path)) {
    const hint = nearHint(path, isStoreName);
    throw new StoreError(`there is no store at ${path}; \`ablate run CONFIG\` makes one${hint}`);
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
