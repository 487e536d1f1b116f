import { closeSync, openSync, writeFileSync } from "node:fs";
import type { ExportTable } from "@ablate/store";
import type { Terminal } from "../terminal.ts";
import { unlessAborted } from "./interruption.ts";
import { parquetWriter } from "./parquet-rows.ts";
import type { RowsFormat } from "./request.ts";
import type { Pour, RowWriter } from "./row-writer.ts";
import { csvWriter, jsonlWriter } from "./text-rows.ts";
import { type FileTarget, writeWhole } from "./whole-file.ts";

type Destination = {
  readonly format: RowsFormat;
  readonly target: FileTarget | null;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
};

/** Writes every row of a table in bounded memory; returns how many there were. */
export async function exportRows(table: ExportTable, destination: Destination): Promise<number> {
  const { format, target, terminal, signal } = destination;
  const copy = (writer: RowWriter): Promise<number> => copyRows(table, writer, signal);
  if (target === null) return copy(await textWriter(format, table, terminal.pour));
  return writeWhole(target, async (path) => {
    if (format === "parquet") return copy(parquetWriter(table.columns, path));
    const descriptor = openSync(path, "wx");
    try {
      return await copy(
        await textWriter(format, table, async (text) => {
          writeFileSync(descriptor, text);
          return true;
        }),
      );
    } finally {
      closeSync(descriptor);
    }
  });
}

async function textWriter(
  format: RowsFormat,
  { columns }: ExportTable,
  pour: Pour,
): Promise<RowWriter> {
  return format === "csv" ? csvWriter(columns, pour) : jsonlWriter(columns, pour);
}

async function copyRows(
  { batches }: ExportTable,
  writer: RowWriter,
  signal: AbortSignal,
): Promise<number> {
  let rows = 0;
  for (const batch of batches()) {
    await unlessAborted(signal);
    if (!(await writer.write(batch))) return rows;
    rows += batch.rows;
  }
  await writer.finish();
  return rows;
}
