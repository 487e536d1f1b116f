import type { Statements } from "../file/statements.ts";

/** Tables that every list of runs is read from, by way of their indices. */
const LISTED = ["run", "grid", "grid_run"] as const;

/** Finds a row of these tables that an index lacks, in SQLite's words; null where there is none. */
export function indexFault({ database }: Statements): string | null {
  for (const table of LISTED) {
    const found = String(database.pragma(`main.integrity_check(${table})`, { simple: true }));
    if (found !== "ok") return found.replaceAll("\n", " ");
  }
  return null;
}
