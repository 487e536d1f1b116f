/** The axes of a chart with their labels. */
import { fitLine, type Line, piece } from "../text/line.ts";
import { cellAt, NARROW, position, ticks, valueLabels, valueTicks } from "./scale.ts";
import type { ChartSpec } from "./spec.ts";

/** Cells of the value labels, with the axis. */
export const LABEL_CELLS = 8;

/** Draws the labels of the y axis, one line a row. */
export function valueAxis({ y, guides }: ChartSpec, rows: number): Line[] {
  const values = valueTicks(y, Math.max(3, Math.floor(rows / 2.5)));
  const isWide = y.log && y.high / y.low >= NARROW;
  // Decades need decimals of their own.
  const texts = isWide ? values.flatMap((value) => valueLabels([value])) : valueLabels(values);
  const rowOf = (value: number) => cellAt(1 - position(y, value), rows);
  const labels = new Map<number | null, { readonly text: string; readonly joint: string }>([
    ...values.map((value, i) => [rowOf(value), { text: texts[i] ?? "", joint: "┤" }] as const),
    ...guides.map(
      ({ value }) => [rowOf(value), { text: guideLabel(value, texts), joint: "┼" }] as const,
    ),
  ]);
  return Array.from({ length: rows }, (_, row) => {
    const { text, joint } = labels.get(row) ?? { text: "", joint: "│" };
    // Part of a number would be another number.
    const label = text.length > LABEL_CELLS - 2 ? "" : text;
    return [piece(`${label.padStart(LABEL_CELLS - 2)} ${joint}`, "muted")];
  });
}

/** Writes the place of a guide in two decimals, more where a tick is at that number. */
function guideLabel(value: number, ticks: readonly string[]): string {
  const write = (decimals: number) => String(Number(value.toFixed(decimals))).replace("-", "−");
  const isTick = (text: string) => ticks.some((one) => Number(one) === Number(text));
  const short = write(2);
  return isTick(short) && Number(short) !== value ? write(3) : short;
}

/** Draws the x axis with its labels in it. */
export function stepAxis({ x, xLabel, columns }: ChartSpec, plotColumns: number): Line {
  const labels = ticks(x, Math.max(2, Math.floor(plotColumns / 16))).map((value) => {
    const text = xLabel(value);
    const centre = cellAt(position(x, value), plotColumns) ?? 0;
    const start = Math.max(0, centre - Math.floor(text.length / 2));
    return { text, start: Math.min(start, plotColumns - text.length) };
  });
  const said = labels.filter(({ text }) => text !== "");
  const rule = labelledRule(plotColumns, said, 2);
  return fitLine([piece(`${" ".repeat(LABEL_CELLS - 1)}└${rule}`, "muted")], columns);
}

/** Writes a rule of so many cells with labels in it, without those that would come too near to the one before. */
export function labelledRule(
  length: number,
  labels: readonly { readonly text: string; readonly start: number }[],
  gap: number,
): string {
  const cells = Array.from({ length }, () => "─");
  let free = 0;
  for (const { text, start } of labels) {
    if (start < free) continue;
    for (const [i, char] of [...text].entries()) cells[start + i] = char;
    free = start + text.length + gap;
  }
  return cells.join("");
}
