/** Lets one process at a time read the logs of a place. */
import Database from "better-sqlite3";

/**
 * Takes a lock that the system frees when this process ends, however it does: SQLite's own on a file of its own.
 * Returns how to give it back; null where another process has it.
 */
export function takeLock(path: string): (() => void) | null {
  const database = new Database(path, { timeout: 0 });
  try {
    database.exec("begin exclusive");
  } catch (error) {
    database.close();
    if (error instanceof Database.SqliteError && error.code.startsWith("SQLITE_BUSY")) return null;
    throw error;
  }
  return () => database.close();
}
