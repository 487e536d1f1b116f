/** Folders that appear with all of their files or not at all. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { UsageError } from "../command-line/errors.ts";
import { asWritten, type FileTarget, syncFile } from "./whole-file.ts";

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
  if (!existsSync(dirname(path))) {
    throw new UsageError(
      `cannot write ${file}: there is no folder ${dirname(file)}; make it first`,
    );
  }
  refuseExisting(target, names);
  const temporary = join(
    dirname(path),
    `.${basename(path)}.${randomBytes(4).toString("hex")}.part`,
  );
  try {
    mkdirSync(temporary);
    await write(temporary);
    for (const name of names) syncFile(join(temporary, name));
    refuseExisting(target, names);
    if (!existsSync(path)) renameSync(temporary, path);
    else for (const name of names) renameSync(join(temporary, name), join(path, name));
  } catch (cause) {
    throw asWritten(file, cause);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function refuseExisting({ file, path, force }: FileTarget, names: readonly string[]): void {
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
