/** What keeps a file from being used, and what to do about it; the first whose code fits. */
const REASONS: readonly (readonly [code: string, reason: string])[] = [
  ["SQLITE_FULL", "the disk is full; make room on it"],
  ["SQLITE_BUSY", "another process keeps it locked; try again"],
  ["SQLITE_LOCKED", "another process keeps it locked; try again"],
  ["SQLITE_PROTOCOL", "another process keeps it locked; try again"],
  ["SQLITE_READONLY", "it is read-only; allow writing to it"],
  ["SQLITE_PERM", "its permissions do not allow it; change them"],
  ["SQLITE_IOERR_SHMSIZE", "there is no room for the file beside it; make room on the disk"],
  ["SQLITE_IOERR", "the device does not take it; look at the disk and at limits of file sizes"],
];

/** Why storage refuses, by an error code of SQLite; undefined where it is for something else. */
export function storageReason(code: string): string | undefined {
  const found = REASONS.find(([prefix]) => code.startsWith(prefix));
  if (found === undefined) return undefined;
  const [prefix, reason] = found;
  return prefix.startsWith("SQLITE_IOERR") ? `${reason} (${code})` : reason;
}
