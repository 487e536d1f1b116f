import { createHash } from "node:crypto";
import {
  createReadStream,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { unlink } from "./package.ts";
import { codeOf, ProvisionError, reasonOf, size, type Work } from "./work.ts";

const DAY_MS = 24 * 3600 * 1000;
/** How the name of an attempt begins; host, process and some letters follow. */
const ATTEMPT = ".attempt-";

/** An empty folder beside the finished ones, named after this process, in which an attempt works. */
export function startAttempt(cache: string): string {
  try {
    makeFolder(cache);
    return mkdtempSync(join(cache, `${ATTEMPT}${hostname()}-${process.pid}-`));
  } catch (error) {
    throw new ProvisionError(
      `cannot write to ${cache} (${codeOf(error) || reasonOf(error)}); set XDG_CACHE_HOME to a folder of yours`,
    );
  }
}

/** Removes what interrupted attempts left: those of dead processes here, of anyone after a day. */
export function sweepAttempts(cache: string): void {
  for (const name of namesIn(cache)) {
    if (!name.startsWith(ATTEMPT) || isAtWork(cache, name)) continue;
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

function namesIn(cache: string): readonly string[] {
  try {
    return readdirSync(cache);
  } catch {
    return [];
  }
}

/** Whether its process lives, here; elsewhere, whether it was changed within a day. */
function isAtWork(cache: string, name: string): boolean {
  const [, host, pid] = /^\.attempt-(.*)-(\d+)-[^-]*$/.exec(name) ?? [];
  try {
    if (host === hostname()) return process.kill(Number(pid), 0);
    return Date.now() - statSync(join(cache, name)).mtimeMs < DAY_MS;
  } catch (error) {
    return codeOf(error) === "EPERM"; // a process of another user
  }
}

const NAME = "manifest.json";

/** What a complete native part consists of: written last, so what has none is not complete. */
export async function writeManifest(folder: string): Promise<void> {
  const files = await describe(folder);
  writeFileSync(join(folder, NAME), `${JSON.stringify({ files }, null, 2)}\n`);
}

/** What is wrong with a native part in the cache, null when every byte is as it was. */
export async function faultOf(folder: string): Promise<"missing" | "damaged" | null> {
  if (!existsSync(folder)) return "missing";
  try {
    const { files } = JSON.parse(readFileSync(join(folder, NAME), "utf8"));
    const now = await describe(folder);
    return JSON.stringify(files) === JSON.stringify(now) ? null : "damaged";
  } catch {
    return "damaged";
  }
}

/** The SHA-256 of a file, as hex digits. */
export async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest("hex");
}

async function describe(folder: string): Promise<readonly object[]> {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted();
  const described: object[] = [];
  for (const path of paths) {
    const file = join(folder, path);
    const found = lstatSync(file);
    if (found.isSymbolicLink()) described.push({ path, link: readlinkSync(file) });
    else if (found.isFile() && path !== NAME) {
      described.push({ path, size: found.size, sha256: await sha256(file) });
    }
  }
  return described;
}

/** Undoes what `provision` did: the links of this checkout, and the cache of all. */
export function remove({ target, cache, terminal }: Work): void {
  const links = unlink(target);
  for (const { place, led } of links) terminal.result(`removed the link ${place} to ${led}`);
  sweepAttempts(cache);
  const entries = namesIn(cache).filter((name) => !name.startsWith(ATTEMPT));
  const bytes = entries.reduce((sum, name) => sum + sizeOf(join(cache, name)), 0);
  for (const name of entries) discard(cache, name);
  removeEmpty(cache);
  removeEmpty(dirname(cache));
  if (bytes > 0) terminal.result(`removed ${cache}, ${size(bytes)}; other checkouts used it too`);
  if (links.length === 0 && bytes === 0) terminal.result("there is nothing to remove");
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => lstatSync(join(folder, name)))
    .reduce((sum, found) => sum + (found.isFile() ? found.size : 0), 0);
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Not there, or another process or program keeps something in it.
  }
}

/** Throws when the disk of `folder` has less than `bytes` free. */
export function needSpace(folder: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize >= bytes) return;
  throw new ProvisionError(
    `the disk has ${size(bavail * bsize)} free and ${size(bytes)} are needed; set XDG_CACHE_HOME to a folder with more`,
  );
}
