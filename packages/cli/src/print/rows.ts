import { csvField } from "@ablate/tui";
import { cell } from "./cell.ts";
import { table } from "./table.ts";

/** The result of a query. */
export type Rows = {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
};

export type RowFormat = "table" | "json" | "csv" | "markdown";

/** Ways to print rows, by name. */
export const ROW_FORMATS: Readonly<Record<RowFormat, (rows: Rows) => string>> = {
  table: ({ columns, rows }) =>
    table(
      columns.map((title, i) => ({ title, align: isNumeric(rows, i) ? "right" : "left" })),
      rows.map((row) => row.map((value) => cell(value).replaceAll("\n", "⏎"))),
    ),
  json: ({ columns, rows }) => jsonArray(rows.map((row) => record(columns, row))),
  csv: ({ columns, rows }) =>
    [columns, ...rows]
      .map((row) => `${row.map((value) => csvField(cell(value))).join(",")}\r\n`)
      .join(""),
  markdown: ({ columns, rows }) => {
    const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
    const rule = columns.map((_, i) => (isNumeric(rows, i) ? "---:" : "---"));
    const body = rows.map((row) => row.map((value) => markdownCell(value)));
    return [columns.map(markdownCell), rule, ...body].map(line).join("");
  },
};

export function isRowFormat(name: string): name is RowFormat {
  return Object.hasOwn(ROW_FORMATS, name);
}

/** Records as one JSON array, one record a line. */
export function jsonArray(records: readonly object[]): string {
  if (records.length === 0) return "[]\n";
  return `[\n${records.map((one) => `  ${JSON.stringify(one, jsonValue)}`).join(",\n")}\n]\n`;
}

function record(columns: readonly string[], row: readonly unknown[]): object {
  return Object.fromEntries(columns.map((name, i) => [name, row[i] ?? null]));
}

/** Blobs as base64; JSON has no infinities, so they are their names. */
function jsonValue(this: unknown, key: string, value: unknown): unknown {
  const raw = typeof this === "object" && this !== null ? Reflect.get(this, key) : value;
  if (raw instanceof Uint8Array) return Buffer.from(raw).toString("base64");
  if (typeof raw === "bigint") return raw.toString();
  if (typeof raw === "number" && !Number.isFinite(raw)) return String(raw);
  return value;
}

function markdownCell(value: unknown): string {
  return cell(value).replaceAll("|", "\\|").replaceAll("\n", "<br>");
}

function isNumeric(rows: readonly (readonly unknown[])[], column: number): boolean {
  const present = rows.map((row) => row[column]).filter((value) => value !== null);
  return present.length > 0 && present.every((value) => typeof value === "number");
}
