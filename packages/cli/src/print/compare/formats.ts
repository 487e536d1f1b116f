import type { Comparison } from "@ablate/store";
import { fittedTable } from "../fitted-table.ts";
import { jsonArray, ROW_FORMATS, type RowFormat } from "../rows.ts";
import { csvRows, jsonRecords } from "./records.ts";
import { type SectionOptions, sectionsOf } from "./sections.ts";

type Print = (
  comparison: Comparison,
  options: SectionOptions & { readonly width: number | null },
) => string;

/** Ways to print a comparison, by name. */
export const COMPARISON_FORMATS: Readonly<Record<RowFormat, Print>> = {
  table: (comparison, options) =>
    sectionsOf(comparison, options)
      .map(({ title, columns, rows, notes }) => {
        const body = columns.length === 0 ? "" : fittedTable(columns, rows, options.width);
        return `${title === "" ? "" : `${title}\n`}${body}${notes.map((note) => `${note}\n`).join("")}`;
      })
      .join("\n"),
  json: (comparison, options) => jsonArray(jsonRecords(comparison, options)),
  csv: (comparison, options) => ROW_FORMATS.csv(csvRows(comparison, options)),
  markdown: (comparison, options) =>
    sectionsOf(comparison, options)
      .map(({ title, columns, rows, notes }) =>
        [
          title === "" ? "" : `**${title}**\n`,
          columns.length === 0
            ? ""
            : ROW_FORMATS.markdown({ columns: columns.map((one) => one.title), rows }),
          ...notes.map((note) => `${note.replace(/^\*/, "\\*")}\n`),
        ]
          .filter((part) => part !== "")
          .join("\n"),
      )
      .join("\n"),
};
