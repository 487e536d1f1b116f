import type { Statements } from "../file/statements.ts";
import { StoreError } from "../file/store-error.ts";
import type { View } from "../views/view.ts";
import { VIEWS } from "../views/views.ts";
import { metricsTable } from "./metric-tables.ts";
import { withSettings } from "./runs-table.ts";
import { historyTable, lossTable, updateRatioTable } from "./step-tables.ts";
import {
  BATCH_ROWS,
  type Batch,
  type Cells,
  type ExportColumn,
  type ExportScope,
  type ExportTable,
  exportColumns,
} from "./table.ts";

/** Every table that can be exported: the history, a row per step, and the views. */
export const EXPORT_TABLES: readonly string[] = ["history", ...VIEWS.map(({ name }) => name)];

type OpenTable = (sql: Statements, scope: ExportScope) => ExportTable;

const OPENERS: Readonly<Record<string, OpenTable>> = {
  history: historyTable,
  loss: lossTable,
  update_ratio: updateRatioTable,
  metrics: metricsTable,
  runs: (sql, scope) => withSettings(sql, scope, viewTable(sql, "runs", scope)),
};

/** Opens one of EXPORT_TABLES, which is read in one transaction. */
export function openTable(sql: Statements, name: string, scope: ExportScope): ExportTable {
  const open = Object.hasOwn(OPENERS, name) ? OPENERS[name] : undefined;
  const { columns, batches } = open?.(sql, scope) ?? viewTable(sql, name, scope);
  return { columns, batches: () => atOneMoment(sql, batches) };
}

function* atOneMoment(sql: Statements, batches: () => Iterable<Batch>): Iterable<Batch> {
  sql.database.exec("begin");
  try {
    yield* batches();
  } finally {
    sql.database.exec("rollback");
  }
}

/** Opens a view as a table, with those of its rows that belong to the runs, or to the grid itself. */
function viewTable(sql: Statements, name: string, scope: ExportScope): ExportTable {
  const view = VIEWS.find((one) => one.name === name);
  if (view === undefined) throw new RangeError(`there is no view ${name}`);
  if (!("run" in view.columns) && scope.grid === null) {
    throw new StoreError(`${name} has rows of grids only; name a grid`);
  }
  const columns = exportColumns(view).map((column): ExportColumn => {
    const hasDigits = view.columns[column.name]?.[2]?.hasDigits === true;
    return hasDigits && hasText(sql, view, column) ? { ...column, type: "text" } : column;
  });
  return { columns, batches: () => batchesOf(columns, rowsOf(sql, view, scope)) };
}

/** Whether a column of numbers holds one that is written as text. */
function hasText(sql: Statements, { name }: View, column: ExportColumn): boolean {
  const text = `select exists (select 1 from "${name}" where typeof("${column.name}") = 'text')`;
  return sql.value<number>(text) === 1;
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

/** SQL of the label that a run has in the grid that was asked for, which may not be its first. */
const LABEL = `(select gr.label from grid_run gr join grid g on g.id = gr.grid_id
  join run r on r.id = gr.run_id where g.name = @grid and r.name = run)`;

/** SQL of whether that grid still has the run. */
const PLAN = '(select gr.plan from grid_runs gr where gr."grid" = @grid and gr.run = "runs".run)';

function* rowsOf(
  sql: Statements,
  { name: view, columns }: View,
  { runs, grid }: ExportScope,
): Iterable<Row> {
  const hasRuns = "run" in columns;
  const asMember = view === "runs" && grid !== null;
  const selected = Object.keys(columns).map((name) => {
    if (asMember && name === "grid") return "@grid";
    if (asMember && name === "plan") return PLAN;
    return asMember && name === "label" ? LABEL : `"${name}"`;
  });
  const select = (condition: string, run: string): Iterable<Row> =>
    sql.stream(`select ${selected.join(", ")} from "${view}" where ${condition}`, { run, grid });

  if (grid !== null && "grid" in columns && !asMember) {
    yield* select(`"grid" = @grid${hasRuns ? " and run is null" : ""}`, "");
  }
  if (!hasRuns) return;
  const inGrid = view === "grid_runs" && grid !== null ? ` and "grid" = @grid` : "";
  for (const run of runs) yield* select(`run = @run${inGrid}`, run);
}
