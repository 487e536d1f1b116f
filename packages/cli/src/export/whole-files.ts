/** Files and folders of files that appear whole or not at all. */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { systemReason } from "@ablate/text";
import { UsageError } from "../command-line/errors.ts";

export type FileTarget = {
  /** The path as the user wrote it. */
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
export function writeWhole<T>(
  target: FileTarget,
  write: (temporary: string) => Promise<T> | T,
): Promise<T> {
  return inPlace(target, {
    refuse: () => refuseFile(target),
    write: async (temporary) => {
      const result = await write(temporary);
      syncFile(temporary);
      return result;
    },
    place: (temporary) => renameSync(temporary, target.path),
  });
}

/**
 * Runs `write` with a temporary folder beside the target, which then gets the target's name; where there is such
 * a folder, its files move into that.
 *
 * @param names - of all files that `write` makes
 * @throws UsageError - if one of them is there already, or the place cannot be written to
 */
export function writeWholeFolder(
  target: FileTarget,
  names: readonly string[],
  write: (temporary: string) => Promise<void>,
): Promise<void> {
  const { path } = target;
  return inPlace(target, {
    refuse: () => refuseFiles(target, names),
    write: async (temporary) => {
      mkdirSync(temporary);
      await write(temporary);
      for (const name of names) syncFile(join(temporary, name));
    },
    place: (temporary) => {
      if (!existsSync(path)) renameSync(temporary, path);
      else for (const name of names) renameSync(join(temporary, name), join(path, name));
    },
  });
}

/**
 * Runs `write` with a temporary folder beside the target, which then gets the target's name.
 *
 * @throws UsageError - if something is there that is no empty folder, or the place cannot be written to
 */
export function writeNewFolder(
  target: FileTarget,
  write: (temporary: string) => Promise<void>,
): Promise<void> {
  const { file, path } = target;
  return inPlace(target, {
    refuse: () => {
      if (!existsSync(path)) return;
      if (!statSync(path).isDirectory())
        throw new UsageError(`${file} is a file; name a new folder`);
      if (readdirSync(path).length > 0) {
        throw new UsageError(`${file} is not empty; name a new folder`);
      }
    },
    write: async (temporary) => {
      mkdirSync(temporary);
      await write(temporary);
    },
    place: (temporary) => {
      if (existsSync(path)) rmdirSync(path);
      renameSync(temporary, path);
    },
  });
}

type Steps<T> = {
  /** Throws where something must not be replaced. */
  readonly refuse: () => void;
  readonly write: (temporary: string) => Promise<T>;
  readonly place: (temporary: string) => void;
};

async function inPlace<T>(
  { file, path }: FileTarget,
  { refuse, write, place }: Steps<T>,
): Promise<T> {
  const folder = dirname(path);
  if (!existsSync(folder)) {
    const wanted = dirname(file);
    throw new UsageError(`cannot write ${file}: there is no folder ${wanted}; make it first`);
  }
  refuse();
  // A name that nobody else takes.
  const name = `.${basename(path)}.${randomBytes(4).toString("hex")}.part`;
  const temporary = join(folder, name);
  try {
    const result = await write(temporary);
    refuse();
    place(temporary);
    return result;
  } catch (cause) {
    const reason = systemReason(cause);
    if (reason === undefined) throw cause;
    throw new UsageError(`cannot write ${file}: ${reason}`, { cause });
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
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

/** Writes a file through to the disk: what is there before its name survives a power cut. */
function syncFile(path: string): void {
  const descriptor = openSync(path, "r+");
  fsyncSync(descriptor);
  closeSync(descriptor);
}
