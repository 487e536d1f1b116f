/**
 * Statements that insert many rows at once. What the rows have in common is bound once, and each takes its share of one
 * BLOB: to bind a value takes a tenth of the time of a row.
 */

/** Returns SQL of so many rows, each as `row` writes it. */
export function rowsOf(count: number, row: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => row(i)).join(", ");
}

/** Returns SQL of the i-th of equal parts of a BLOB. */
export function partOf(blob: string, i: number, bytes: number): string {
  // SQLite makes NULL of a part of an empty BLOB.
  return bytes === 0 ? "x''" : `substr(${blob}, ${1 + i * bytes}, ${bytes})`;
}
