/** Ways to print a comparison: tables under headings, or records. */
import type { ComparedRun, Comparison, Sensitivity } from "@ablate/store";
import { asLine, fittedTable, table, visible, wrapText } from "@ablate/text";
import type { Paint } from "../../command-line/terminal.ts";
import { jsonArray, ROW_FORMATS, type RowFormat, type Rows } from "../rows.ts";
import { tableStyle } from "../styles.ts";
import { differenceSections, effectSections } from "./differences.ts";
import { type PaperOptions, paperText } from "./paper.ts";
import type { ComparedPart } from "./part.ts";
import { linesOf, type RecordOptions, recordsOf } from "./records.ts";
import { isPaired, noFactorNote, revisionNotes, rowSection, type Section } from "./sections.ts";
import { sensitivityFields, sensitivityRecords, sensitivitySection } from "./sensitivity.ts";

type PrintOptions = RecordOptions &
  PaperOptions & {
    /** With `--within`, of each metric. */
    readonly sensitivities: readonly Sensitivity<ComparedRun>[];
    readonly width: number | null;
    readonly paint: Paint;
  };

type Print = (parts: readonly ComparedPart[], options: PrintOptions) => string;

export const COMPARISON_FORMATS: Readonly<Record<RowFormat, Print>> = {
  table: (parts, options) =>
    [
      ...parts.flatMap((part) => [...headings(part), ...fittedSections(part.comparison, options)]),
      ...options.sensitivities.map(sensitivitySection),
    ]
      .map(({ title, isRuled, columns, rows, styleOf, notes }) => {
        const { width, paint } = options;
        const style = tableStyle(paint, styleOf);
        const body = columns.length === 0 ? "" : fittedTable(columns, rows, width, style);
        const ruled = isRuled ? `── ${title}` : title;
        const head = title === "" ? "" : paragraph(ruled, width, (line) => paint("bold", line));
        return `${head}${body}${notes.map((note) => paragraph(note, width)).join("")}`;
      })
      .join("\n"),
  json: (parts, options) =>
    jsonArray([
      ...parts.flatMap(({ within, comparison }) => {
        const setting = within === null ? null : { [within.key]: within.value };
        return recordsOf(comparison, options).map((one) => ({ ...one, within: setting }));
      }),
      ...options.sensitivities.flatMap(sensitivityRecords),
    ]),
  csv: (parts, options) =>
    ROW_FORMATS.csv(
      joined(
        parts.map(({ within, comparison }) => {
          const { columns, rows } = linesOf(comparison, options);
          if (within === null) return { columns, rows };
          const spreads = options.sensitivities.map((one) => sensitivityFields(one, within));
          return {
            columns: ["within", ...columns, ...spreads.flatMap((one) => one.columns)],
            rows: rows.map((row) => [
              ...[within.field, ...row],
              ...spreads.flatMap(({ fields }) => fields),
            ]),
          };
        }),
      ),
    ),
  markdown: (parts, options) =>
    [
      ...parts.flatMap((part) => [...headings(part), ...sectionsOf(part.comparison, options)]),
      ...options.sensitivities.map(sensitivitySection),
    ]
      .map(({ title, columns, rows, notes }) =>
        [
          title === "" ? "" : asLine(`**${title}**`),
          columns.length === 0
            ? ""
            : ROW_FORMATS.markdown({ columns: columns.map((one) => one.title), rows }),
          ...notes.map((note) => asLine(note.replace(/^\*/, "\\*"))),
        ]
          .filter((part) => part !== "")
          .join("\n"),
      )
      .join("\n"),
  latex: (parts, options) => paperText("latex", parts, options),
  html: (parts, options) => paperText("html", parts, options),
  typst: (parts, options) => paperText("typst", parts, options),
};

/** Says of which runs the sections that follow are. */
function headings({ within }: ComparedPart): readonly Section[] {
  if (within === null) return [];
  return [{ title: `within ${within.key} ${within.text}`, columns: [], rows: [], notes: [] }];
}

/** Joins tables below each other; a column that one does not have is empty there. */
function joined(tables: readonly Rows[]): Rows {
  const columns = [...new Set(tables.flatMap((one) => one.columns))];
  const rows = tables.flatMap((one) => {
    const places = columns.map((column) => one.columns.indexOf(column));
    return one.rows.map((row) => places.map((place) => (place < 0 ? null : row[place])));
  });
  return { columns, rows };
}

function sectionsOf(
  comparison: Comparison,
  { isByKey, effectsOnly, isAsked }: RecordOptions,
  isBrief = false,
): readonly Section[] {
  const effects = effectSections(comparison, isBrief);
  if (effectsOnly) {
    const notes = [
      ...(effects.length > 0 ? [] : [noFactorNote(comparison)]),
      ...revisionNotes(comparison),
    ];
    return notes.length === 0 ? effects : [...effects, { title: "", columns: [], rows: [], notes }];
  }
  const hasDifferences = !isByKey && isPaired(comparison);
  const differences = hasDifferences ? differenceSections(comparison, isBrief) : [];
  return [rowSection(comparison, { isByKey, isAsked }), ...differences, ...effects];
}

/** Returns the sections, each in brief where it does not fit into this terminal whole. */
function fittedSections(
  comparison: Comparison,
  { width, ...options }: PrintOptions,
): readonly Section[] {
  const brief = sectionsOf(comparison, options, true);
  return sectionsOf(comparison, options).map((section, i) => {
    const shorter = brief[i] ?? section;
    const isList = !isTable(shorter, width) && (width ?? 0) >= WIDE_LIST;
    return isList || fitsTable(section, width) ? section : shorter;
  });
}

/** From this width on a list shows the longest verdict whole. */
const WIDE_LIST = 60;

/** Whether a section is a table with nothing cut. */
function fitsTable({ columns, rows }: Section, width: number | null): boolean {
  return width === null || fittedTable(columns, rows, width) === table(columns, rows);
}

/** Whether a section is a table at all, not a list for each row. */
function isTable({ columns, rows }: Section, width: number | null): boolean {
  return !fittedTable(columns, rows, width).startsWith("row 1\n");
}

/** Breaks a sentence into lines that a terminal of this width shows whole. */
function paragraph(
  text: string,
  width: number | null,
  styled: (line: string) => string = (line) => line,
): string {
  const shown = visible(text);
  const lines = width === null ? [shown] : wrapText(shown, width);
  return lines.map((line) => `${styled(line)}\n`).join("");
}
