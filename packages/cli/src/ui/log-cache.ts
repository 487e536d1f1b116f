/** Stores of logs that are only looked at: in the user's folder for caches, so that a second look begins where the first ended. */
import { createHash } from "node:crypto";
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  utimesSync,
} from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { takeLock } from "@ablate/record";
import { openReader, openWriter, StoreError, temporaryFolder } from "@ablate/store";

export type CachedStore = {
  readonly path: string;
  /** A file that only one process has at a time. */
  readonly lock: string;
  /** Whether it is there the next time. */
  readonly isKept: boolean;
  readonly discard: () => void;
};

type Environment = Readonly<Record<string, string | undefined>>;

/** Makes, or finds, the store for what is at these paths. */
export function cachedStore(paths: readonly string[], environment: Environment): CachedStore {
  const base = cacheFolder(environment);
  const folder = join(base, nameOf(paths));
  try {
    mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER });
    const now = new Date();
    utimesSync(folder, now, now);
    const store = storeIn(folder);
    tidy(base, folder);
    return { ...store, isKept: true, discard: () => {} };
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error || error instanceof StoreError)) throw error;
    // A home that cannot be written to, or is full.
    const temporary = temporaryFolder();
    const discard = () => rmSync(temporary, { recursive: true, force: true });
    return { ...storeIn(temporary), isKept: false, discard };
  }
}

const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;

/** Returns the folder for caches that the system has for a user. */
function cacheFolder(environment: Environment): string {
  const home = environment.HOME || homedir();
  const usual: Readonly<Record<string, string>> = {
    darwin: join(home, "Library", "Caches"),
    win32: environment.LOCALAPPDATA || join(home, "AppData", "Local"),
  };
  const base = environment.XDG_CACHE_HOME || usual[process.platform] || join(home, ".cache");
  return join(base, "ablate", "logs");
}

/** Returns a name that no other paths have, and that says something of them. */
function nameOf(paths: readonly string[]): string {
  const real = paths.map(realPath).sort();
  const hash = createHash("sha256").update(JSON.stringify(real)).digest("hex").slice(0, 16);
  const said = basename(real[0] ?? "").replaceAll(/[^\w.-]/g, "_");
  return `${said.slice(0, 40)}-${hash}`;
}

/** Resolves the links of a path, also of one at which nothing is yet. */
function realPath(path: string): string {
  const isThere = statSync(path, { throwIfNoEntry: false }) !== undefined;
  return isThere ? realpathSync(path) : join(realPath(dirname(path)), basename(path));
}

/** Opens the store of a folder; one that cannot be opened is made anew, as the logs have all that was in it. */
function storeIn(folder: string): Pick<CachedStore, "path" | "lock"> {
  const path = join(folder, "store.db");
  try {
    openReader(path).close();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    for (const end of ["", "-wal", "-shm"]) rmSync(`${path}${end}`, { force: true });
    closeSync(openSync(path, "w", PRIVATE_FILE)); // what SQLite puts beside it is as private
    openWriter(path).close();
  }
  return { path, lock: join(folder, "lock") };
}

/** What is not looked at for so long goes, and so does the oldest of more than so many bytes. */
const MOST_AGE_MS = 30 * 24 * 3_600_000;
const MOST_BYTES = 2e9;

/** Deletes what is old or too much, and what nobody has open. */
function tidy(base: string, own: string): void {
  const all = readdirSync(base, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(base, name))
    .filter((folder) => folder !== own)
    .map((folder) => ({ folder, usedAt: statSync(folder).mtimeMs, bytes: bytesIn(folder) }))
    .sort((a, b) => b.usedAt - a.usedAt);
  let sum = bytesIn(own);
  for (const { folder, usedAt, bytes } of all) {
    sum += bytes;
    if (sum <= MOST_BYTES && Date.now() - usedAt <= MOST_AGE_MS) continue;
    const release = takeLock(join(folder, "lock"));
    if (release === null) continue;
    release();
    rmSync(folder, { recursive: true, force: true });
    sum -= bytes;
  }
}

function bytesIn(folder: string): number {
  const sizes = readdirSync(folder).map(
    (name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0,
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
