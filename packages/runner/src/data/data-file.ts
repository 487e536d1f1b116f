/** Data files as the system has them: what keeps one from being read, and its bytes. */
import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  openSync,
  readlinkSync,
  readSync,
  type Stats,
  statSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { DataError } from "@ablate/core";
import { nearHint } from "@ablate/store";
import { bytes } from "@ablate/text";
import { fileOfData, whyNotBuiltin } from "./builtin-names.ts";

/** Its names and examples have to fit into memory several times; the bundled names are 0.2 MB. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Returns why a data file cannot be read, with what to do where that is known; null where it can. */
export function whyUnreadable(named: string): string | null {
  const notBuiltin = whyNotBuiltin(named);
  if (notBuiltin !== null) return notBuiltin;
  const path = fileOfData(named);
  try {
    const stats = statSync(path);
    const why = whyUnfit(stats);
    if (why !== null) return why;
    accessSync(path, constants.R_OK);
    return null;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "EACCES" || code === "EPERM") return "permission denied";
    if (code === "ELOOP") return "too many symbolic links";
    return MISSING.has(code) ? `no such file${hintForMissing(path)}` : `cannot be read (${code})`;
  }
}

const MISSING: ReadonlySet<string> = new Set([
  "ENOENT",
  "ENOTDIR",
  "ENAMETOOLONG",
  "ERR_INVALID_ARG_VALUE",
]);

function whyUnfit(stats: Stats): string | null {
  const { size } = stats;
  if (stats.isDirectory()) return "is a folder, expected a file of names";
  if (stats.isFIFO() || stats.isSocket()) return "is a pipe, expected a file of names";
  if (!stats.isFile()) return "is a device, expected a file of names";
  return size > MOST_BYTES ? tooLarge(bytes(size)) : null;
}

function tooLarge(size: string): string {
  return `has ${size}, a file of names may have at most ${bytes(MOST_BYTES)}`;
}

function hintForMissing(path: string): string {
  const home = /(?:^|\/)(~[^/]+)\//.exec(path)?.[1];
  if (home !== undefined) return `; ${home} is not expanded, write the path in full`;
  return nearHint(path);
}

/** Returns where a file lies to which this path is a link; null where it is none. */
export function linkTarget(path: string): string | null {
  try {
    return join(dirname(path), readlinkSync(path));
  } catch {
    return null;
  }
}

/**
 * Returns the bytes of a data file; reads no more than it may have, whatever the system says of its size.
 *
 * @throws DataError
 */
export function readDataFile(path: string): Uint8Array {
  const why = whyUnreadable(path);
  if (why !== null) throw new DataError(why);
  const file = openSync(fileOfData(path), "r");
  try {
    const { size } = fstatSync(file);
    const room = Buffer.alloc(Math.min(Math.max(size, 65_536), MOST_BYTES) + 1);
    const parts: Buffer[] = [];
    let total = 0;
    for (;;) {
      const count = readSync(file, room, 0, room.length, null);
      if (count === 0) return Buffer.concat(parts);
      total += count;
      if (total > MOST_BYTES) throw new DataError(tooLarge(`more than ${bytes(MOST_BYTES)}`));
      parts.push(Buffer.from(room.subarray(0, count)));
    }
  } finally {
    closeSync(file);
  }
}
