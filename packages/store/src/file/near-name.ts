import { readdirSync } from "node:fs";
import { basename, dirname } from "node:path";
import { closest } from "@ablate/text";

/** Returns `; did you mean x?` for a path that is likely to be misspelt, else nothing. */
export function nearHint(path: string, isMeant?: (name: string) => boolean): string {
  const near = nearName(path, isMeant);
  return near === null ? "" : `; did you mean ${near}?`;
}

/** Says whether a file may be a store, by its name. */
export function isStoreName(name: string): boolean {
  return /\.(?:db|sqlite3?)$/.test(name);
}

/**
 * Returns another file in the same folder whose name this path is a likely misspelling of, or null. Its own name
 * is there where it is a link to nothing.
 *
 * @param isMeant - tells which names may be meant
 */
export function nearName(
  path: string,
  isMeant: (name: string) => boolean = () => true,
): string | null {
  try {
    const own = basename(path);
    const names = readdirSync(dirname(path), { withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && entry.name !== own && isMeant(entry.name))
      .map(({ name }) => name);
    return closest(own, names);
  } catch {
    return null;
  }
}
