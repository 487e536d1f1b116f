/** The candidate that `word` is a likely misspelling of, or null. */
export function closest(word: string, candidates: readonly string[]): string | null {
  const limit = Math.min(Math.max(1, Math.floor(word.length / 3)), word.length - 1);
  let best: string | null = null;
  let least = limit + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** `, did you mean "x"?`, or what is allowed where nothing is close. */
export function hint(word: string, candidates: readonly string[]): string {
  const near = closest(word, candidates);
  return near === null ? `, allowed: ${listOf(candidates)}` : `, did you mean "${near}"?`;
}

const MOST_LISTED = 20;

function listOf(names: readonly string[]): string {
  const more = names.length - MOST_LISTED;
  const listed = names.slice(0, MOST_LISTED).join(", ");
  return more > 0 ? `${listed} and ${more} more` : listed;
}

/** Insertions, deletions and replacements, and swaps of neighbours, that turn `a` into `b`. */
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
