import type { Database } from "better-sqlite3";
import { StoreError } from "../store-error.ts";
import { columnType } from "./column-types.ts";
import {
  BATCH_ROWS,
  type Batch,
  type Cells,
  type ExportColumn,
  type ExportScope,
  type ExportTable,
} from "./table.ts";

/** A view as a table, with those of its rows that belong to the runs, or to the grid itself. */
export function viewTable(database: Database, view: string, scope: ExportScope): ExportTable {
  const names = database.prepare(`select * from "${view}" limit 0`).columns();
  const columns = names.map(({ name }) => ({ name, type: columnType(view, name) }));
  const has = (name: string) => columns.some((column) => column.name === name);
  if (!has("run") && scope.grid === null) {
    throw new StoreError(`${view} has rows of grids only; name a grid`);
  }
  return {
    columns,
    batches: () => batchesOf(columns, rowsOf(database, { view, columns, has, scope })),
  };
}

type Row = readonly (string | number | null)[];

function* batchesOf(columns: readonly ExportColumn[], rows: Iterable<Row>): Iterable<Batch> {
  let some: Row[] = [];
  for (const row of rows) {
    some.push(row);
    if (some.length < BATCH_ROWS) continue;
    yield batchOf(columns, some);
    some = [];
  }
  if (some.length > 0) yield batchOf(columns, some);
}

function batchOf(columns: readonly ExportColumn[], rows: readonly Row[]): Batch {
  const cells = columns.map(
    ({ type }, i): Cells =>
      type === "text"
        ? rows.map((row) => textOf(row[i]))
        : Float64Array.from(rows, (row) => Number(row[i] ?? Number.NaN)),
  );
  return { rows: rows.length, columns: cells };
}

function textOf(value: string | number | null | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}

type Selection = {
  readonly view: string;
  readonly columns: readonly ExportColumn[];
  readonly has: (column: string) => boolean;
  readonly scope: ExportScope;
};

/** The label that a run of the view `runs` has in the grid that was asked for, not in its first. */
const LABEL = `(select gr.label from grid_run gr join grid g on g.id = gr.grid_id
  join run r on r.id = gr.run_id where g.name = @grid and r.name = run)`;

function* rowsOf(database: Database, { view, columns, has, scope }: Selection): Iterable<Row> {
  const { runs, grid } = scope;
  const asMember = view === "runs" && grid !== null;
  const selected = columns.map(({ name }) => {
    if (asMember && name === "grid") return "@grid";
    return asMember && name === "label" ? LABEL : `"${name}"`;
  });
  const select = (condition: string) =>
    database
      .prepare<[{ run: string; grid: string | null }], Row>(
        `select ${selected.join(", ")} from "${view}" where ${condition}`,
      )
      .raw();

  if (grid !== null && has("grid") && !asMember) {
    const ofGrid = select(`"grid" = @grid${has("run") ? " and run is null" : ""}`);
    yield* ofGrid.iterate({ run: "", grid });
  }
  if (!has("run")) return;
  const inGrid = view === "grid_runs" && grid !== null ? ` and "grid" = @grid` : "";
  const ofRun = select(`run = @run${inGrid}`);
  for (const run of runs) yield* ofRun.iterate({ run, grid });
}
