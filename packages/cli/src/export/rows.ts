/** Rows of a table as CSV, JSON lines or Parquet, written in bounded memory. */
import { closeSync, openSync, writeSync } from "node:fs";
import type { Batch, Cells, ExportColumn, ExportTable } from "@ablate/store";
import { csvField, csvRow, visibleJson } from "@ablate/text";
import { fileWriter, ParquetWriter } from "hyparquet-writer";
import { unlessAborted } from "../command-line/interrupt.ts";
import type { Terminal } from "../command-line/terminal.ts";
import { type FileTarget, writeWhole } from "./whole-files.ts";

export type RowsFormat = "csv" | "jsonl" | "parquet";

type Destination = {
  readonly format: RowsFormat;
  /** null: stdout. */
  readonly target: FileTarget | null;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
};

/** Takes a table's rows batch by batch. */
interface RowWriter {
  /** Returns whether it takes more: false once its reader has gone away. */
  write(batch: Batch): Promise<boolean>;
  finish(): Promise<void>;
}

/** Writes text; resolves with false once nobody reads it. */
type Pour = (text: string) => Promise<boolean>;

/** Writes every row of a table; returns how many there were, null where its reader went away. */
export async function exportRows(
  table: ExportTable,
  { format, target, terminal, signal }: Destination,
): Promise<number | null> {
  const copy = async (writer: RowWriter): Promise<number | null> => {
    let rows = 0;
    for (const batch of table.batches()) {
      await unlessAborted(signal);
      if (!(await writer.write(batch))) return null;
      rows += batch.rows;
    }
    await writer.finish();
    return rows;
  };
  if (target === null) return copy(await textWriter(format, table.columns, terminal.pour));
  return writeWhole(target, async (path) => {
    if (format === "parquet") return copy(parquetWriter(table.columns, path));
    const descriptor = openSync(path, "wx");
    try {
      return await copy(await textWriter(format, table.columns, fileText(descriptor)));
    } finally {
      closeSync(descriptor);
    }
  });
}

/** Makes a function that writes to a file by way of one buffer: one a batch would wait for the garbage collector. */
function fileText(descriptor: number): Pour {
  let buffer = Buffer.alloc(0);
  return async (text) => {
    if (buffer.length < text.length * 3) buffer = Buffer.allocUnsafe(text.length * 3);
    const length = buffer.write(text);
    for (let at = 0; at < length; ) at += writeSync(descriptor, buffer, at, length - at);
    return true;
  };
}

/**
 * Writes rows as text. CSV is RFC 4180: a header, quotes where needed, `\r\n`; null is nothing, numbers have every
 * digit. JSON lines are one object each; an infinity is the text `"Infinity"`, as everywhere in our JSON.
 */
async function textWriter(
  format: RowsFormat,
  columns: readonly ExportColumn[],
  pour: Pour,
): Promise<RowWriter> {
  const isCsv = format === "csv";
  if (isCsv) await pour(csvRow(columns.map(({ name }) => name)));
  const [first, cell, end] = isCsv
    ? (["", csvCell, "\r\n"] as const)
    : (["{", jsonCell, "}\n"] as const);
  const before = columns.map(({ name }, i) => {
    const key = isCsv ? "" : `${visibleJson(name)}:`;
    return (i === 0 ? first : ",") + key;
  });
  return {
    write: ({ rows, columns: cells }) => {
      let text = "";
      for (let row = 0; row < rows; row++) {
        for (const [i, start] of before.entries()) text += start + cell(valueAt(cells[i], row));
        text += end;
      }
      return pour(text);
    },
    finish: async () => {},
  };
}

type Value = string | number | boolean | null;

function valueAt(cells: Cells | undefined, row: number): Value {
  const value = cells?.[row] ?? null;
  return Number.isNaN(value) ? null : value;
}

function csvCell(value: Value): string {
  if (value === null) return "";
  return typeof value === "string" ? csvField(value) : String(value);
}

function jsonCell(value: Value): string {
  if (typeof value !== "number") return visibleJson(value);
  return Number.isFinite(value) ? String(value) : `"${value}"`;
}

type Schema = ConstructorParameters<typeof ParquetWriter>[0]["schema"];
type Source = Parameters<ParquetWriter["write"]>[0]["columnData"][number];

/** Rows of a row group: readers skip and parallelise by it, and one is in memory at a time. */
const GROUP_ROWS = 65_536;

const PHYSICAL = {
  text: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  boolean: { type: "BOOLEAN" },
  integer: { type: "INT64" },
  float32: { type: "FLOAT" },
  float64: { type: "DOUBLE" },
} as const satisfies Readonly<Record<ExportColumn["type"], Partial<Schema[number]>>>;

/** Writes Apache Parquet with snappy; numbers have the types of the columns, null is null. */
function parquetWriter(columns: readonly ExportColumn[], path: string): RowWriter {
  const elements = columns.map(({ name, type }): Schema[number] => ({
    name,
    repetition_type: "OPTIONAL",
    ...PHYSICAL[type],
  }));
  const parquet = new ParquetWriter({
    writer: fileWriter(path),
    schema: [{ name: "rows", num_children: columns.length }, ...elements],
    createdBy: "ablate",
  });
  const group = columns.map(({ name, type }) => ({
    name,
    ...(type === "text" || type === "boolean" ? plainCells() : numberCells(type)),
  }));
  let count = 0;
  const flush = async (): Promise<void> => {
    if (count === 0) return;
    const columnData = group.map(({ name, source }) => ({ name, ...source(count) }));
    await parquet.write({ columnData, rowGroupSize: count });
    count = 0;
  };
  return {
    write: async ({ rows, columns: cells }) => {
      if (count + rows > GROUP_ROWS) await flush();
      for (const [i, column] of group.entries()) column.put(cells[i] ?? [], rows, count);
      count += rows;
      return true;
    },
    finish: async () => {
      await flush();
      await parquet.finish();
    },
  };
}

/** The cells of a column in the open row group. */
type GroupCells = {
  readonly put: (cells: Cells, rows: number, at: number) => void;
  readonly source: (rows: number) => Pick<Source, "data" | "encoding">;
};

function numberCells(type: Exclude<ExportColumn["type"], "text" | "boolean">): GroupCells {
  const values = type === "float32" ? new Float32Array(GROUP_ROWS) : new Float64Array(GROUP_ROWS);
  return {
    put: (cells, rows, at) => {
      if (cells instanceof Float64Array) values.set(cells.subarray(0, rows), at);
    },
    source: (rows) => {
      const given = values.subarray(0, rows);
      const hasNull = given.some(Number.isNaN);
      if (type === "integer") {
        const data = hasNull ? nullable(given, BigInt) : BigInt64Array.from(given, BigInt);
        return { data, encoding: "DELTA_BINARY_PACKED" };
      }
      // Floats hardly ever repeat: looking for a dictionary would take longer than writing them.
      return { data: hasNull ? nullable(given, Number) : given, encoding: "PLAIN" };
    },
  };
}

function plainCells(): GroupCells {
  const values: Exclude<Value, number>[] = [];
  return {
    put: (cells, rows, at) => {
      for (let i = 0; i < rows; i++) {
        const cell = cells[i] ?? null;
        values[at + i] = typeof cell === "number" ? null : cell;
      }
    },
    source: (rows) => ({ data: values.slice(0, rows) }),
  };
}

function nullable<T>(values: Iterable<number>, convert: (value: number) => T): (T | null)[] {
  return Array.from(values, (value) => (Number.isNaN(value) ? null : convert(value)));
}
