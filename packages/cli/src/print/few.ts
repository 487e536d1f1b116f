import { firstOf } from "@ablate/text";

/** Most names that a note lists. */
const MOST_LISTED = 3;

/** Lists the first names of runs, as a note does: `a, b, c and 4 more`. */
export function few(names: readonly string[]): string {
  return firstOf(names, MOST_LISTED);
}
