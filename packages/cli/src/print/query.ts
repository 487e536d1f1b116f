/** What may be asked of a store, and mistakes in what was asked. */
import type { Problem } from "@ablate/runner";
import type { QueryMistake, SchemaView } from "@ablate/store";
import { closest, table } from "@ablate/text";

/** Describes every view under its name, a column per line. */
export function schemaPage(views: readonly SchemaView[]): string {
  const pages = views.map(({ name, about, columns }) => {
    const rows = columns.map((column) => [
      column.name,
      column.type,
      column.unit ?? "",
      column.nulls === null ? column.meaning : `${column.meaning}; NULL: ${column.nulls}`,
    ]);
    const text = table(["column", "type", "unit", "meaning"], rows);
    return `${name}: ${about}\n${text.replace(/^(?=.)/gm, "  ")}`;
  });
  return pages.join("\n");
}

/** What the SQL is called in front of a place in it. */
const SOURCE = "query";

/** Makes a problem with its place in the text of a mistake in a query. */
export function queryProblem(
  sql: string,
  mistake: QueryMistake,
): { readonly problem: Problem; readonly sources: ReadonlyMap<string, string> } {
  const before = sql.slice(0, mistake.at?.start ?? 0).split(/\r\n|\r|\n/);
  const isPlaced = mistake.at !== null;
  return {
    problem: {
      source: SOURCE,
      line: isPlaced ? before.length : null,
      col: isPlaced ? (before.at(-1)?.length ?? 0) + 1 : null,
      message: sentence(mistake),
    },
    sources: new Map([[SOURCE, sql]]),
  };
}

function sentence({ message, unknown }: QueryMistake): string {
  if (/^incomplete input/.test(message)) return "the statement is not complete";
  if (/more than one statement/i.test(message))
    return "more than one statement; give one at a time";
  if (message === "not authorized") return "extensions cannot be loaded here";
  if (/parameter|bind/i.test(message)) return "a ? or :name needs a value; write the value itself";
  if (unknown === null) return message;
  const { name, known } = unknown;
  const guess = closest(name, known);
  if (guess?.toLowerCase() === name.toLowerCase()) return `${message}; FROM does not name it`;
  if (guess !== null) return `${message}; did you mean ${guess}?`;
  return message.endsWith('"')
    ? `${message}; text stands in single quotes`
    : `${message}; \`ablate query --explain-schema\` lists all`;
}
