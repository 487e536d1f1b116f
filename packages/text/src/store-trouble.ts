/** What SQLite finds wrong with a store while it is open, in words that say what to do. */

const DAMAGED = "is damaged; `ablate doctor` looks it over";

/** Reasons for which an open store cannot be used, by the beginning of SQLite's code. */
const OF_OPEN: readonly (readonly [code: string, reason: string])[] = [
  ["SQLITE_CORRUPT", DAMAGED],
  ["SQLITE_NOTADB", DAMAGED],
  ["SQLITE_IOERR", "cannot be read or written; look at its disk"],
  ["SQLITE_READONLY", "is read-only; allow writing to it"],
  ["SQLITE_CANTOPEN", "cannot be opened; look at its folder and at the limit on open files"],
  ["SQLITE_FULL", "has no room; make some on its disk"],
  ["SQLITE_NOMEM", "needs more memory than there is"],
  ["SQLITE_BUSY", "is kept locked by another process; try again"],
  ["SQLITE_LOCKED", "is kept locked by another process; try again"],
];

/** What SQLite says where the file names a table or a column otherwise than ablate does. */
const OTHER_SCHEMA = /^(?:no such (?:column|table|index|view)|table \S+ has no column|malformed)/;

/** Says in a sentence why SQLite itself, a native module, could not be loaded; undefined for any other error. */
export function loadingTrouble(error: unknown): string | undefined {
  if (!(error instanceof Error && "code" in error)) return undefined;
  const { code, message } = error;
  const isLoading = code === "ERR_DLOPEN_FAILED" || String(code).endsWith("MODULE_NOT_FOUND");
  if (!isLoading || !/better[-_]sqlite3/.test(message)) return undefined;
  const [reason] = message.split("\n");
  return `SQLite's module better-sqlite3 does not load here: ${reason}; install ablate again, on this machine (docs/install.md)`;
}

/** Says in a sentence why an open store cannot be used; undefined for any error that is not SQLite's. */
export function storeTrouble(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  const code = String(error.code);
  if (code === "SQLITE_ERROR" && OTHER_SCHEMA.test(error.message)) {
    return `the store ${DAMAGED} (${error.message})`;
  }
  const reason = OF_OPEN.find(([start]) => code.startsWith(start))?.[1];
  return reason === undefined ? undefined : `the store ${reason} (${code})`;
}
