/** Curves of what is compared, where the table leaves room for them. */
import { widthOf } from "@ablate/text";
import { inColumns, type Line, shareOf } from "../../text/line.ts";
import { endNames, plotsOf } from "../chart-plots.ts";
import type { Plot } from "../plot-curves.ts";
import { type Box, chartCanvas, drawPlots } from "../plots.ts";
import type { Canvas } from "../view.ts";
import type { Comparison } from "./comparison.ts";

/** Cells and rows of a chart that is worth drawing. */
const LEAST_COLUMNS = 44;
const LEAST_ROWS = 8;
/** Rows of a chart that stands above another one. */
const GOOD_ROWS = 12;

/** Draws charts in a column beside the table; null where it leaves no room. */
export function chartsBeside(canvas: Canvas, comparison: Comparison, box: Box): Line[] | null {
  const { metrics } = canvas.scene;
  if (box.columns < LEAST_COLUMNS || box.rows < LEAST_ROWS || metrics.length === 0) return null;
  const many = Math.min(metrics.length, Math.max(1, Math.floor(box.rows / GOOD_ROWS)));
  const edge = (i: number) => Math.floor((i * box.rows) / many);
  const shown = metrics.slice(0, many);
  const { columns } = box;
  return shown.flatMap((series, i) =>
    chartOf(canvas, comparison, { series, shown, columns, rows: edge(i + 1) - edge(i) }),
  );
}

/** Draws charts in a row below the table; none where it leaves no room. */
export function chartsBelow(canvas: Canvas, comparison: Comparison, box: Box): Line[] {
  const { metrics } = canvas.scene;
  const rows = box.rows - 1;
  if (rows < LEAST_ROWS || box.columns < LEAST_COLUMNS || metrics.length === 0) return [];
  const fitting = Math.max(1, Math.floor(box.columns / LEAST_COLUMNS));
  const shown = metrics.slice(0, fitting);
  const columns = shareOf(box.columns, shown.length);
  return [
    [],
    ...inColumns(shown, box.columns, (series) =>
      chartOf(canvas, comparison, { series, shown, columns, rows }),
    ),
  ];
}

/** Draws a series of what is compared, that of the column under the cursor on top. */
function chartOf(
  canvas: Canvas,
  { current }: Comparison,
  { series, shown, ...box }: Box & { readonly series: string; readonly shown: readonly string[] },
): readonly Line[] {
  const { chosen } = canvas.scene;
  const names = endNames(canvas, box.columns);
  const gutter = names.length === 0 ? 0 : Math.max(...names.map(widthOf)) + 1;
  const charting = chartCanvas(canvas, box.columns - gutter);
  const at = chosen.findIndex(({ key }) => key === current?.key);
  const onTop = Math.max(0, at);
  const plots = plotsOf(charting, { id: series, shown, onTop });
  const named = plots.map((plot, i): Plot => ({ ...plot, end: names[i] ?? "" }));
  return drawPlots(charting, named, {
    ...{ series, box, gutter, onTop },
    runs: chosen.flatMap(({ members }) => members),
  }).lines;
}
