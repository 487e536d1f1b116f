/** Explains what is wrong with a query, and where. */
import SqliteDatabase, { type Database } from "better-sqlite3";

export type QueryMistake = {
  /** SQLite's own words. */
  readonly message: string;
  /** The characters of the query that are wrong, from 0; null where that is not known. */
  readonly at: { readonly start: number; readonly length: number } | null;
  /** The unknown name, and the names that exist. */
  readonly unknown: { readonly name: string; readonly known: readonly string[] } | null;
};

/** Explains an error of SQLite; returns null for one that is no mistake in the query. */
export function explain(error: unknown, sql: string, database: Database): QueryMistake | null {
  if (!isMistake(error)) return null;
  const message = error.message.replace(/ - should this be a string literal .*$/, "");
  const [, kind, name] = /^no such (table|column|function): "?(.+?)"?$/.exec(message) ?? [];
  if (kind !== undefined && name !== undefined) {
    const known = knownNames(kind, codeOnly(sql), database);
    const own = kind === "column" ? (name.split(".").at(-1) ?? name) : name;
    return { message, at: placeOf(sql, name), unknown: { name: own, known } };
  }
  const [, near] = /^near "([\s\S]+)": syntax error$/.exec(message) ?? [];
  if (near !== undefined) return { message, at: syntaxError(sql, near, database), unknown: null };
  if (message === "incomplete input") {
    return { message, at: { start: sql.trimEnd().length, length: 1 }, unknown: null };
  }
  const [, token] =
    /^(?:unrecognized token: "|ambiguous column name: |misuse of aggregate: )(.+?)[("]*\)?"?$/.exec(
      message,
    ) ?? [];
  return { message, at: token === undefined ? null : placeOf(sql, token), unknown: null };
}

/** Recognises SQLite's own errors, and better-sqlite3's about parameters and a second statement. */
export function isMistake(error: unknown): error is Error {
  return (
    error instanceof SqliteDatabase.SqliteError ||
    error instanceof RangeError ||
    error instanceof TypeError
  );
}

function placeOf(sql: string, name: string): QueryMistake["at"] {
  const start = findWord(codeOnly(sql), name);
  return start < 0 ? null : { start, length: name.length };
}

/** Finds the first place of the token at which SQLite stops, whatever comes after it. */
function syntaxError(sql: string, token: string, database: Database): QueryMistake["at"] {
  const code = codeOnly(sql);
  for (let at = findWord(code, token); at >= 0; at = findWord(code, token, at + 1)) {
    if (stopsAt(sql.slice(0, at + token.length), token, database)) {
      return { start: at, length: token.length };
    }
  }
  return null;
}

function stopsAt(sql: string, token: string, database: Database): boolean {
  try {
    database.prepare(sql);
    return false;
  } catch (error) {
    return error instanceof Error && error.message === `near "${token}": syntax error`;
  }
}

const NAMES =
  "from pragma_table_list where name not glob 'sqlite_*' and name not glob 'kept_*' group by name";
const VIEWS = `select name ${NAMES} having max(type = 'view')`;
const TABLES = `select name ${NAMES} order by max(type = 'view') desc`;
const FUNCTIONS = "select distinct name from pragma_function_list";
const COLUMNS = "select name from pragma_table_info(?)";

function knownNames(kind: string, code: string, database: Database): readonly string[] {
  const names = (sql: string, ...params: readonly string[]): string[] =>
    database
      .prepare(sql)
      .pluck()
      .all(...params)
      .map(String);
  if (kind === "table") return names(TABLES);
  if (kind === "function") return names(FUNCTIONS);
  const named = names(TABLES).filter((table) => findWord(code, table) >= 0);
  const columns = (named.length > 0 ? named : names(VIEWS)).flatMap((table) =>
    names(COLUMNS, table),
  );
  return [...new Set(columns)];
}

const NO_CODE = /'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g;

/** Returns the SQL with spaces in place of quoted text and comments, so that places stay the same. */
function codeOnly(sql: string): string {
  return sql.replace(NO_CODE, (text) => text.replace(/[^\n]/g, " "));
}

/** Returns where a word stands by itself in the code; -1 if nowhere. */
function findWord(code: string, word: string, from = 0): number {
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const [before, after] = [/^\w/.test(word) ? "(?<!\\w)" : "", /\w$/.test(word) ? "(?!\\w)" : ""];
  const pattern = new RegExp(`${before}${escaped}${after}`, "gi");
  pattern.lastIndex = from;
  return pattern.exec(code)?.index ?? -1;
}
