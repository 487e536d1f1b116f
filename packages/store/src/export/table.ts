/** A table that is exported: typed columns, and rows in batches. */
import type { View } from "../views/view.ts";

/** The type of a column; `float32` numbers are exactly the trained ones. Every column but `run` may have nulls. */
export type ColumnType = "text" | "boolean" | "integer" | "float32" | "float64";

export type ExportColumn = { readonly name: string; readonly type: ColumnType };

/** The cells of a column: numbers, with NaN for null, or texts or booleans. */
export type Cells = Float64Array | readonly (string | boolean | null)[];

/** Returns the columns of a view with the types by which they are exported. */
export function exportColumns({ columns }: View): ExportColumn[] {
  return Object.entries(columns).map(([name, [type, , notes]]) => {
    if (type !== "real") return { name, type };
    return { name, type: notes?.isFloat32 === true ? "float32" : "float64" };
  });
}

/** Some rows as columns of at least `rows` cells. The next batch reuses their memory. */
export type Batch = { readonly rows: number; readonly columns: readonly Cells[] };

export type ExportTable = {
  readonly columns: readonly ExportColumn[];
  /** Yields all rows as they are when the first is read, without what is written meanwhile. */
  readonly batches: () => Iterable<Batch>;
};

/** The runs whose rows are exported, in this order, and the grid that was asked for. */
export type ExportScope = { readonly runs: readonly string[]; readonly grid: string | null };

/** How many rows a batch has. */
export const BATCH_ROWS = 1024;
