import type { Database } from "better-sqlite3";

/** The store that is copied from and the one that is written to. */
export type Files = { readonly from: Database; readonly to: Database };

export type Row = Readonly<Record<string, string | number | null>>;

/** Makes what inserts a row by the names of its columns and returns its number. */
export function inserter(
  database: Database,
  table: string,
  columns: readonly string[],
): (row: Row) => number {
  const quoted = columns.map((column) => `"${column}"`).join(", ");
  const insert = database.prepare(
    `insert into "${table}" (${quoted}) values (${columns.map(() => "?").join(", ")})`,
  );
  return (row) => Number(insert.run(columns.map((column) => row[column])).lastInsertRowid);
}

/** Makes what sets columns of a row. */
export function updater(
  database: Database,
  table: string,
  columns: readonly string[],
): (id: number, row: Row) => void {
  const set = columns.map((column) => `"${column}" = ?`).join(", ");
  const update = database.prepare(`update "${table}" set ${set} where id = ?`);
  return (id, row) => {
    update.run([...columns.map((column) => row[column]), id]);
  };
}
