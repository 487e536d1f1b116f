/** Rows as text: CSV and JSON lines. */

import type { Batch, Cells, ExportColumn } from "@ablate/store";
import { csvField, csvRow } from "@ablate/text";

/** RFC 4180: a header, quotes where needed, `\r\n`; null is nothing, numbers have every digit. */
export async function csvWriter(columns: readonly ExportColumn[], pour: Pour): Promise<RowWriter> {
  await pour(csvRow(columns.map(({ name }) => name)));
  return textWriter(
    columns.map(() => csvCell),
    { between: ",", after: "\r\n", before: "" },
    pour,
  );
}

/** One JSON object a line; an infinity is the text `"Infinity"`, as everywhere in our JSON. */
export function jsonlWriter(columns: readonly ExportColumn[], pour: Pour): RowWriter {
  const cells = columns.map(({ name }): CellText => {
    const key = `${JSON.stringify(name)}:`;
    return (value) => key + jsonCell(value);
  });
  return textWriter(cells, { before: "{", between: ",", after: "}\n" }, pour);
}

type CellText = (value: string | number | null) => string;

type Punctuation = { readonly before: string; readonly between: string; readonly after: string };

function textWriter(
  cells: readonly CellText[],
  { before, between, after }: Punctuation,
  pour: Pour,
): RowWriter {
  return {
    write: ({ rows, columns }) => {
      let text = "";
      for (let row = 0; row < rows; row++) {
        text += before;
        for (const [i, cell] of cells.entries()) {
          if (i > 0) text += between;
          text += cell(valueAt(columns[i], row));
        }
        text += after;
      }
      return pour(text);
    },
    finish: async () => {},
  };
}

function valueAt(cells: Cells | undefined, row: number): string | number | null {
  const value = cells?.[row] ?? null;
  return Number.isNaN(value) ? null : value;
}

function csvCell(value: string | number | null): string {
  if (value === null) return "";
  return typeof value === "number" ? String(value) : csvField(value);
}

function jsonCell(value: string | number | null): string {
  if (typeof value !== "number") return JSON.stringify(value);
  return Number.isFinite(value) ? String(value) : `"${value}"`;
}

/** Takes a table's rows batch by batch. */
export interface RowWriter {
  /** Whether it takes more: false once its reader has gone away. */
  write(batch: Batch): Promise<boolean>;
  finish(): Promise<void>;
}

/** Where text goes; resolves with false once nobody reads it. */
export type Pour = (text: string) => Promise<boolean>;
