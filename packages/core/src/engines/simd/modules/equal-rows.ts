import type { Site } from "./module.ts";

/** Which rows of the current batch come of equal tokens. */
export type EqualRows = {
  /** Of each row the place of its kind among the distinct ones, int32. */
  readonly kindsAt: number;
  /** Of each kind its first row, int32. */
  readonly firstsAt: number;

  /** Finds the kinds of the current rows; returns how many there are. */
  find(examples: number): number;
};

/** An odd number with its bits well spread: 2^32 over the golden ratio. */
const SPREAD = 0x9e3779b1;

/** Makes what tells equal rows where each example has `positions` of them, of equally many consecutive tokens each. */
export function makeEqualRows(site: Site, positions: number): EqualRows {
  const { arena, context, examples: most, tokensAt, whenOpen } = site;
  const tokensEach = context / positions;
  const rows = most * positions;
  const [kindsAt, firstsAt] = [arena.reserve(rows * 4), arena.reserve(rows * 4)];
  const size = 2 ** Math.ceil(Math.log2(2 * rows));
  /** By hash the kind that lies there, and the number of the search that has put it there. */
  const table = { kinds: new Int32Array(size), searches: new Int32Array(size) };
  let search = 0;
  let tokens: Int32Array = new Int32Array();
  let kinds: Int32Array = new Int32Array();
  let firsts: Int32Array = new Int32Array();
  whenOpen((memory) => {
    tokens = new Int32Array(memory, tokensAt, most * context);
    kinds = new Int32Array(memory, kindsAt, rows);
    firsts = new Int32Array(memory, firstsAt, rows);
  });

  const isEqual = (a: number, b: number): boolean => {
    for (let t = 0; t < tokensEach; t++) {
      if (tokens[a * tokensEach + t] !== tokens[b * tokensEach + t]) return false;
    }
    return true;
  };
  const hashOf = (row: number): number => {
    let hash = 0;
    for (let t = 0; t < tokensEach; t++) {
      hash = Math.imul(hash ^ (tokens[row * tokensEach + t] ?? 0), SPREAD);
      hash ^= hash >>> 15;
    }
    return hash & (size - 1);
  };
  return {
    kindsAt,
    firstsAt,
    find(examples) {
      let count = 0;
      search++;
      for (let row = 0; row < examples * positions; row++) {
        let at = hashOf(row);
        while (table.searches[at] === search && !isEqual(firsts[table.kinds[at] ?? 0] ?? 0, row)) {
          at = (at + 1) & (size - 1);
        }
        if (table.searches[at] !== search) {
          table.searches[at] = search;
          table.kinds[at] = count;
          firsts[count] = row;
          count++;
        }
        kinds[row] = table.kinds[at] ?? 0;
      }
      return count;
    },
  };
}
