/** Flags of V8 under which kernels are compiled. */
import { spawnSync } from "node:child_process";
import { setFlagsFromString } from "node:v8";

/** Makes V8 compile two operations on vectors of 128 bits that lie side by side into one on 256 bits. */
const PAIRING = "--experimental-wasm-revectorize";

/** Make V8 optimise a function when its first call returns, not later and on another thread. */
const AT_ONCE = ["--wasm-sync-tier-up", "--wasm-tiering-budget=1"];

/** The defaults of every version so far. */
const BY_ITSELF = [
  "--no-experimental-wasm-revectorize",
  "--no-wasm-sync-tier-up",
  "--wasm-tiering-budget=13000000",
];

type Version = readonly [major: number, minor: number];

/**
 * V8 of Node 24. The one of Node 22 knows the flags, but pairs nothing, and optimises a function anew on each turn of
 * its loops: all kernels take it a second.
 */
const FIRST: Version = [13, 6];

/** V8 of Node 26, the last that was tried. */
const LAST: Version = [14, 6];

/**
 * Says whether this V8 takes the flags and makes something of them. One newer than what was tried is asked, in a
 * process of its own (15 ms): of a flag that it does not know it would write to our stderr.
 */
export function takesFlags(
  v8: string = process.versions.v8,
  node: string = process.execPath,
): boolean {
  const [major = 0, minor = 0] = v8.split(".").map(Number);
  const version: Version = [major, minor];
  if (isBefore(version, FIRST)) return false;
  if (!isBefore(LAST, version)) return true;
  const { NODE_OPTIONS: _, ...env } = process.env;
  const args = [PAIRING, ...AT_ONCE, "--version"];
  return spawnSync(node, args, { stdio: "ignore", env }).status === 0;
}

function isBefore(a: Version, b: Version): boolean {
  return a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
}

/**
 * Lets `work` compile and call kernels: each function is optimised when its first call returns, in pairs. What is not
 * called there is never compiled in pairs: afterwards the flags are V8's own again, under which Node's cache of compiled
 * code was made, too.
 */
export function pairing<Result>(work: () => Result): Result {
  for (const flag of [PAIRING, ...AT_ONCE]) setFlagsFromString(flag);
  try {
    return work();
  } finally {
    for (const flag of BY_ITSELF) setFlagsFromString(flag);
  }
}
