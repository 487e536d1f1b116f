/** Rows under a header as aligned text. */
import { cutTogether } from "./labels.ts";
import { visible } from "./terminal-text.ts";
import { ellipsis, widthOf } from "./width.ts";

export type Align = "left" | "right";

type Titled = {
  readonly title: string;
  readonly align?: Align;
  /** Whether its cells are never cut in a table, because half of one says something else. */
  readonly isWhole?: boolean;
};

/** A column by its title; one of text needs no more. */
export type Column = Titled | string;

/** How a table looks where styles can be seen; they come last, so that they move nothing. */
export type TableStyle = {
  readonly head: (title: string) => string;
  readonly cell: (text: string, row: number, column: number) => string;
};

const PLAIN: TableStyle = { head: (title) => title, cell: (text) => text };

/** Makes a column whose cells stand at its right, as numbers do. */
export function right(title: string): Titled {
  return { title, align: "right" };
}

/** Cells between two columns. */
const GAP = 2;
/** A narrower column says nothing. */
const LEAST = 8;

/** Writes a table as wide as its cells ask for. */
export function table(
  titles: readonly Column[],
  rows: readonly (readonly string[])[],
  style: TableStyle = PLAIN,
): string {
  const columns = titles.map(titled);
  const widths = naturalWidths(columns, rows);
  const line = (
    cells: readonly string[],
    styled: (text: string, column: number) => string,
  ): string =>
    columns
      .map(({ align }, i) => {
        const text = visible(cells[i] ?? "");
        const padding = " ".repeat(Math.max(0, (widths[i] ?? 0) - widthOf(text)));
        const shown = text === "" ? "" : styled(text, i);
        return align === "right" ? padding + shown : shown + padding;
      })
      .join(" ".repeat(GAP))
      .trimEnd();
  const head = line(
    columns.map(({ title }) => title),
    style.head,
  );
  const body = rows.map((row, i) => line(row, (text, column) => style.cell(text, i, column)));
  return `${[head, ...body].join("\n")}\n`;
}

/**
 * Writes a table of at most `width` cells (null: any number). It cuts the widest columns, so that different
 * cells of one stay different; where that leaves too little of them, each row becomes a list.
 */
export function fittedTable(
  given: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number | null,
  style: TableStyle = PLAIN,
): string {
  const columns = given.map(titled);
  const natural = naturalWidths(columns, rows);
  const room = (width ?? Number.POSITIVE_INFINITY) - GAP * (columns.length - 1);
  if (sum(natural) <= room) return table(columns, rows, style);
  const whole = natural.filter((_, i) => columns[i]?.isWhole);
  const most = widestThatFits(
    natural.filter((_, i) => !columns[i]?.isWhole),
    room - sum(whole),
  );
  if (most < LEAST) return lists(columns, rows, width ?? 0, style);
  const widths = columns.map(({ isWhole }, i) => (isWhole ? (natural[i] ?? 0) : most));
  const titles = cutTitles(columns, widths);
  const cells = cutColumns(columns, rows, widths);
  return table(
    columns.map((column, i) => ({ ...column, title: titles[i] ?? "" })),
    rows.map((_, at) => cells.map((column) => column[at] ?? "")),
    style,
  );
}

/** Cuts the cells of each column together. */
function cutColumns(
  columns: readonly Titled[],
  rows: readonly (readonly string[])[],
  widths: readonly number[],
): string[][] {
  return columns.map((_, i) => {
    const cells = rows.map((row) => row[i] ?? "");
    return cutTogether(cells, widths[i] ?? 0, ellipsis);
  });
}

/** Cuts titles together where none is whole. */
function cutTitles(columns: readonly Titled[], widths: readonly number[]): string[] {
  const titles = columns.map(({ title }) => title);
  const cut = cutTogether(titles, Math.min(...widths), ellipsis);
  return titles.map((title, i) => (widthOf(title) <= (widths[i] ?? 0) ? title : (cut[i] ?? "")));
}

function titled(column: Column): Titled {
  return typeof column === "string" ? { title: column } : column;
}

function naturalWidths(
  columns: readonly Titled[],
  rows: readonly (readonly string[])[],
): readonly number[] {
  return columns.map(({ title }, i) =>
    rows.reduce((most, row) => Math.max(most, widthOf(row[i] ?? "")), widthOf(title)),
  );
}

/** Returns the width to which columns are cut so that all of them fit. */
function widestThatFits(widths: readonly number[], room: number): number {
  let most = Math.max(LEAST, ...widths);
  while (most > 0 && sum(widths.map((width) => Math.min(width, most))) > room) most -= 1;
  return most;
}

function lists(
  columns: readonly Titled[],
  rows: readonly (readonly string[])[],
  width: number,
  style: TableStyle,
): string {
  const most = Math.max(...columns.map(({ title }) => widthOf(title)));
  const name = Math.min(most, Math.floor(width / 2));
  const all = (cells: number): number[] => columns.map(() => cells);
  const titles = cutTitles(columns, all(name));
  const cells = cutColumns(columns, rows, all(Math.max(1, width - name - GAP)));
  return rows
    .map((_, i) => {
      const head = `${style.head(`row ${i + 1}`)}\n`;
      const lines = titles.flatMap((title, at) => {
        const cell = cells[at]?.[i] ?? "";
        if (cell === "") return [];
        const padding = " ".repeat(name - widthOf(title) + GAP);
        return [`${title}${padding}${style.cell(visible(cell), i, at)}`.trimEnd()];
      });
      return `${head}${lines.join("\n")}\n`;
    })
    .join("\n");
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
