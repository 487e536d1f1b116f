/** The journal of a store: a write-ahead log, except on a file system that several machines share. */
import { statfsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Database } from "better-sqlite3";
import { BUSY_MS, codeOf } from "./trouble.ts";

/**
 * Sets the journal of a store that others may make or open at this moment: SQLite does not wait for
 * them here but says at once that it is busy. An empty transaction does wait.
 */
export function setJournal(database: Database, mode: "WAL" | "DELETE"): void {
  const until = performance.now() + BUSY_MS;
  for (;;) {
    try {
      database.pragma(`journal_mode = ${mode}`);
      return;
    } catch (error) {
      if (!codeOf(error).startsWith("SQLITE_BUSY") || performance.now() >= until) throw error;
      database.exec("begin immediate; commit");
    }
  }
}

/** `f_type` of statfs(2) on Linux. */
const SHARED: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB"],
  [0x517b, "SMB"],
  [0x65735546, "FUSE"],
  [0x01021997, "9P"],
  [0x5346414f, "AFS"],
  [0x00c36400, "Ceph"],
  [0x0bd00bd0, "Lustre"],
  [0x47504653, "GPFS"],
  [0x786f4256, "VirtualBox"],
]);

/** Returns the name of the shared file system that a file is on, where a write-ahead log is not safe. */
export function networkFileSystem(path: string): string | null {
  if (process.platform !== "linux") return null;
  return SHARED.get(statfsSync(dirname(resolve(path))).type >>> 0) ?? null;
}
