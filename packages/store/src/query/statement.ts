import type { Database, Statement } from "better-sqlite3";
import { StoreError } from "../store-error.ts";
import { LEADING_SPACE } from "./text.ts";

/**
 * Prepares one statement that only reads. That it does is decided by SQLite: the connection is read-only, so that
 * nothing can be written or attached to be written, and the compiled statement says of itself that it neither
 * changes the database nor is anything else than a query. Extensions are off, and there are no functions with
 * side effects.
 *
 * @throws StoreError - if it is something else
 */
export function prepareQuery(database: Database, sql: string): Statement {
  const first = /^\w*/.exec(sql.replace(LEADING_SPACE, ""))?.[0] ?? "";
  if (!["select", "with"].includes(first.toLowerCase())) {
    throw new StoreError(
      `query: only SELECT and WITH read a store, got ${first === "" ? "no statement" : first.toUpperCase()}`,
    );
  }
  const statement: Statement = database.prepare(sql);
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
