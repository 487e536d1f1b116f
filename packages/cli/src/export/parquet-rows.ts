import type { Cells, ExportColumn } from "@ablate/store";
import { fileWriter, ParquetWriter } from "hyparquet-writer";
import type { RowWriter } from "./row-writer.ts";

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
  let group: Cells[][] = [];
  let count = 0;
  const flush = async (): Promise<void> => {
    if (count === 0) return;
    const columnData = columns.map((column, i) =>
      sourceOf(
        column,
        group.map((cells) => cells[i] ?? []),
        count,
      ),
    );
    group = [];
    await parquet.write({ columnData, rowGroupSize: count });
    count = 0;
  };
  return {
    write: async ({ rows, columns: cells }) => {
      group.push([...cells]);
      count += rows;
      if (count >= GROUP_ROWS) await flush();
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

/** Floats hardly ever repeat: looking for a dictionary of them would take longer than writing them. */
function sourceOf({ name, type }: ExportColumn, parts: readonly Cells[], rows: number): Source {
  if (type === "text") return { name, data: parts.flatMap((cells) => [...cells]) };
  const values = type === "float32" ? new Float32Array(rows) : new Float64Array(rows);
  let at = 0;
  for (const cells of parts) {
    if (cells instanceof Float64Array) values.set(cells, at);
    at += cells.length;
  }
  const hasNull = values.some(Number.isNaN);
  if (type === "integer") {
    const data = hasNull
      ? Array.from(values, (value) => (Number.isNaN(value) ? null : BigInt(value)))
      : BigInt64Array.from(values, BigInt);
    return { name, data, encoding: "DELTA_BINARY_PACKED" };
  }
  const data = hasNull
    ? Array.from(values, (value) => (Number.isNaN(value) ? null : value))
    : values;
  return { name, data, encoding: "PLAIN" };
}
