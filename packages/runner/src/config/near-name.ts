import { readdirSync } from "node:fs";
import { basename, dirname } from "node:path";
import { closest } from "@ablate/text";

/**
 * Returns the file in the same folder whose name this path is a likely misspelling of, or null.
 *
 * @param isMeant - tells which names may be meant
 */
export function nearName(
  path: string,
  isMeant: (name: string) => boolean = () => true,
): string | null {
  try {
    const names = readdirSync(dirname(path), { withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && isMeant(entry.name))
      .map(({ name }) => name);
    return closest(basename(path), names);
  } catch {
    return null;
  }
}
