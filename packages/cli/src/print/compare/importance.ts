/** Prints how much each factor decides. */
import { type Importance, importanceWords } from "@ablate/store";
import { asLine, fittedTable, percent, visible, wrapText } from "@ablate/text";
import type { Paint } from "../../command-line/terminal.ts";
import { jsonArray, ROW_FORMATS, type RowFormat, type Rows } from "../rows.ts";
import { keysText, number } from "./sections.ts";

type Print = (found: readonly Importance[], width: number | null, paint: Paint) => string;

const COLUMNS = [
  { title: "factor" },
  ...["values", "share"].map(number),
  { title: "95 % interval", isWhole: true },
  number("luck"),
];

/** Stands in the column of factors for what the model does not explain. */
const REST = "not additive";

export const IMPORTANCE_FORMATS: Readonly<Record<RowFormat, Print>> = {
  table: (found, width, paint) =>
    found
      .map((one) => {
        const wrap = (text: string) =>
          width === null ? [visible(text)] : wrapText(visible(text), width);
        const head = wrap(titleOf(one)).map((line) => `${paint("bold", line)}\n`);
        const notes = importanceWords(one).flatMap(wrap);
        const body = one.factors.length === 0 ? "" : fittedTable(COLUMNS, rowsOf(one), width);
        return `${head.join("")}${body}${notes.map((note) => `${note}\n`).join("")}`;
      })
      .join("\n"),
  json: (found) => jsonArray(found.flatMap(recordsOf)),
  csv: (found) => ROW_FORMATS.csv(linesOf(found)),
  latex: (found) => ROW_FORMATS.latex(linesOf(found)),
  html: (found) => ROW_FORMATS.html(linesOf(found)),
  typst: (found) => ROW_FORMATS.typst(linesOf(found)),
  markdown: (found) =>
    found
      .map((one) =>
        [
          asLine(`**${titleOf(one)}**`),
          one.factors.length === 0
            ? ""
            : ROW_FORMATS.markdown({
                columns: COLUMNS.map(({ title }) => title),
                rows: rowsOf(one),
              }),
          ...importanceWords(one).map(asLine),
        ]
          .filter((part) => part !== "")
          .join("\n"),
      )
      .join("\n"),
};

function titleOf({ metric, cells, seeds }: Importance): string {
  return `${metric.title}: share of the variance between ${cells.n} settings, means over ${seeds.n === 1 ? "one seed" : `${seeds.n} seeds`}, by an additive model`;
}

function rowsOf({ factors, rest }: Importance): readonly (readonly string[])[] {
  return [
    ...factors.map((one) => [keysText(one.factor.keys), String(one.values), ...shareTexts(one)]),
    [REST, "", ...shareTexts(rest)],
  ];
}

function shareTexts({ share, low, high, chance }: Importance["rest"]): readonly string[] {
  const interval = low === null || high === null ? "" : `${percent(low)} … ${percent(high)}`;
  return [percent(share), interval, chance === null ? "" : percent(chance)];
}

/** Makes a record of each factor, and one of what is not additive. */
function recordsOf(found: Importance) {
  const { metric, factors, rest, cells, seeds } = found;
  const all = [
    ...factors.map((one) => ({ ...one, name: one.factor.name })),
    ...(factors.length === 0 ? [] : [{ ...rest, name: REST, values: null }]),
  ];
  return all.map(({ name, values, share, low, high, chance }) => ({
    ...{ kind: "importance", metric: metric.name, factor: name, values, share, low, high },
    ...{ luck: chance, cells: cells.n, paired_seeds: seeds.n, sentences: importanceWords(found) },
  }));
}

/** Makes one table of all. */
function linesOf(found: readonly Importance[]): Rows {
  const names = ["metric", "factor", "values", "share", "low", "high", "luck", "cells"] as const;
  return {
    columns: [...names, "paired_seeds"],
    rows: found
      .flatMap(recordsOf)
      .map((one) => [...names.map((name) => one[name]), one.paired_seeds]),
  };
}
