import type { Comparison } from "@ablate/store";
import { fittedTable, wrapText } from "@ablate/text";
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
        const said = (text: string): string => paragraph(text, options.width);
        return `${title === "" ? "" : said(title)}${body}${notes.map(said).join("")}`;
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

/** Breaks a sentence into lines that a terminal of this width shows whole. */
function paragraph(text: string, width: number | null): string {
  return `${(width === null ? [text] : wrapText(text, width)).join("\n")}\n`;
}
