/** SQLite files of other programs: they may be written to at this moment, and nothing is ever written beside them. */
import {
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import SqliteDatabase, { type Database } from "better-sqlite3";

/** A file that another program keeps locked is waited for. */
const BUSY_MS = 2000;

/** Larger files are opened in place: a copy would take too long. */
const MOST_COPIED_BYTES = 256 * 1024 * 1024;

/** Where the header says which journal a file has: 2 is a write-ahead log. */
const JOURNAL_BYTE = 18;

export class ForeignDatabase {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Names what changes when the database does. */
  get paths(): readonly string[] {
    return [this.path, `${this.path}-wal`];
  }

  /**
   * Opens the file, reads one state of it, and closes it.
   *
   * @throws Error - one sentence without the path
   */
  read<T>(use: (database: Database) => T): T {
    try {
      const database = opened(this.path);
      try {
        return database.transaction(() => use(database)).deferred();
      } finally {
        database.close();
      }
    } catch (error) {
      throw new Error(reasonOf(error), { cause: error });
    }
  }
}

/**
 * Opens a file to read from. SQLite would make a log and an index beside a file that has a write-ahead log and nobody
 * open, and cannot where the folder is read-only: a copy is read then.
 */
function opened(path: string): Database {
  if (leavesFiles(path)) return copied(path);
  try {
    return checked(new SqliteDatabase(path, { readonly: true, timeout: BUSY_MS }));
  } catch (error) {
    if (!/^SQLITE_(CANTOPEN|READONLY)/.test(codeOf(error))) throw error;
    return copied(path);
  }
}

function leavesFiles(path: string): boolean {
  const { size } = statSync(path);
  if (size > MOST_COPIED_BYTES || statSync(`${path}-wal`, { throwIfNoEntry: false })) return false;
  const byte = Buffer.alloc(1);
  const file = openSync(path, "r");
  readSync(file, byte, 0, 1, JOURNAL_BYTE);
  closeSync(file);
  return byte[0] === 2;
}

/** The copy has no name any more once it is open. */
function copied(path: string): Database {
  const folder = mkdtempSync(join(tmpdir(), "ablate-log-"));
  const copy = join(folder, basename(path));
  try {
    for (const suffix of ["", "-wal"]) {
      const isThere = statSync(path + suffix, { throwIfNoEntry: false }) !== undefined;
      if (isThere) copyFileSync(path + suffix, copy + suffix);
    }
    return checked(new SqliteDatabase(copy, { readonly: true }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Opening alone reads nothing. */
function checked(database: Database): Database {
  try {
    database.pragma("schema_version");
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) {
    return "is damaged: SQLite cannot read it; data that was read before is kept";
  }
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) {
    return "is locked by the program that writes to it; try again, or follow it";
  }
  if (code === "EACCES" || code === "EPERM") {
    return "this user may not read it; change its permissions";
  }
  return error instanceof Error ? error.message : String(error);
}

/** Says which of the columns that are needed a database lacks, as `table.column`; undefined: none. */
export function lackOf(
  database: Database,
  needed: Readonly<Record<string, readonly string[]>>,
): string | undefined {
  for (const [table, columns] of Object.entries(needed)) {
    const there = columnsOf(database, table);
    const lacking = columns.find((column) => !there.has(column));
    if (lacking !== undefined) return `${table}.${lacking}`;
  }
  return undefined;
}

/** Returns the columns of a table; none where there is no such table. */
export function columnsOf(database: Database, table: string): ReadonlySet<string> {
  const rows = database.prepare<[string], { name: string }>(
    "select name from pragma_table_info(?)",
  );
  return new Set(rows.all(table).map(({ name }) => name));
}
