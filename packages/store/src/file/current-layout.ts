/** Reads a store in the layout of this version, whatever its file holds, without writing to it. */
import SqliteDatabase, { type Database } from "better-sqlite3";
import { ADDED_COLUMNS, CURRENT_VERSION, migrateTables, versionOf } from "../migrations/migrate.ts";
import { createView, views } from "../views/views.ts";
import { Statements } from "./statements.ts";
import { StoreError } from "./store-error.ts";

/** What stands in for a table of the file: an empty one, or a view that adds columns to it. */
type StandIn = { readonly kind: "table" | "view"; readonly name: string; readonly sql: string };

/**
 * Lays the current views over those of the file, which are never run, and stand-ins over what an
 * older store lacks, all of it temporary.
 *
 * @returns what takes the stand-ins away once another process has migrated the store
 */
export function layCurrent(database: Database): () => void {
  database.pragma("temp_store = MEMORY");
  let standIns = versionOf(database) < CURRENT_VERSION ? standInsFor(database) : [];
  for (const { sql } of standIns) database.exec(sql);
  for (const view of views) database.exec(createView(view, "temp"));
  return () => {
    if (standIns.length === 0 || versionOf(database) < CURRENT_VERSION) return;
    for (const { kind, name } of standIns) database.exec(`drop ${kind} temp."${name}"`);
    standIns = [];
  };
}

/** Refuses a file in which something else than a table has the name of one: to read it would run it. */
export function refuseDisguised(database: Database, path: string): void {
  const own = new Set(views.map(({ name }) => name));
  const found = new Statements(database).values<string>(
    "select name from main.sqlite_schema where type = 'view' or type = 'table' and rootpage = 0",
  );
  const others = found.filter((name) => !own.has(name));
  if (others.length === 0) return;
  const tables = new Set(currentTables().keys());
  const disguised = others.find((name) => tables.has(name.toLowerCase()));
  if (disguised === undefined) return;
  throw new StoreError(
    `${path} is not an ablate store: its ${disguised} is no table; name another file with --store`,
  );
}

function standInsFor(database: Database): StandIn[] {
  return [...currentTables()].flatMap(([table, { create, columns }]): StandIn[] => {
    const there = new Set(columnsOf(database, table));
    if (there.size === 0) return [{ kind: "table", name: table, sql: create }];
    const missing = columns.filter((column) => !there.has(column));
    if (missing.length === 0) return [];
    const added = missing.map((column) => {
      const { fill = null } =
        ADDED_COLUMNS.find((one) => one.table === table && one.name === column) ?? {};
      return `${fill ?? "null"} as "${column}"`;
    });
    const sql = `create temp view "${table}" as select *, ${added.join(", ")} from main."${table}"`;
    return [{ kind: "view", name: table, sql }];
  });
}

type Table = { readonly create: string; readonly columns: readonly string[] };

/** Makes every table of this version in memory and returns them by name. */
function currentTables(): ReadonlyMap<string, Table> {
  const database = new SqliteDatabase(":memory:");
  try {
    migrateTables(database);
    const tables = new Statements(database).rows<{ readonly name: string; readonly sql: string }>(
      "select name, sql from sqlite_schema where type = 'table' and name not glob 'sqlite_*'",
    );
    return new Map(
      tables.map(({ name, sql }) => {
        const create = sql.replace("CREATE TABLE", "create temp table");
        return [name, { create, columns: columnsOf(database, name) }];
      }),
    );
  } finally {
    database.close();
  }
}

function columnsOf(database: Database, table: string): string[] {
  return new Statements(database).values("select name from pragma_table_info(?, 'main')", table);
}
