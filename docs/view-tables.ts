/**
 * The tables of docs/sql.md and docs/json.md that say what views have, from the declarations of their
 * columns. They stand between `<!-- views -->`, or `<!-- keys: VIEW VIEW[] -->`, and `<!-- end -->`.
 */
import { SCHEMA, type SchemaView } from "../packages/store/src/index.ts";

type SchemaColumn = SchemaView["columns"][number];

/** Returns the page with its tables of views made anew. */
export function withViews(page: string): string {
  const regions = /(<!-- (views|keys: [^>]*) -->\n)[\s\S]*?(<!-- end -->)/g;
  if (page.search(regions) < 0) throw new RangeError("the page has no table of views");
  return page.replace(regions, (_, start: string, what: string, end: string) => {
    const text = what === "views" ? viewTable() : keyTable(what.slice("keys: ".length).split(" "));
    return `${start}\n${text}\n\n${end}`;
  });
}

/** Lists every view with its columns, and their units where those are more than steps. */
function viewTable(): string {
  const named = ({ name, unit }: SchemaColumn): string =>
    unit === null || unit === "steps" ? name : `${name} (${unit})`;
  const rows = SCHEMA.map(({ name, about, columns }) => {
    return [`\`${name}\``, about, columns.map(named).join(", ")];
  });
  return table(["view", "a row is", "columns"], rows);
}

const JSON_TYPES: Readonly<Record<SchemaColumn["type"], string>> = {
  text: "text",
  integer: "whole number",
  real: "number",
};

/** Lists the columns of views as JSON keys; `VIEW[]` is a list of its rows without `run`. */
function keyTable(names: readonly string[]): string {
  const rows = names.flatMap((wanted) => {
    const name = wanted.replace("[]", "");
    const view = SCHEMA.find((one) => one.name === name);
    if (view === undefined) throw new RangeError(`there is no view ${name}`);
    const isList = wanted !== name;
    const columns = view.columns.filter((column) => !isList || column.name !== "run");
    return columns.map((column) => keyRow(isList ? `${wanted}.` : "", column));
  });
  return table(["key", "type", "unit", "null"], rows);
}

function keyRow(prefix: string, { name, type, unit, meaning, nulls }: SchemaColumn): string[] {
  const isJson = unit === "JSON";
  const said = [...(unit === null || isJson ? [] : [unit]), meaning].join("; ");
  return [`\`${prefix}${name}\``, isJson ? "JSON text" : JSON_TYPES[type], said, nulls ?? "never"];
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(titles), `|${titles.map(() => "---|").join("")}`, ...rows.map(line)].join("\n");
}
