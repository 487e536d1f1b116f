import type { Database, Statement } from "better-sqlite3";
import type { QueryResult } from "../contract/history.ts";
import { StoreError } from "../store-error.ts";
import { isMistake } from "./mistake.ts";
import { prepareQuery } from "./statement.ts";

/** Runs one statement that only reads. */
export function runQuery(
  database: Database,
  sql: string,
  params: readonly unknown[] = [],
): QueryResult {
  try {
    const statement = prepareQuery(database, sql);
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
