/** What may be asked of a store, and mistakes in what was asked. */
import { resolve } from "node:path";
import {
  nearHint,
  QueryError,
  type QueryMistake,
  queryStore,
  readWhole,
  SCHEMA,
  type SchemaView,
  STDIN_FILE,
  streamQuery,
  UnfitFileError,
} from "@ablate/store";
import { asLine, closest, systemReason, table } from "@ablate/text";
import type { Command, Invocation } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { FORMAT_OPTION, READING_OPTIONS, rowFormat } from "../command-line/options.ts";
import type { Paint, Terminal } from "../command-line/terminal.ts";
import { linesOf, problemText } from "../print/problems.ts";
import {
  isStreamed,
  jsonArray,
  ROW_FORMATS,
  ROW_STREAMS,
  type RowFormat,
  type RowStream,
} from "../print/rows.ts";
import { tableStyle } from "../print/styles.ts";
import { existingStore } from "../store/open.ts";

const DEFAULT_LIMIT = 1000;
const DEFAULT_TIMEOUT_MS = 30_000;

export const command: Command = {
  about:
    "Runs one SELECT or WITH statement on the views of the store; `-` reads it from standard input. It cannot write. Output stops after 1,000 rows, with a notice, and a query after 30 seconds; --limit and --timeout change that.",
  options: {
    ...READING_OPTIONS,
    format: FORMAT_OPTION,
    limit: { value: "N", help: "print at most N rows (default 1000), 0 for all" },
    timeout: { value: "D", help: "stop after this time (default 30s), 0 for never" },
    file: { value: "PATH", help: "read the SQL from a file" },
    "explain-schema": { help: "describe every view and its columns" },
  },
  examples: [
    ['ablate query "select run, valid_loss from runs"', "every run's validation loss"],
    ['ablate query "select * from evals" --format csv', "all evaluations for a spreadsheet"],
    [
      'ablate query "select * from effects" --format latex',
      "a table for a paper; also typst, html",
    ],
    [
      "echo 'select run from runs' > best.sql && ablate query --file best.sql --limit 0",
      "from a file, every row",
    ],
    ["echo 'select * from effects' | ablate query -", "from a pipe"],
    ["ablate query --explain-schema", "list the views and their columns"],
  ],
  see: ["docs/sql.md", "ablate export"],
  run: async (invocation) => {
    const { flags, terminal } = invocation;
    const format = rowFormat(flags);
    if (flags.has("explain-schema")) {
      terminal.write(format === "json" ? jsonArray(SCHEMA) : schemaPage(SCHEMA, terminal.paint));
      return 0;
    }
    const limit = flags.count("limit") ?? DEFAULT_LIMIT;
    const isEndless = flags.text("timeout") === "0";
    const timeoutMs = isEndless ? 0 : (flags.durationMs("timeout") ?? DEFAULT_TIMEOUT_MS);
    const path = existingStore(invocation);
    const sql = sqlOf(invocation);
    try {
      const { isCut, notice } = await printed(path, sql, { format, limit, timeoutMs, terminal });
      if (notice !== null) terminal.warn(asLine(`ablate: ${notice}`));
      for (const note of internalTables(sql)) terminal.warn(asLine(`ablate: ${note}`));
      if (isCut) {
        terminal.warn(
          asLine(`ablate: the first ${limit} rows; --limit N gives more, --limit 0 all`),
        );
      }
      return 0;
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      terminal.warn(`${mistakeText(sql, error.mistake, terminal.paintWarning)}\n`);
      return 2;
    }
  },
};

