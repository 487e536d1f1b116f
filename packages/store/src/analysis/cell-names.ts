/** Cells in words: those that have a setting in common are named by it. */

/** What a cell is made of: `lr 0.3`, `gain 2`. */
type Parts = readonly string[];

/** Of more cells nobody reads the names, and comparing each with each takes time. */
const MOST_COMPARED = 200;

/**
 * Names some cells. Where all cells of a setting are among them, the setting alone stands for them: `lr 0.3` for
 * `lr 0.3, gain 1` and `lr 0.3, gain 2`.
 *
 * @param all - every cell that there is, these among them
 */
export function cellNames(cells: readonly Parts[], all: readonly Parts[]): readonly string[] {
  if (all.length > MOST_COMPARED) return cells.map((parts) => parts.join(", "));
  const names: string[] = [];
  let left = cells;
  while (left.length > 0) {
    const [first = []] = left;
    const shared = first.find((part) => {
      const holders = all.filter((parts) => parts.includes(part));
      return holders.length > 1 && holders.every((parts) => left.includes(parts));
    });
    names.push(shared ?? first.join(", "));
    left = left.filter((parts) =>
      shared === undefined ? parts !== first : !parts.includes(shared),
    );
  }
  return names;
}
