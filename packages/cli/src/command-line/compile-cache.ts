/** Where Node keeps the code that it has compiled: what it finds there is run, so no other user may write to it. */
import { type BigIntStats, lstatSync, mkdirSync, realpathSync } from "node:fs";
import { constants, enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { assetFile } from "@ablate/assets";

type Environment = Record<string, string | undefined>;

const OWN_NAME = "ablate-code";
const GROUP_WRITES = 0o020n;
const OTHERS_WRITE = 0o002n;
/** In a folder with this bit only its owner may rename or delete what is another's. */
const STICKY = 0o1000n;

/**
 * Turns the cache on for this process and for those that it starts, in the first folder that is ours alone; leaves it
 * off where there is none. One that NODE_COMPILE_CACHE names is the user's choice and is on already.
 */
export function useCompileCache(environment: Environment): void {
  if (environment.NODE_COMPILE_CACHE || environment.NODE_DISABLE_COMPILE_CACHE) return;
  for (const folder of foldersFor(environment)) {
    if (!isPrivate(folder)) continue;
    if (enableCompileCache(folder).status === constants.compileCacheStatus.FAILED) continue;
    environment.NODE_COMPILE_CACHE = folder;
    return;
  }
}

function foldersFor({ XDG_CACHE_HOME: base = "" }: Environment): readonly string[] {
  return [join(assetFile("compiled-code"), OWN_NAME), ...homeFolder(base)];
}

function homeFolder(base: string): readonly string[] {
  try {
    const cache = isAbsolute(base) ? base : join(homedir(), ".cache");
    return [join(cache, "ablate", OWN_NAME)];
  } catch {
    return []; // a user without a home
  }
}

/** Makes the folder where there is none. Returns whether nobody but this user and root can change what is in it. */
function isPrivate(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const found = lstatSync(folder, { bigint: true });
    const isOurs = found.isDirectory() && found.uid === userId();
    if (!isOurs || (found.mode & (GROUP_WRITES | OTHERS_WRITE)) !== 0n) return false;
    return isKept(realpathSync(dirname(folder)));
  } catch {
    return false;
  }
}

/** Says whether no other user can put something else in the place of what is in this folder, or of the folder. */
function isKept(folder: string): boolean {
  const parent = dirname(folder);
  return isTrusted(lstatSync(folder, { bigint: true })) && (parent === folder || isKept(parent));
}

/** A group of the user's own, as most systems give one, may write. */
function isTrusted({ uid, gid, mode }: BigIntStats): boolean {
  if (uid !== 0n && uid !== userId()) return false;
  if ((mode & STICKY) !== 0n) return true;
  if ((mode & OTHERS_WRITE) !== 0n) return false;
  return (mode & GROUP_WRITES) === 0n || gid === 0n || gid === BigInt(process.getgid?.() ?? -1);
}

function userId(): bigint {
  return BigInt(process.getuid?.() ?? -1);
}
