import { lstatSync, readlinkSync, renameSync, rmSync, symlinkSync, unlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Package } from "./places.ts";
import { codeOf, ProvisionError } from "./problem.ts";

// The addon finds the libraries relative to itself, as `lib/napi-v8/../../deps/lib`: an entry of the
// cache has the same layout as the package, so it works through the links and without them.
const LINKED = ["deps", "lib"] as const;

/** Links an entry of the cache into the package; no file of the package is written. */
export function link({ folder }: Package, entry: string): void {
  for (const name of LINKED) {
    const place = join(folder, name);
    const fresh = `${place}.${process.pid}`;
    try {
      rmSync(fresh, { force: true });
      symlinkSync(join(entry, name), fresh);
      renameSync(fresh, place);
    } catch (error) {
      rmSync(fresh, { force: true });
      throw new ProvisionError(`cannot link ${place} (${codeOf(error)})`);
    }
  }
}

/** Whether the package has a native part that this command did not link. */
export function hasOwnNativePart({ folder }: Package): boolean {
  return LINKED.some((name) => {
    const found = lstatSync(join(folder, name), { throwIfNoEntry: false });
    return found !== undefined && !found.isSymbolicLink();
  });
}

/** Whether the links of the package lead to `entry` and there is something. */
export function isLinked({ folder }: Package, entry: string): boolean {
  return LINKED.every((name) => targetOf(folder, name) === join(entry, name));
}

/** Removes the links; the package itself ships neither of the two folders. */
export function unlink({ folder }: Package): readonly { place: string; led: string }[] {
  return LINKED.flatMap((name) => {
    const led = targetOf(folder, name);
    if (led === null) return [];
    const place = join(folder, name);
    unlinkSync(place);
    return [{ place, led }];
  });
}

function targetOf(folder: string, name: string): string | null {
  const place = join(folder, name);
  if (!lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink()) return null;
  return resolve(folder, readlinkSync(place));
}
