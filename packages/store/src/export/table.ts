/** A table on its way out of the store: typed columns and rows in batches. */

/** `float32` numbers are exactly those that were trained; every column may have nulls but `run`. */
export type ColumnType = "text" | "integer" | "float32" | "float64";

export type ExportColumn = { readonly name: string; readonly type: ColumnType };

/** Cells of a column: numbers with NaN for null, or texts. */
export type Cells = Float64Array | readonly (string | null)[];

/** Some rows, column by column, each with `rows` cells or more; theirs is the memory of the next batch, too. */
export type Batch = { readonly rows: number; readonly columns: readonly Cells[] };

export type ExportTable = {
  readonly columns: readonly ExportColumn[];
  /** All rows, as they are when the first is read: what is written meanwhile is not in them. */
  readonly batches: () => Iterable<Batch>;
};

/** Whose rows: these runs, in this order, as members of a grid where one was asked for. */
export type ExportScope = { readonly runs: readonly string[]; readonly grid: string | null };

/** Rows of a batch. */
export const BATCH_ROWS = 1024;
