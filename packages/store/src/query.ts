import SqliteDatabase, { type Database, type Statement } from "better-sqlite3";
import type { QueryResult } from "./contract.ts";
import { StoreError } from "./store-error.ts";

/** What may stand before the first word: space and comments. */
const LEADING = /^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/;

/** Runs one statement that only reads. */
export function runQuery(
  database: Database,
  sql: string,
  params: readonly unknown[] = [],
): QueryResult {
  const first = /^\w*/.exec(sql.replace(LEADING, ""))?.[0] ?? "";
  if (!["select", "with"].includes(first.toLowerCase())) {
    throw new StoreError(
      `query: only SELECT and WITH read a store, got ${first === "" ? "no statement" : first.toUpperCase()}`,
    );
  }
  try {
    const statement: Statement = database.prepare(sql);
    if (!statement.reader || !statement.readonly) {
      throw new StoreError("query: the statement would write; only SELECT and WITH read a store");
    }
    const columns = statement.columns().map(({ name }) => name);
    return { columns, rows: rowsOf(statement, params) };
  } catch (error) {
    if (isMistake(error)) throw new StoreError(`query: ${error.message}`, { cause: error });
    throw error;
  }
}

function rowsOf(statement: Statement, params: readonly unknown[]): unknown[][] {
  const rows: unknown[][] = [];
  for (const row of statement.raw().iterate(...params)) if (Array.isArray(row)) rows.push(row);
  return rows;
}

/** SQLite's own errors, and better-sqlite3's about parameters and a second statement. */
function isMistake(error: unknown): error is Error {
  return (
    error instanceof SqliteDatabase.SqliteError ||
    error instanceof RangeError ||
    error instanceof TypeError
  );
}
