import SqliteDatabase, { type Database } from "better-sqlite3";
import { migrateTables } from "../migrations/migrate.ts";
import { Statements } from "./statements.ts";

export type OwnTable = {
  /** The statement that makes it. */
  readonly create: string;
  readonly columns: readonly string[];
  /** The statements that make its indices. */
  readonly indices: readonly string[];
};

/** Makes every table of this version in memory, once, and returns them by name. */
export function currentTables(): ReadonlyMap<string, OwnTable> {
  known ??= readTables();
  return known;
}

let known: ReadonlyMap<string, OwnTable> | undefined;

type Made = { readonly name: string; readonly sql: string };

function readTables(): ReadonlyMap<string, OwnTable> {
  const database = new SqliteDatabase(":memory:");
  try {
    migrateTables(database);
    const sql = new Statements(database);
    const tables = sql.rows<Made>(
      "select name, sql from sqlite_schema where type = 'table' and name not glob 'sqlite_*'",
    );
    const indices =
      "select sql from sqlite_schema where tbl_name = ? and type = 'index' and sql is not null";
    return new Map(
      tables.map(({ name, sql: create }) => {
        const columns = columnsOf(database, name);
        return [name, { create, columns, indices: sql.values<string>(indices, name) }];
      }),
    );
  } finally {
    database.close();
  }
}

export function columnsOf(database: Database, table: string): string[] {
  return new Statements(database).values("select name from pragma_table_info(?, 'main')", table);
}
