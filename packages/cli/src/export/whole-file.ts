/** Files that appear whole or not at all. */

import { randomBytes } from "node:crypto";
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { systemReason, UsageError } from "../command-line/errors.ts";

export type FileTarget = {
  /** As the user wrote it. */
  readonly file: string;
  readonly path: string;
  /** Whether a file of this name may be replaced. */
  readonly force: boolean;
};

/**
 * Runs `write` with a temporary name beside the target, which then gets the target's.
 *
 * @throws UsageError - if there is such a file already, or the place cannot be written to
 */
export async function writeWhole<T>(
  target: FileTarget,
  write: (temporary: string) => Promise<T> | T,
): Promise<T> {
  const { file, path } = target;
  const folder = dirname(path);
  if (!existsSync(folder)) {
    throw new UsageError(
      `cannot write ${file}: there is no folder ${dirname(file)}; make it first`,
    );
  }
  refuseExisting(target);
  const temporary = join(folder, `.${basename(path)}.${randomBytes(4).toString("hex")}.part`);
  try {
    const result = await write(temporary);
    syncFile(temporary);
    refuseExisting(target);
    renameSync(temporary, path);
    return result;
  } catch (cause) {
    throw asWritten(file, cause);
  } finally {
    rmSync(temporary, { force: true });
  }
}

function refuseExisting({ file, path, force }: FileTarget): void {
  if (!existsSync(path)) return;
  if (statSync(path).isDirectory()) {
    throw new UsageError(`cannot write ${file}: it is a folder; name a file in it`);
  }
  if (!force) throw new UsageError(`${file} exists; --force replaces it`);
}

/** What reaches the disk before the name does survives a power cut. */
export function syncFile(path: string): void {
  const descriptor = openSync(path, "r+");
  fsyncSync(descriptor);
  closeSync(descriptor);
}

/** An error of the file system under the name that the user knows. */
export function asWritten(file: string, cause: unknown): unknown {
  const reason = systemReason(cause);
  return reason === undefined
    ? cause
    : new UsageError(`cannot write ${file}: ${reason}`, { cause });
}
