/** Files that a command writes for the user: never over one that is there. */
import { UsageError } from "./command-line/errors.ts";

/**
 * Runs `write`, which makes a new file.
 *
 * @param file - as the user wrote it
 * @throws UsageError - if there is a file of this name
 */
export function unlessExisting(file: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    if (!(cause instanceof Error) || !("code" in cause) || cause.code !== "EEXIST") throw cause;
    throw new UsageError(`${file} exists and is left as it is; name another file`, { cause });
  }
}
