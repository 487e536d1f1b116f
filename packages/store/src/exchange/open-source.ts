import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import SqliteDatabase, { type Database } from "better-sqlite3";
import { type OpenedDatabase, openForReading } from "../file/open-database.ts";
import { CURRENT_VERSION, migrate } from "../migrations.ts";

/** Opens a store to copy from, as it is at this moment; an older one by way of a migrated copy. */
export function openSource(path: string): OpenedDatabase {
  const opened = openForReading(path);
  try {
    const source = isCurrent(opened.database) ? opened : migratedCopy(opened);
    source.database.exec("begin; select count(*) from sqlite_schema");
    return source;
  } catch (error) {
    opened.close();
    throw error;
  }
}

/** A store without anything, which no file holds. */
export function emptyStore(): OpenedDatabase {
  const database = new SqliteDatabase(":memory:");
  migrate(database);
  return { database, notice: null, close: () => database.close() };
}

function isCurrent(database: Database): boolean {
  return Number(database.pragma("user_version", { simple: true })) === CURRENT_VERSION;
}

function migratedCopy({ database: original, notice, close }: OpenedDatabase): OpenedDatabase {
  const folder = mkdtempSync(join(tmpdir(), "ablate-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const copy = join(folder, "store.db");
    // Changing the place of temporary tables drops them; SQLite would index stand-ins as if they were tables.
    original.pragma("temp_store = DEFAULT");
    original.prepare("vacuum into ?").run(copy);
    close();
    const database = new SqliteDatabase(copy);
    migrate(database);
    return {
      database,
      notice,
      close: () => {
        database.close();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}
