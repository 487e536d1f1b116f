import { csvRow, fittedTable, type TableStyle, visible, visibleJson } from "@ablate/text";
import { htmlTable } from "./paper/html.ts";
import { latexTable } from "./paper/latex.ts";
import type { PaperCell, PaperTable } from "./paper/table.ts";
import { typstTable } from "./paper/typst.ts";

/** The result of a query. */
export type Rows = {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
};

type Print = {
  /** Cells that a table may take; any number for null. */
  readonly width?: number | null;
  /** How a table looks on a terminal. */
  readonly style?: TableStyle;
};

export const PAPER_FORMAT_NAMES = ["latex", "html", "typst"] as const;
export type PaperFormat = (typeof PAPER_FORMAT_NAMES)[number];

/** Ways to print a table for a paper, by name. */
export const PAPER_FORMATS: Readonly<Record<PaperFormat, (table: PaperTable) => string>> = {
  latex: latexTable,
  html: htmlTable,
  typst: typstTable,
};

export type RowFormat = "table" | "json" | "csv" | "markdown" | PaperFormat;
export const ROW_FORMAT_NAMES: readonly RowFormat[] = [
  "table",
  "json",
  "csv",
  "markdown",
  ...PAPER_FORMAT_NAMES,
];

/** Ways to print rows, by name. */
export const ROW_FORMATS: Readonly<Record<RowFormat, (rows: Rows, options?: Print) => string>> = {
  table: ({ columns, rows }, { width = null, style } = {}) =>
    fittedTable(
      columns.map((title, i) => ({
        title,
        align: isNumeric(rows, i) ? "right" : "left",
      })),
      rows.map((row) => row.map((value) => cell(value))),
      width,
      style,
    ),
  json: (result) => whole(ROW_STREAMS.json, result),
  csv: (result) => whole(ROW_STREAMS.csv, result),
  markdown: ({ columns, rows }) => {
    const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
    const rule = columns.map((_, i) => (isNumeric(rows, i) ? "---:" : "---"));
    const body = rows.map((row) => row.map((value) => markdownCell(value)));
    return [columns.map(markdownCell), rule, ...body].map(line).join("");
  },
  latex: (result) => PAPER_FORMATS.latex(paperTable(result)),
  html: (result) => PAPER_FORMATS.html(paperTable(result)),
  typst: (result) => PAPER_FORMATS.typst(paperTable(result)),
};

/** Prints rows some at a time; what `piece` and then `end` return make the text. */
export type RowStream = {
  readonly piece: (rows: Rows["rows"]) => string;
  readonly end: () => string;
};

/** Formats in which no row depends on a later one. */
export const ROW_STREAMS: Readonly<
  Record<"json" | "csv", (columns: Rows["columns"]) => RowStream>
> = {
  json: (columns) => {
    const names = distinct(columns);
    let before = "[\n";
    return {
      piece: (rows) =>
        rows
          .map((row) => {
            const text = `${before}  ${visibleJson(record(names, row), jsonValue)}`;
            before = ",\n";
            return text;
          })
          .join(""),
      end: () => (before === ",\n" ? "\n]\n" : "[]\n"),
    };
  },
  csv: (columns) => {
    let head = [columns];
    return {
      piece: (rows) => {
        const lines = [...head, ...rows].map(csvLine);
        head = [];
        return lines.join("");
      },
      end: () => head.map(csvLine).join(""),
    };
  },
};

/** Says whether a format is of a table for a paper. */
export function isOfPaper(format: RowFormat): format is PaperFormat {
  return Object.hasOwn(PAPER_FORMATS, format);
}

export function isStreamed(format: RowFormat): format is keyof typeof ROW_STREAMS {
  return Object.hasOwn(ROW_STREAMS, format);
}

/** Writes records as one JSON array, one record per line. */
export function jsonArray(records: readonly object[]): string {
  if (records.length === 0) return "[]\n";
  return `[\n${records.map((one) => `  ${visibleJson(one, jsonValue)}`).join(",\n")}\n]\n`;
}

function whole(open: (columns: Rows["columns"]) => RowStream, { columns, rows }: Rows): string {
  const stream = open(columns);
  return stream.piece(rows) + stream.end();
}

function csvLine(row: readonly unknown[]): string {
  const fields = row.map((value) => (value instanceof Uint8Array ? base64(value) : cell(value)));
  return csvRow(fields);
}

function record(columns: readonly string[], row: readonly unknown[]): object {
  return Object.fromEntries(columns.map((name, i) => [name, row[i] ?? null]));
}

/** Makes a table of rows, whose numbers are in full. */
function paperTable({ columns, rows }: Rows): PaperTable {
  return {
    columns: columns.map((title, i) => ({ title, kind: isNumeric(rows, i) ? "number" : "text" })),
    groups: [{ title: null, rows: rows.map((row) => row.map(paperCell)) }],
    caption: null,
    label: "rows",
  };
}

function paperCell(value: unknown): PaperCell {
  const isNumber = typeof value === "bigint" || Number.isFinite(value);
  return isNumber
    ? { mean: String(value).replace("e+", "e"), error: null, isBold: false }
    : cell(value);
}

/** Tells columns of the same name apart as SQLite does: `a`, `a:1`. */
function distinct(columns: readonly string[]): readonly string[] {
  const used = new Set<string>();
  return columns.map((name) => {
    let own = name;
    for (let i = 1; used.has(own); i++) own = `${name}:${i}`;
    used.add(own);
    return own;
  });
}

/** Writes any value of a query: numbers in full, blobs by their size, NULL as nothing. */
function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Uint8Array) return `<${value.length} bytes>`;
  return String(value);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

/** Writes blobs as base64, infinities and whole numbers beyond 2^53 as text: not every reader takes those. */
function jsonValue(this: unknown, key: string, value: unknown): unknown {
  const raw = typeof this === "object" && this !== null ? Reflect.get(this, key) : value;
  if (raw instanceof Uint8Array) return base64(raw);
  if (typeof raw === "bigint") return raw.toString();
  if (typeof raw === "number" && !Number.isFinite(raw)) return String(raw);
  return value;
}

/** Characters that GitHub's Markdown would read as markup, or as the end of the cell or line. */
const MARKUP =
  /[\\`|~]|<(?=[a-z/!?])|&(?=#?\w+;)|(?<=\S)\*|\*(?=\S)|_(?!\w)|(?<!\w)_|\[(?=.*\]\()/gi;

function markdownCell(value: unknown): string {
  return cell(value)
    .replace(MARKUP, "\\$&")
    .split(/\r\n?|\n/)
    .map(visible)
    .join("<br>");
}

function isNumeric(rows: readonly (readonly unknown[])[], column: number): boolean {
  const present = rows.map((row) => row[column]).filter((value) => value !== null);
  return (
    present.length > 0 && present.every((value) => ["number", "bigint"].includes(typeof value))
  );
}
