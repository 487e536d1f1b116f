/** Files and folders of files that appear whole or not at all. */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { UsageError } from "../command-line/errors.ts";
import { systemReason } from "../command-line/terminal.ts";

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
  refuseNoFolder(target);
  refuseFile(target);
  const temporary = temporaryBeside(path);
  try {
    const result = await write(temporary);
    syncFile(temporary);
    refuseFile(target);
    renameSync(temporary, path);
    return result;
  } catch (cause) {
    throw asWritten(file, cause);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/**
 * Runs `write` with a temporary folder beside the target, which then gets the target's name; where there is such
 * a folder, its files move into that.
 *
 * @param names - of all files that `write` makes
 * @throws UsageError - if one of them is there already, or the place cannot be written to
 */
export async function writeWholeFolder(
  target: FileTarget,
  names: readonly string[],
  write: (temporary: string) => Promise<void>,
): Promise<void> {
  const { file, path } = target;
  refuseNoFolder(target);
  refuseFiles(target, names);
  const temporary = temporaryBeside(path);
  try {
    mkdirSync(temporary);
    await write(temporary);
    for (const name of names) syncFile(join(temporary, name));
    refuseFiles(target, names);
    if (!existsSync(path)) renameSync(temporary, path);
    else for (const name of names) renameSync(join(temporary, name), join(path, name));
  } catch (cause) {
    throw asWritten(file, cause);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function refuseNoFolder({ file, path }: FileTarget): void {
  if (existsSync(dirname(path))) return;
  throw new UsageError(`cannot write ${file}: there is no folder ${dirname(file)}; make it first`);
}

/** Returns a name that nobody else takes. */
function temporaryBeside(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(4).toString("hex")}.part`);
}

function refuseFile({ file, path, force }: FileTarget): void {
  if (!existsSync(path)) return;
  if (statSync(path).isDirectory()) {
    throw new UsageError(`cannot write ${file}: it is a folder; name a file in it`);
  }
  if (!force) throw new UsageError(`${file} exists; --force replaces it`);
}

function refuseFiles({ file, path, force }: FileTarget, names: readonly string[]): void {
  if (!existsSync(path)) return;
  if (!statSync(path).isDirectory()) {
    throw new UsageError(`${file} is a file; weights of a grid need a folder`);
  }
  const there = force ? [] : names.filter((name) => existsSync(join(path, name)));
  const [first] = there;
  if (first === undefined) return;
  const more = there.length > 1 ? ` and ${there.length - 1} more` : "";
  throw new UsageError(`${file} has ${first}${more} already; --force replaces them`);
}

/** What reaches the disk before the name does survives a power cut. */
function syncFile(path: string): void {
  const descriptor = openSync(path, "r+");
  fsyncSync(descriptor);
  closeSync(descriptor);
}

/** An error of the file system under the name that the user knows. */
function asWritten(file: string, cause: unknown): unknown {
  const reason = systemReason(cause);
  return reason === undefined
    ? cause
    : new UsageError(`cannot write ${file}: ${reason}`, { cause });
}
