import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { codeOf, ProvisionError, reasonOf } from "./problem.ts";

const DAY_MS = 24 * 3600 * 1000;

/** An empty folder beside the finished ones, named after this process, in which an attempt works. */
export function startAttempt(cache: string): string {
  try {
    makeFolder(cache);
    return mkdtempSync(join(cache, `.attempt-${hostname()}-${process.pid}-`));
  } catch (error) {
    throw new ProvisionError(
      `cannot write to ${cache} (${codeOf(error) || reasonOf(error)}); set XDG_CACHE_HOME to a folder of yours`,
    );
  }
}

/** Removes what interrupted attempts left: those of dead processes here, of anyone after a day. */
export function sweepAttempts(cache: string): void {
  for (const name of attemptsIn(cache)) {
    if (isAtWork(cache, name)) continue;
    try {
      rmSync(join(cache, name), { recursive: true, force: true });
    } catch {
      // A cache that cannot be written can still be read; the next run tries again.
    }
  }
}

/** Makes a finished attempt the entry `name`; one that another process finished meanwhile gives way. */
export function publish(attempt: string, cache: string, name: string): void {
  const entry = join(cache, name);
  for (;;) {
    try {
      renameSync(attempt, entry);
      return;
    } catch (error) {
      if (!["ENOTEMPTY", "EEXIST", "ENOTDIR"].includes(codeOf(error))) throw error;
      discard(cache, name);
    }
  }
}

/** Takes an entry out of the cache; a program that has it open keeps it until it ends. */
export function discard(cache: string, name: string): void {
  const aside = startAttempt(cache);
  try {
    renameSync(join(cache, name), join(aside, name));
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/** As `mkdir -p`, but the error is that of the folder that could not be made (Node says ENOENT). */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
}

function attemptsIn(cache: string): readonly string[] {
  try {
    return readdirSync(cache).filter((name) => name.startsWith(".attempt-"));
  } catch {
    return [];
  }
}

function isAtWork(cache: string, name: string): boolean {
  const [, host, pid] = /^\.attempt-(.*)-(\d+)-[^-]*$/.exec(name) ?? [];
  if (host === hostname()) return isAlive(Number(pid));
  const changed = statSync(join(cache, name), { throwIfNoEntry: false });
  return changed !== undefined && Date.now() - changed.mtimeMs < DAY_MS;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}
