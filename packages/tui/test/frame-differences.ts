/** What differs between two frames, for people: rows whose text differs, and cells that only look different. */
import type { Cell, Screen } from "../../../testing/picture/screen.ts";

/** How many rows of a frame are told. */
const MOST = 6;

/** Lists the rows of two frames that do not look the same, each as a line or two. */
export function differences(before: Screen, after: Screen): readonly string[] {
  const rows = before.flatMap((cells, row) => {
    const others = after[row] ?? [];
    return isSameRow(cells, others) ? [] : rowDifference(row + 1, cells, others);
  });
  const left = before.filter((cells, row) => !isSameRow(cells, after[row] ?? [])).length - MOST;
  return left > 0 ? [...rows.slice(0, 2 * MOST), `  and ${left} more rows`] : rows;
}

/** The parts of all SGR sequences that choose colours: `31`, `38;5;208`. */
export function colourCodes(text: string): readonly string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one.
  return [...text.matchAll(/\x1b\[([\d;]*)m/g)].flatMap(
    ([, codes = ""]) =>
      codes.match(
        /(?<![\d;])(?:[34]8;5;\d+|[34]8;2;\d+;\d+;\d+|[39][0-7]|[4][0-7]|10[0-7])(?![\d])/g,
      ) ?? [],
  );
}

/** Two lines for a row of other text; for one that only looks different, the first cells that do, and a line between. */
function rowDifference(
  row: number,
  before: readonly Cell[],
  after: readonly Cell[],
): readonly string[] {
  const [was, is] = [textOf(before), textOf(after)];
  if (was !== is) return [`  row ${row} was ${was}`, `  row ${row} is  ${is}`];
  const first = before.findIndex((cell, column) => !isSameCell(cell, after[column]));
  const rest = before.slice(first);
  const end = rest.findIndex((cell, i) => isSameCell(cell, after[first + i]));
  const columns = rest.slice(0, end < 0 ? rest.length : end);
  const other = after[first];
  return [
    `  row ${row}, columns ${first + 1} to ${first + columns.length}: ${textOf(columns)}`,
    `    was ${columns[0] ? lookOf(columns[0]) : ""}, is ${other ? lookOf(other) : ""}`,
  ];
}

function textOf(cells: readonly Cell[]): string {
  return cells
    .map(({ text, width }) => (width === 0 ? "" : text || " "))
    .join("")
    .trimEnd();
}

function lookOf(cell: Cell): string {
  const styles = [
    cell.isBold ? "bold" : "",
    cell.isDim ? "dim" : "",
    cell.isInverse ? "inverse" : "",
    cell.isUnderlined ? "underlined" : "",
  ];
  const colours = `colour ${cell.colour ?? "default"} on ${cell.background ?? "default"}`;
  return [...styles.filter(Boolean), colours].join(" ");
}

function isSameRow(row: readonly Cell[], other: readonly Cell[]): boolean {
  return (
    row.length === other.length && row.every((cell, column) => isSameCell(cell, other[column]))
  );
}

/** An empty cell looks like a space. */
function isSameCell(cell: Cell, other: Cell | undefined): boolean {
  return (
    other !== undefined &&
    (cell.text || " ") === (other.text || " ") &&
    cell.width === other.width &&
    lookOf(cell) === lookOf(other)
  );
}
