/** A table in LaTeX, by booktabs and siunitx; one that no page holds by longtable. */
import { UNKNOWN } from "@ablate/text";
import { latexText, ONLY_UNICODE } from "./latex-text.ts";
import {
  linesOfTable,
  MOST_ON_PAGE,
  type PaperCell,
  type PaperColumn,
  type PaperNumber,
  type PaperTable,
} from "./table.ts";

/** A column with what it takes: a number with an error is three, so that both stand by their decimal points. */
type Shape = {
  readonly spec: string;
  readonly span: number;
  readonly isNumeric: boolean;
};

/** Writes a table as one environment, with the packages that it needs in comments above it. */
export function latexTable(table: PaperTable): string {
  const isLong = linesOfTable(table) > MOST_ON_PAGE;
  const shapes = table.columns.map((column, i) => shapeOf(column, cellsOf(table, i)));
  const body = isLong ? longLines(table, shapes) : pageLines(table, shapes);
  const packages = ["booktabs", "siunitx", ...(isLong ? ["longtable"] : [])];
  const text = `${body.join("\n")}\n`;
  return `% in the preamble: \\usepackage{${packages.join(",")}}\n${unicodeLines(text)}${text}`;
}

function pageLines(table: PaperTable, shapes: readonly Shape[]): readonly string[] {
  return [
    String.raw`\begin{table}`,
    String.raw`\centering`,
    ...captionLines(table),
    `\\begin{tabular}{${specOf(shapes)}}`,
    String.raw`\toprule`,
    headLine(table, shapes),
    String.raw`\midrule`,
    ...bodyLines(table, shapes),
    String.raw`\bottomrule`,
    String.raw`\end{tabular}`,
    String.raw`\end{table}`,
  ];
}

function longLines(table: PaperTable, shapes: readonly Shape[]): readonly string[] {
  const head = [String.raw`\toprule`, headLine(table, shapes), String.raw`\midrule`];
  const [caption, ...label] = captionLines(table);
  return [
    `\\begin{longtable}{${specOf(shapes)}}`,
    ...(caption === undefined ? [] : [`${caption}${label.join("")}\\\\`]),
    ...head,
    String.raw`\endfirsthead`,
    ...head,
    String.raw`\endhead`,
    String.raw`\bottomrule`,
    String.raw`\endfoot`,
    ...bodyLines(table, shapes),
    String.raw`\end{longtable}`,
  ];
}

function captionLines({ caption, label }: PaperTable): readonly string[] {
  return caption === null ? [] : [`\\caption{${latexText(caption)}}`, `\\label{tab:${label}}`];
}

function headLine({ columns }: PaperTable, shapes: readonly Shape[]): string {
  const cells = columns.map(({ title, kind }, i) => {
    const text = latexText(title);
    const { span, isNumeric } = shapes[i] ?? TEXT;
    if (span > 1 || (kind === "number" && !isNumeric)) return spanning(span, "c", text);
    return isNumeric ? `{${text}}` : text;
  });
  return rowOf(cells);
}

function bodyLines({ groups }: PaperTable, shapes: readonly Shape[]): readonly string[] {
  const width = shapes.reduce((sum, { span }) => sum + span, 0);
  return groups.flatMap(({ title, rows }, i) => [
    ...(i > 0 ? [String.raw`\midrule`] : []),
    ...(title === null ? [] : [rowOf([spanning(width, "l", latexText(title))])]),
    ...rows.map((row) => rowOf(row.map((cell, k) => cellText(cell, shapes[k] ?? TEXT)))),
  ]);
}

function rowOf(cells: readonly string[]): string {
  return `${cells.join(" & ")} \\\\`;
}

function spanning(columns: number, align: string, text: string): string {
  return `\\multicolumn{${columns}}{${align}}{${text}}`;
}

function cellText(cell: PaperCell, { span, isNumeric }: Shape): string {
  if (typeof cell === "string") {
    const text = cell === UNKNOWN ? "--" : latexText(cell);
    if (span > 1) return spanning(span, "c", text);
    return isNumeric ? `{${text}}` : text;
  }
  const { mean, error, isBold } = cell;
  const bold = isBold ? String.raw`\bfseries ` : "";
  if (span === 1) return `${bold}${mean}`;
  return error === null ? `${bold}${mean} & &` : `${bold}${mean} & $\\pm$ & ${bold}${error}`;
}

const TEXT: Shape = { spec: "l", span: 1, isNumeric: false };

function shapeOf({ kind }: PaperColumn, cells: readonly PaperCell[]): Shape {
  if (kind === "text") return TEXT;
  const numbers = cells.filter((cell): cell is PaperNumber => typeof cell !== "string");
  if (numbers.length === 0) return { ...TEXT, spec: "r" };
  const spec = numberSpec(numbers.map(({ mean }) => mean));
  const errors = numbers.flatMap(({ error }) => error ?? []);
  if (errors.length === 0) return { spec, span: 1, isNumeric: true };
  return { spec: `${spec}@{\\,}c@{\\,}${numberSpec(errors)}`, span: 3, isNumeric: true };
}

function specOf(shapes: readonly Shape[]): string {
  return shapes.map(({ spec }) => spec).join("");
}

/** Returns the column of siunitx that holds all of these numbers. */
function numberSpec(numbers: readonly string[]): string {
  let [whole, decimals, power] = [0, 0, 0];
  let [minus, powerMinus] = ["", ""];
  for (const text of numbers) {
    const [, sign = "", before = "", after = "", powerSign = "", ten = ""] =
      NUMBER.exec(text) ?? [];
    whole = Math.max(whole, before.length);
    decimals = Math.max(decimals, after.length);
    power = Math.max(power, ten.length);
    minus ||= sign;
    powerMinus ||= powerSign;
  }
  const ofPower = power === 0 ? "" : `e${powerMinus}${power}`;
  return `S[table-format=${minus}${whole}.${decimals}${ofPower},detect-weight]`;
}

const NUMBER = /^(-?)(\d+)\.?(\d*)(?:e(-?)(\d+))?$/;

function cellsOf({ groups }: PaperTable, column: number): readonly PaperCell[] {
  return groups.flatMap(({ rows }) => rows.map((row) => row[column] ?? ""));
}

/** Defines what characters are shown by that only engines of Unicode have, where there are any. */
function unicodeLines(text: string): string {
  if (!text.includes(ONLY_UNICODE)) return "";
  return [
    "% pdfLaTeX shows some characters by their numbers; LuaLaTeX and XeLaTeX as they are, with a font that has them",
    `\\providecommand${ONLY_UNICODE}[2]{\\ifdefined\\Umathcode#1\\else#2\\fi}\n`,
  ].join("\n");
}
