/** A table in Typst: a figure, whose texts are strings, in which nothing is markup. */
import { UNKNOWN, visible } from "@ablate/text";
import {
  linesOfTable,
  MOST_ON_PAGE,
  measuredText,
  type PaperCell,
  type PaperColumn,
  type PaperTable,
} from "./table.ts";

/** Writes a table as one figure; one that no page holds goes on over several. */
export function typstTable(table: PaperTable): string {
  const { columns, groups, caption, label } = table;
  const inset = caption === null ? "" : "  ";
  const rows = groups.flatMap(({ title, rows: own }, i) => [
    ...(i > 0 ? ["table.hline(stroke: 0.05em),"] : []),
    ...(title === null
      ? []
      : [`table.cell(colspan: ${columns.length}, align: left, ${typstText(title)}),`]),
    ...own.map((row) => `${row.map(cellText).join(", ")},`),
  ]);
  const lines = [
    `columns: ${columns.length},`,
    `align: (${columns.map(({ kind }) => `${alignOf(kind)},`).join(" ")}),`,
    "stroke: none,",
    "table.hline(),",
    `table.header(${columns.map(({ title }) => typstText(title)).join(", ")}),`,
    "table.hline(stroke: 0.05em),",
    ...rows,
    "table.hline(),",
  ].map((line) => `${inset}  ${line}\n`);
  if (caption === null) return `#table(\n${lines.join("")})\n`;
  const figure = [
    "#figure(\n",
    "  table(\n",
    ...lines,
    "  ),\n",
    `  caption: ${typstText(caption)},\n`,
    `) <tab-${label}>\n`,
  ].join("");
  return linesOfTable(table) > MOST_ON_PAGE
    ? `#[\n#show figure: set block(breakable: true)\n${figure}]\n`
    : figure;
}

function cellText(cell: PaperCell): string {
  if (typeof cell === "string") return typstText(cell === UNKNOWN ? "–" : cell);
  const text = measured(cell);
  return cell.isBold ? `strong(${text})` : text;
}

function measured(cell: Exclude<PaperCell, string>): string {
  const [text = "", power] = measuredText(cell, (own) => `10\n${own}`).split("\n");
  return power === undefined ? typstText(text) : `[#${typstText(text)}#super(${typstText(power)})]`;
}

function alignOf(kind: PaperColumn["kind"]): string {
  return kind === "text" ? "left" : "right";
}

function typstText(text: string): string {
  return `"${visible(text).replace(/[\\"]/g, "\\$&")}"`;
}
