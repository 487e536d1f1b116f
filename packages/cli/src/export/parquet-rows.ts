import type { Cells, ExportColumn } from "@ablate/store";
import { fileWriter, ParquetWriter } from "hyparquet-writer";
import type { RowWriter } from "./text-rows.ts";

type Schema = ConstructorParameters<typeof ParquetWriter>[0]["schema"];
type Source = Parameters<ParquetWriter["write"]>[0]["columnData"][number];

/** Rows of a row group: readers skip and parallelise by it, and one is in memory at a time. */
const GROUP_ROWS = 65_536;

/** Apache Parquet with snappy; numbers have the types of the columns, null is null. */
export function parquetWriter(columns: readonly ExportColumn[], path: string): RowWriter {
  const parquet = new ParquetWriter({
    writer: fileWriter(path),
    schema: schemaOf(columns),
    createdBy: "ablate",
  });
  const group = columns.map(({ name, type }) => ({ name, ...groupCells(type) }));
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

function schemaOf(columns: readonly ExportColumn[]): Schema {
  const elements = columns.map(({ name, type }): Schema[number] => ({
    name,
    repetition_type: "OPTIONAL",
    ...PHYSICAL[type],
  }));
  return [{ name: "rows", num_children: columns.length }, ...elements];
}

const PHYSICAL = {
  text: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  integer: { type: "INT64" },
  float32: { type: "FLOAT" },
  float64: { type: "DOUBLE" },
} as const satisfies Readonly<Record<ExportColumn["type"], Partial<Schema[number]>>>;

/** The cells of a column in the open row group. */
type GroupCells = {
  readonly put: (cells: Cells, rows: number, at: number) => void;
  readonly source: (rows: number) => Pick<Source, "data" | "encoding">;
};

function groupCells(type: ExportColumn["type"]): GroupCells {
  if (type === "text") return textCells();
  const values = type === "float32" ? new Float32Array(GROUP_ROWS) : new Float64Array(GROUP_ROWS);
  return {
    put: (cells, rows, at) => {
      if (cells instanceof Float64Array) values.set(cells.subarray(0, rows), at);
    },
    source: (rows) => {
      const given = values.subarray(0, rows);
      if (type === "integer") return { data: integers(given), encoding: "DELTA_BINARY_PACKED" };
      // Floats hardly ever repeat: looking for a dictionary would take longer than writing them.
      return {
        data: given.some(Number.isNaN) ? nullable(given, Number) : given,
        encoding: "PLAIN",
      };
    },
  };
}

function textCells(): GroupCells {
  const texts: (string | null)[] = [];
  return {
    put: (cells, rows, at) => {
      for (let i = 0; i < rows; i++) {
        const cell = cells[i];
        texts[at + i] = typeof cell === "string" ? cell : null;
      }
    },
    source: (rows) => ({ data: texts.slice(0, rows) }),
  };
}

function integers(values: Float32Array | Float64Array): Source["data"] {
  if (values.some(Number.isNaN)) return nullable(values, BigInt);
  return BigInt64Array.from(values, BigInt);
}

function nullable<T>(values: Iterable<number>, convert: (value: number) => T): (T | null)[] {
  return Array.from(values, (value) => (Number.isNaN(value) ? null : convert(value)));
}
