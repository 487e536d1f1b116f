/** Flags of V8 under which kernels are compiled. */
import { spawnSync } from "node:child_process";
import { setFlagsFromString } from "node:v8";

/** Makes V8 compile two operations on vectors of 128 bits that lie side by side into one on 256 bits. */
const PAIRING = "--experimental-wasm-revectorize";

type Version = readonly [major: number, minor: number];

/**
 * V8 of Node 24. The one of Node 22 knows the flag and pairs nothing.
 */
const FIRST: Version = [13, 6];

/** V8 of Node 26, the last that was tried. */
const LAST: Version = [14, 6];

/**
 * Says whether this V8 takes the flag. One that is newer than what was tried is asked in a process of its own
 * (15 ms): of a flag that it does not know it would write to our stderr.
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
  const args = [PAIRING, "--version"];
  return spawnSync(node, args, { stdio: "ignore", env }).status === 0;
}

function isBefore(a: Version, b: Version): boolean {
  return a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
}

/** Makes V8 pair vectors in everything that it optimises from now on. */
export function pairVectors(): void {
  setFlagsFromString(PAIRING);
}
