/** One chart as lines of text: title, axes, the plot between them, and the names of its curves at its right. */
import { cutLine, fitLine, justify, type Line, lineWidth } from "../text/line.ts";
import { LABEL_CELLS, stepAxis, valueAxis } from "./axes.ts";
import { endLabels } from "./end-labels.ts";
import { drawPlot } from "./plot.ts";
import { dotsOf, type Glyphs } from "./raster.ts";
import type { ChartSpec } from "./spec.ts";

/** Counts the columns of dots that a chart of this width has for its curves. */
export function dotColumns(columns: number, glyphs: Glyphs): number {
  return Math.max(0, columns - LABEL_CELLS) * dotsOf(glyphs).across;
}

/** Cells of a note that says anything. */
const LEAST_NOTE = 8;

/** Draws a chart in exactly `rows` lines of `columns` cells. */
export function drawChart(spec: ChartSpec): Line[] {
  const { columns, rows, title, note, gutter = 0 } = spec;
  const plotRows = rows - 2;
  const plotColumns = columns - LABEL_CELLS - gutter;
  // The note gives way: what is beyond the axis has arrows, too.
  const room = columns - lineWidth(title) - 2;
  const head = justify(title, room < LEAST_NOTE ? [] : cutLine(note, room), columns);
  if (plotRows < 1 || plotColumns < 1)
    return Array.from({ length: rows }, (_, row) => (row === 0 ? head : fitLine([], columns)));
  const labels = valueAxis(spec, plotRows);
  const names = endLabels(spec, { columns: gutter, rows: plotRows });
  const body = drawPlot(spec, { columns: plotColumns, rows: plotRows }).map((drawn, row) => {
    const plotted = fitLine([...(labels[row] ?? []), ...drawn], columns - gutter);
    return fitLine([...plotted, ...(names[row] ?? [])], columns);
  });
  return [head, ...body, stepAxis(spec, plotColumns)];
}
