/** What a file may have beside the tables of a store: text that SQLite would run as SQL when it is read or written. */
import type { Database } from "better-sqlite3";
import { createView, views } from "../views/views.ts";
import { currentTables } from "./own-tables.ts";

type SchemaObject = {
  readonly type: "table" | "index" | "view" | "trigger";
  readonly name: string;
  readonly table: string;
  /** null: an index that a constraint of its table makes. */
  readonly sql: string | null;
  readonly rootpage: number;
};

/** Names an object as messages do: `the trigger x`. */
export type Foreign = Pick<SchemaObject, "type" | "name">;

/** Returns the tables that are none: virtual ones, views in the place of a table, tables that compute. */
export function disguisedTables(database: Database): Foreign[] {
  const isOwn = (name: string): boolean => currentTables().has(name.toLowerCase());
  const ownViews = new Set(views.map(({ name }) => name));
  return objectsOf(database).filter(({ type, name, sql, rootpage }) => {
    if (type === "view") return !ownViews.has(name) && isOwn(name);
    if (type !== "table") return false;
    return rootpage === 0 || ((callsIn(sql ?? "") || computes(database, name)) && isOwn(name));
  });
}

/** Returns what would run SQL of the file whenever something is written: triggers, and indices that compute. */
export function foreignRules(database: Database): Foreign[] {
  const own = new Set(
    [...currentTables().values()].flatMap(({ indices }) => indices.map(squeezed)),
  );
  return objectsOf(database).filter(
    ({ type, sql }) =>
      type === "trigger" ||
      (type === "index" && sql !== null && !own.has(squeezed(sql)) && !PLAIN_INDEX.test(sql)),
  );
}

/** Drops what would run SQL of the file; returns what that was. */
export function dropForeignRules(database: Database): Foreign[] {
  const found = foreignRules(database);
  for (const { type, name } of found) database.exec(`drop ${type} main.${quoted(name)}`);
  return found;
}

/** Returns views of ours that the file lacks or has another text of. */
export function foreignViews(database: Database): { missing: string[]; different: string[] } {
  const texts = new Map(
    objectsOf(database).flatMap(({ type, name, sql }) =>
      type === "view" ? [[name, sql?.replace(/^CREATE VIEW/, "create view")] as const] : [],
    ),
  );
  return {
    missing: views.flatMap(({ name }) => (texts.has(name) ? [] : [name])),
    different: views.flatMap((view) =>
      [undefined, createView(view)].includes(texts.get(view.name)) ? [] : [view.name],
    ),
  };
}

/** Returns tables, views and indices that are not ours and do nothing unless somebody asks for them. */
export function extraObjects(database: Database): Foreign[] {
  const own = currentTables();
  const ownViews = new Set(views.map(({ name }) => name));
  return objectsOf(database).filter(({ type, name }) => {
    if (type === "table") return !own.has(name.toLowerCase()) && !/^sqlite_/i.test(name);
    return type === "view" && !ownViews.has(name);
  });
}

function objectsOf(database: Database): SchemaObject[] {
  return database
    .prepare<[], SchemaObject>(
      `select type, name, tbl_name as "table", sql, rootpage from main.sqlite_schema`,
    )
    .all();
}

/** Says whether a table has a column that is an expression. */
function computes(database: Database, table: string): boolean {
  const hidden = "select 1 from pragma_table_xinfo(?, 'main') where hidden in (2, 3)";
  return database.prepare(hidden).get(table) !== undefined;
}

/** An index over columns, which nothing has to be computed for. */
const PLAIN_INDEX =
  /^create index (?:if not exists )?["\w]+ on ["\w]+ ?\( ?"?\w+"?(?: asc| desc)?(?: ?, ?"?\w+"?(?: asc| desc)?)* ?\)$/i;

/** What stands before a parenthesis in a table that computes nothing. */
const BEFORE_LISTS: ReadonlySet<string> = new Set(["key", "unique", "check", "in"]);

const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?\*\/|\w+|\S/g;

/** Says whether the text of a table calls functions, in its checks and defaults. */
function callsIn(sql: string): boolean {
  const tokens = (sql.match(TOKEN) ?? []).filter((token) => !/^(?:--|\/\*)/.test(token));
  const first = tokens.indexOf("(");
  return tokens.some((token, i) => {
    if (i <= first || tokens[i + 1] !== "(") return false;
    if (tokens[i - 1]?.toLowerCase() === "references") return false;
    return /^[\w"`[]/.test(token) && !BEFORE_LISTS.has(token.toLowerCase());
  });
}

function squeezed(sql: string): string {
  return sql.replace(/\s+/g, " ").trim().toLowerCase();
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
