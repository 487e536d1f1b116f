import type { SchemaView } from "@ablate/store";
import { table } from "@ablate/text";

/** Every view under its name, a column a line. */
export function schemaPage(views: readonly SchemaView[]): string {
  const pages = views.map(({ name, about, columns }) => {
    const rows = columns.map((column) => [
      column.name,
      column.type,
      column.unit ?? "",
      column.nulls === null ? column.meaning : `${column.meaning}; NULL: ${column.nulls}`,
    ]);
    const titles = ["column", "type", "unit", "meaning"].map((title) => ({ title }));
    return `${name}: ${about}\n${indented(table(titles, rows))}`;
  });
  return pages.join("\n");
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}
