import { codeOf, RECOVER } from "./opening.ts";
import { storageReason } from "./reasons.ts";
import { StorageError } from "./store-error.ts";

/** What keeps an open store from being written to, as one sentence; undefined where it is not storage. */
export function storageTrouble(path: string, cause: unknown): StorageError | undefined {
  const code = codeOf(cause);
  if (code.startsWith("SQLITE_CORRUPT") || code === "SQLITE_NOTADB") {
    const sentence = `cannot write to ${path}: it is damaged; ${RECOVER}`;
    return new StorageError(sentence, { cause, isLasting: true });
  }
  const reason = code.startsWith("SQLITE_CANTOPEN")
    ? "a file beside it cannot be opened; look at the permissions of its folder"
    : storageReason(code);
  if (reason === undefined) return undefined;
  return new StorageError(`cannot write to ${path}: ${reason}`, { cause });
}
