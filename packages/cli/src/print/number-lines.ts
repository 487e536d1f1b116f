/** Puts numbers below each other, as many in a line as fit. */
export function numberLines(texts: readonly string[], columns: number): string {
  const width = texts.reduce((most, { length }) => Math.max(most, length), 0);
  const across = Math.max(1, Math.floor((columns + GAP.length) / (width + GAP.length)));
  const rows = Map.groupBy(texts, (_, i) => Math.floor(i / across));
  return [...rows.values()]
    .map((row) => `${row.map((text) => text.padStart(width)).join(GAP)}\n`)
    .join("");
}

const GAP = "  ";
