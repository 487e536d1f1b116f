import type { Database } from "better-sqlite3";
import { BUSY_MS, codeOf } from "./opening.ts";

/**
 * Sets the journal of a store that others may make or open at this moment: SQLite does not wait for
 * them here but says at once that it is busy. An empty transaction does wait.
 */
export function setJournal(database: Database, mode: "WAL" | "DELETE"): void {
  const until = Date.now() + BUSY_MS;
  for (;;) {
    try {
      database.pragma(`journal_mode = ${mode}`);
      return;
    } catch (error) {
      if (!codeOf(error).startsWith("SQLITE_BUSY") || Date.now() >= until) throw error;
      database.exec("begin immediate; commit");
    }
  }
}
