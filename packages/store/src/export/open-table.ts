import type { Database } from "better-sqlite3";
import { openViews } from "../views/views.ts";
import { historyTable, lossTable, updateRatioTable } from "./step-tables.ts";
import type { Batch, ExportScope, ExportTable } from "./table.ts";
import { viewTable } from "./view-table.ts";

/** Every table that can be exported: the history, a row a step, and the views. */
export const EXPORT_TABLES: readonly string[] = ["history", ...openViews.map(({ name }) => name)];

type OpenTable = (database: Database, scope: ExportScope) => ExportTable;

const OF_STEPS: Readonly<Record<string, OpenTable>> = {
  history: historyTable,
  loss: lossTable,
  update_ratio: updateRatioTable,
};

/** One of EXPORT_TABLES, read in one transaction. */
export function openTable(database: Database, name: string, scope: ExportScope): ExportTable {
  const open = Object.hasOwn(OF_STEPS, name) ? OF_STEPS[name] : undefined;
  const { columns, batches } = open?.(database, scope) ?? viewTable(database, name, scope);
  return { columns, batches: () => atOneMoment(database, batches) };
}

function* atOneMoment(database: Database, batches: () => Iterable<Batch>): Iterable<Batch> {
  database.exec("begin");
  try {
    yield* batches();
  } finally {
    database.exec("rollback");
  }
}
