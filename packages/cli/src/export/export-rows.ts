import { closeSync, openSync, writeSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import type { ExportTable } from "@ablate/store";
import { unlessAborted } from "../command-line/interrupt.ts";
import type { Terminal } from "../command-line/terminal.ts";
import { parquetWriter } from "./parquet-rows.ts";
import type { RowsFormat } from "./request.ts";
import { csvWriter, jsonlWriter, type Pour, type RowWriter } from "./text-rows.ts";
import { type FileTarget, writeWhole } from "./whole-files.ts";

type Destination = {
  readonly format: RowsFormat;
  readonly target: FileTarget | null;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
};

/** Writes every row of a table in bounded memory; returns how many there were, null where its reader went away. */
export async function exportRows(
  table: ExportTable,
  destination: Destination,
): Promise<number | null> {
  // Rows are garbage as soon as they are written; without this V8 lets 130 MB of them pile up.
  setFlagsFromString("--semi-space-growth-factor=1");
  const { format, target, terminal, signal } = destination;
  const copy = (writer: RowWriter): Promise<number | null> => copyRows(table, writer, signal);
  if (target === null) return copy(await textWriter(format, table, terminal.pour));
  return writeWhole(target, async (path) => {
    if (format === "parquet") return copy(parquetWriter(table.columns, path));
    const descriptor = openSync(path, "wx");
    try {
      return await copy(await textWriter(format, table, fileText(descriptor)));
    } finally {
      closeSync(descriptor);
    }
  });
}

/** Text to a file by way of one buffer: one a batch would wait in memory for the garbage collector. */
function fileText(descriptor: number): Pour {
  let buffer = Buffer.alloc(0);
  return async (text) => {
    if (buffer.length < text.length * 3) buffer = Buffer.allocUnsafe(text.length * 3);
    const length = buffer.write(text);
    for (let at = 0; at < length; ) at += writeSync(descriptor, buffer, at, length - at);
    return true;
  };
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
): Promise<number | null> {
  let rows = 0;
  for (const batch of batches()) {
    await unlessAborted(signal);
    if (!(await writer.write(batch))) return null;
    rows += batch.rows;
  }
  await writer.finish();
  return rows;
}
