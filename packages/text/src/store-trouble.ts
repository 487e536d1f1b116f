/** What SQLite finds wrong with a store while it is open, in words that say what to do. */

/** Reasons for which an open store cannot be used, by the beginning of SQLite's code. */
const OF_OPEN: readonly (readonly [code: string, reason: string])[] = [
  ["SQLITE_CORRUPT", "is damaged; `ablate doctor` looks it over"],
  ["SQLITE_NOTADB", "is damaged; `ablate doctor` looks it over"],
  ["SQLITE_IOERR", "cannot be read or written; look at its disk"],
  ["SQLITE_READONLY", "is read-only; allow writing to it"],
  ["SQLITE_CANTOPEN", "cannot be opened; look at its folder and at the limit on open files"],
  ["SQLITE_FULL", "has no room; make some on its disk"],
  ["SQLITE_NOMEM", "needs more memory than there is"],
  ["SQLITE_BUSY", "is kept locked by another process; try again"],
  ["SQLITE_LOCKED", "is kept locked by another process; try again"],
];

/** Says in a sentence why an open store cannot be used; undefined for any error that is not SQLite's. */
export function storeTrouble(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const reason = OF_OPEN.find(([start]) => code.startsWith(start))?.[1];
  return reason === undefined ? undefined : `the store ${reason} (${code})`;
}
