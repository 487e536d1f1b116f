/** Suggestions for mistyped names. */
import { folded } from "./canonical.ts";
import { firstOf } from "./list.ts";

/**
 * Returns the candidate that `word` is a likely misspelling of, or null. A third of its letters may be
 * wrong, or one, but never all of them; case does not count, nor do the dashes before a flag.
 */
export function closest(word: string, candidates: readonly string[]): string | null {
  const plain = folded(word.replace(/^-+/, ""));
  const limit = Math.min(Math.max(1, Math.floor(plain.length / 3)), plain.length - 1);
  let best: string | null = null;
  let least = limit + 1;
  for (const candidate of candidates) {
    const distance = editDistance(plain, folded(candidate));
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** Returns `did you mean x?` for the candidate that `word` is a likely misspelling of, or null. */
export function didYouMean(word: string, candidates: readonly string[]): string | null {
  const near = closest(word, candidates);
  return near === null ? null : `did you mean ${near}?`;
}

/** Most names that a hint lists. */
const MOST_LISTED = 20;

/** Returns `, did you mean "x"?`, or what is allowed where nothing is close. */
export function hint(word: string, candidates: readonly string[]): string {
  const near = closest(word, candidates);
  return near === null
    ? `, allowed: ${firstOf(candidates, MOST_LISTED)}`
    : `, did you mean "${near}"?`;
}

/** Counts the insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = at(above, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = isSwap ? at(before, j - 2) + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(at(row, j - 1) + 1, at(above, j) + 1, change, swap));
    }
    before = above;
    above = row;
  }
  return at(above, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
