/** A table in HTML, to stand within a page. */
import { markupText, UNKNOWN, visible } from "@ablate/text";
import { measuredText, type PaperCell, type PaperColumn, type PaperTable } from "./table.ts";

const RIGHT = ' style="text-align: right; font-variant-numeric: tabular-nums"';
const LEFT = ' style="text-align: left"';

/** Writes a table as one element. */
export function htmlTable({ columns, groups, caption, label }: PaperTable): string {
  const head = columns.map(({ title, kind }) => {
    return `<th scope="col"${kind === "text" ? LEFT : RIGHT}>${htmlText(title)}</th>`;
  });
  const bodies = groups.flatMap(({ title, rows }) => [
    "<tbody>",
    ...(title === null
      ? []
      : [
          `<tr><th scope="rowgroup" colspan="${columns.length}"${LEFT}>${htmlText(title)}</th></tr>`,
        ]),
    ...rows.map((row) => `<tr>${row.map((cell, i) => cellOf(cell, columns[i])).join("")}</tr>`),
    "</tbody>",
  ]);
  const lines = [
    caption === null ? "<table>" : `<table id="tab-${label}">`,
    ...(caption === null ? [] : [`<caption>${htmlText(caption)}</caption>`]),
    `<thead><tr>${head.join("")}</tr></thead>`,
    ...bodies,
    "</table>",
  ];
  return `${lines.join("\n")}\n`;
}

function cellOf(cell: PaperCell, column: PaperColumn | undefined): string {
  const style = column?.kind === "text" ? "" : RIGHT;
  return `<td${style}>${cellText(cell)}</td>`;
}

function cellText(cell: PaperCell): string {
  if (typeof cell === "string") return cell === UNKNOWN ? "–" : htmlText(cell);
  const text = measuredText(cell, (power) => `10<sup>${power}</sup>`);
  return cell.isBold ? `<strong>${text}</strong>` : text;
}

function htmlText(text: string): string {
  return markupText(visible(text));
}
