/** Reads a store in the layout of this version, whatever its file holds, without writing to it. */
import type { Database } from "better-sqlite3";
import { ADDED_COLUMNS, ADDED_ROWS, CURRENT_VERSION, versionOf } from "../migrations/migrate.ts";
import { createView, damagedViews, views } from "../views/views.ts";
import { disguisedTables, foreignRules } from "./foreign-objects.ts";
import { columnsOf, currentTables } from "./own-tables.ts";
import { StoreError } from "./store-error.ts";

/** What stands in for a table of the file: an empty one, or a view of its rows or with more columns. */
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

/** Lays views of the runs that were set aside over those of the others, for the rest of a connection. */
export function layDamaged(database: Database): void {
  for (const view of damagedViews) {
    database.exec(`drop view temp."${view.name}"; ${createView(view, "temp")}`);
  }
}

/** Refuses a file that would run SQL of its own when a table of ours is read. */
export function refuseDisguised(database: Database, path: string): void {
  const [disguised] = disguisedTables(database);
  if (disguised === undefined) return;
  throw new StoreError(
    `${path} is not an ablate store: its ${disguised.name} is no table; name another file with --store`,
  );
}

/** Refuses to write to a file that would run SQL of its own with every write. */
export function refuseForeignRules(database: Database, path: string): void {
  const [rule, ...more] = foreignRules(database);
  if (rule === undefined) return;
  const others = more.length === 0 ? "" : ` and ${more.length} more`;
  throw new StoreError(
    `cannot write to ${path}: its ${rule.type} ${rule.name}${others} would run SQL that is not ablate's; \`ablate doctor --repair\` drops it, and reading goes without`,
  );
}

function standInsFor(database: Database): StandIn[] {
  return [...currentTables()].flatMap(([table, { create, columns }]): StandIn[] => {
    const there = new Set(columnsOf(database, table));
    if (there.size === 0) return [standInOf(table, create)];
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

/** Stands in for a table that the file lacks. */
function standInOf(name: string, create: string): StandIn {
  const rows = ADDED_ROWS.get(name);
  return rows === undefined
    ? { kind: "table", name, sql: create.replace("CREATE TABLE", "create temp table") }
    : { kind: "view", name, sql: `create temp view "${name}" as ${rows}` };
}
