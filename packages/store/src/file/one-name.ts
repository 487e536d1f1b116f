/** Whether a file is known by one name alone: SQLite keeps the log of a store beside the name it was opened by. */
import { readFileSync, realpathSync, statSync } from "node:fs";
import { counted } from "@ablate/text";
import { StoreError } from "./store-error.ts";

/**
 * Refuses to write to a file that another process could write to by another name: each would have a log of its own,
 * and neither would see the other.
 */
export function refuseSecondName(path: string): void {
  const others = otherNames(path);
  if (others > 0) {
    throw new StoreError(
      `cannot write to ${path}: the file has ${counted(others, "other name")} (hard links), and writes under one name would damage writes under another; ${remedy(path)}`,
    );
  }
  if (isMountedAlone(path)) {
    throw new StoreError(
      `cannot write to ${path}: the file is mounted without its folder, so that its log would not be seen outside; mount the folder instead`,
    );
  }
}

/** Returns how many names a file has beside this one. */
export function otherNames(path: string): number {
  return Math.max(0, (statSync(path, { throwIfNoEntry: false })?.nlink ?? 1) - 1);
}

function remedy(path: string): string {
  return `remove the others, or write to a copy: \`cp --reflink=auto ${path} COPY\``;
}

/** Says whether a file is itself a mount point, as \`docker run -v FILE:FILE\` makes it. */
function isMountedAlone(path: string): boolean {
  if (process.platform !== "linux" || otherNames(path) > 0) return false;
  try {
    const real = realpathSync(path);
    return readFileSync("/proc/self/mountinfo", "utf8")
      .split("\n")
      .some((line) => unescaped(line.split(" ")[4] ?? "") === real);
  } catch {
    return false; // it is not there yet, or the system does not tell
  }
}

/** Reads a path of /proc/self/mountinfo, in which white space and backslashes are octal. */
function unescaped(path: string): string {
  return path.replace(/\\(\d{3})/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 8)),
  );
}