/** Names the tables of a query that are no views, with the view that is meant, if any. */
function internalTables(sql: string): readonly string[] {
  const plain = sql.replace(/'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\//g, " ");
  const named = [...plain.matchAll(/\b(?:from|join)\s+["`[]?(\w+)(?!\w|\s*\()/gi)];
  const ours = [
    ...plain.matchAll(
      /["`]?(\w+)["`]?\s*(?:\([^()]*\)\s*)?as\s+(?:(?:not\s+)?materialized\s+)?\(/gi,
    ),
  ];
  const views = SCHEMA.map(({ name }) => name);
  const known = new Set([...views, ...ours.map(([, name = ""]) => name)].map(lower));
  const tables = new Set(
    named.map(([, name = ""]) => lower(name)).filter((name) => !known.has(name)),
  );
  return [...tables]
    .filter((name) => !/^(?:sqlite|pragma|json)_/.test(name))
    .map((name) => {
      const view = closest(name, views);
      const hint =
        view === null ? "`ablate query --explain-schema` lists the views" : `the view is ${view}`;
      return `${name} is an internal table, which may change with any version; ${hint}`;
    });
}

function lower(name: string): string {
  return name.toLowerCase();
}

type Printing = {
  readonly format: RowFormat;
  readonly limit: number;
  readonly timeoutMs: number;
  readonly terminal: Terminal;
};

/** Prints the rows, as they come where the format has no need of all of them. */
async function printed(
  path: string,
  sql: string,
  { format, terminal, ...limits }: Printing,
): ReturnType<typeof streamQuery> {
  if (!isStreamed(format)) {
    const answer = await queryStore(path, sql, limits);
    terminal.write(
      ROW_FORMATS[format](answer, {
        width: terminal.outputColumns(),
        style: tableStyle(terminal.paint),
      }),
    );
    return answer;
  }
  let stream: RowStream | undefined;
  const end = await streamQuery(path, sql, {
    ...limits,
    take: (rows, columns) => {
      stream ??= ROW_STREAMS[format](columns);
      return terminal.pour(stream.piece(rows));
    },
  });
  await terminal.pour(stream?.end() ?? "");
  return end;
}

/** Reads the SQL on the command line, in a file, or for `-` on stdin. */
function sqlOf({ flags, terminal }: Invocation): string {
  const [sql, ...more] = flags.rest;
  const file = flags.text("file");
  if (file !== undefined) {
    if (sql !== undefined) throw new UsageError("give the SQL or --file, not both");
    return textOf(resolve(terminal.folder, file), file);
  }
  if (sql === undefined) {
    throw new UsageError('SQL is missing; usage: ablate query "select ...", or - or --file PATH');
  }
  if (more.length > 0)
    throw new UsageError(`put the SQL in quotes: ablate query "${flags.rest.join(" ")}"`);
  return sql === "-" ? textOf(STDIN_FILE, "stdin") : sql;
}

/** @param shown - what the user calls the file */
function textOf(file: string | typeof STDIN_FILE, shown: string): string {
  try {
    return new TextDecoder().decode(readWhole(file));
  } catch (error) {
    if (error instanceof UnfitFileError) throw new UsageError(`query: ${shown} ${error.message}`);
    if (file === STDIN_FILE || systemReason(error) === undefined) throw error;
    throw new UsageError(`query: ${shown}: ${systemReason(error)}${nearHint(file)}`);
  }
}

/** Describes every view under its name, a column per line. */
function schemaPage(views: readonly SchemaView[], paint: Paint): string {
  const pages = views.map(({ name, about, columns }) => {
    const rows = columns.map((column) => [
      column.name,
      column.type,
      column.unit ?? "",
      column.nulls === null ? column.meaning : `${column.meaning}; NULL: ${column.nulls}`,
    ]);
    const text = table(["column", "type", "unit", "meaning"], rows, tableStyle(paint));
    return `${paint("bold", name)}: ${about}\n${text.replace(/^(?=.)/gm, "  ")}`;
  });
  return pages.join("\n");
}

/** Says what is wrong with a query, with its place in the text. */
function mistakeText(sql: string, mistake: QueryMistake, paint: Paint): string {
  const { at } = mistake;
  const before = at === null ? null : sql.slice(0, at.start).split(/\r\n|\r|\n/);
  const line = before?.length ?? null;
  const col = before === null ? null : (before.at(-1)?.length ?? 0) + 1;
  const source = "query";
  const problem = { source, line, col, message: sentence(mistake) };
  return problemText(problem, linesOf(new Map([[source, sql]])), paint);
}

/** Returns the only name that a word begins, as `valid` does `valid_loss`. */
function beginning(word: string, names: readonly string[]): string | null {
  const [only, ...others] = new Set(names.filter((name) => name.startsWith(`${lower(word)}_`)));
  return only === undefined || others.length > 0 ? null : only;
}

function sentence({ message, unknown }: QueryMistake): string {
  if (/^incomplete input/.test(message)) return "the statement is not complete";
  if (/more than one statement/i.test(message))
    return "more than one statement; give one at a time";
  if (message === "not authorized") return "extensions cannot be loaded here";
  if (/parameter|bind/i.test(message)) return "a ? or :name needs a value; write the value itself";
  if (unknown === null) return message;
  const { name } = unknown;
  const isTable = message.startsWith("no such table");
  const known = isTable ? SCHEMA.map((view) => view.name) : unknown.known; // no table that is ours alone
  const guess = closest(name, known) ?? (isTable ? null : beginning(name, known));
  if (guess?.toLowerCase() === name.toLowerCase()) return `${message}; FROM does not name it`;
  if (guess !== null) return `${message}; did you mean ${guess}?`;
  return message.endsWith('"')
    ? `${message}; text stands in single quotes`
    : `${message}; \`ablate query --explain-schema\` lists all`;
}
