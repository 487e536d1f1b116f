import type { Database, Statement } from "better-sqlite3";
import { StoreError } from "../file/store-error.ts";
import type { QueryResult } from "../reading/history.ts";
import { isMistake } from "./mistake.ts";

type Query = Statement<unknown[], unknown[]>;

/** Space and comments, which may stand before the first word. */
const LEADING_SPACE: RegExp = /^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/;

/**
 * Prepares one statement that only reads. SQLite decides that it does: the connection is read-only, so nothing can
 * be written or attached for writing, and the compiled statement reports that it is a query and changes nothing.
 * Extensions are off, and no function has side effects.
 *
 * @throws StoreError - if it is something else
 */
export function prepareQuery(database: Database, sql: string): Query {
  const first = /^\w*/.exec(sql.replace(LEADING_SPACE, ""))?.[0] ?? "";
  if (!["select", "with"].includes(first.toLowerCase())) {
    throw new StoreError(
      `query: only SELECT and WITH read a store, got ${first === "" ? "no statement" : first.toUpperCase()}`,
    );
  }
  const statement: Query = database.prepare(sql);
  if (!database.readonly || !statement.reader || !statement.readonly) {
    throw new StoreError("query: the statement would write; only SELECT and WITH read a store");
  }
  return statement;
}

/** Makes sure that not even temporary tables are written, and that views call nothing but harmless functions. */
export function harden(database: Database): void {
  database.pragma("query_only = on");
  database.pragma("trusted_schema = off");
}

/** Runs one statement that only reads. */
export function runQuery(
  database: Database,
  sql: string,
  params: readonly unknown[] = [],
): QueryResult {
  try {
    const statement = prepareQuery(database, sql);
    const columns = statement.columns().map(({ name }) => name);
    return { columns, rows: statement.raw().all(...params) };
  } catch (error) {
    if (isMistake(error)) throw new StoreError(`query: ${error.message}`, { cause: error });
    throw error;
  }
}
