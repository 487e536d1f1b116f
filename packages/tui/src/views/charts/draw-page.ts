/** The charts that are on the screen, in their grid. */
import { widthOf } from "@ablate/text";
import { sizeText } from "../../data/labels.ts";
import { panelName, panelOf } from "../../data/panels.ts";
import type { TableRow } from "../../data/table.ts";
import { seriesTitle, seriesValue } from "../../data/titles.ts";
import { beside, GAP, type Line, piece } from "../../text/line.ts";
import {
  endNames,
  nameInPanel,
  plotsOf,
  roomForNames,
  seriesBehindCharts,
} from "../chart-plots.ts";
import type { Plot } from "../plot-curves.ts";
import { type ChartCanvas, chartCanvas, drawPlots, placedAt } from "../plots.ts";
import { readAt } from "../readings.ts";
import type { Canvas, PlotPlace } from "../view.ts";
import { type ChartPage, pageOf } from "./chart-grid.ts";

type PageSpec = {
  readonly focus: number;
  readonly onTop: number;
  readonly legend: { readonly isBeside: boolean; readonly width: number; readonly rows: number };
};

/** Draws the charts that are on the screen, below the title. */
export function drawPage(
  canvas: Canvas,
  { focus, onTop, legend }: PageSpec,
): {
  readonly charting: ChartCanvas;
  readonly page: ChartPage;
  readonly gutter: number;
  readonly lines: readonly Line[];
  readonly places: readonly PlotPlace[];
  readonly plots: readonly Plot[];
} {
  const { scene, state, isPane } = canvas;
  const { metrics, chosen } = scene;
  const area = {
    columns: canvas.columns - (legend.isBeside ? legend.width + GAP : 0),
    rows: canvas.rows - 1 - legend.rows,
  };
  const all = state.isAlone ? metrics.slice(focus, focus + 1) : metrics;
  const at = state.isAlone ? 0 : focus;
  const page = pageOf({ metrics: all, area, focus: at, grid: state.settings.chartGrid });
  const { columns } = page;
  const names = chosen.length > 1 || isPane ? endNames(canvas, columns) : [];
  const gutter = gutterOf(canvas, page, names);
  const charting = chartCanvas(canvas, columns - gutter);
  const runs = chosen.flatMap(({ members }) => members);
  const shown = seriesBehindCharts(canvas, page.shown);
  const lines: Line[] = [];
  const places: PlotPlace[] = [];
  const plots: Plot[] = [];
  for (const row of page.lines) {
    if (row.heading !== null) lines.push([piece(row.heading, "accent")]);
    const drawn = row.series.map((series) => {
      const own = plotsOf(charting, { id: series, shown, onTop });
      const isPanel = panelName(series) !== null;
      const nameOf = (plot: Plot, i: number) => (isPanel ? shortEnough(plot, gutter) : names[i]);
      const named = own.map((plot, i) => ({
        ...plot,
        end: endOf(charting, plot, nameOf(plot, i)),
      }));
      plots.push(...own);
      return drawPlots(charting, named, {
        ...{ series, runs, gutter, box: { columns, rows: row.rows } },
        ...(isPanel ? { onTop: -1, title: panelTitle(series, chosen[onTop]) } : { onTop }),
        isFocused: page.shown.length > 1 && series === metrics[focus],
      });
    });
    for (const [i, one] of drawn.entries())
      places.push(...placedAt(one, { column: i * (columns + GAP), row: 1 + lines.length }));
    lines.push(...beside(drawn.map((one) => ({ lines: one.lines, width: columns }))));
  }
  return { charting, page, gutter, lines, places, plots };
}

/** Returns the cells at the right of charts: for the names of rows, and those of series in panels that are not too long. */
function gutterOf({ state, isPane }: Canvas, page: ChartPage, names: readonly string[]): number {
  const panels = page.shown.flatMap((id) => panelOf(state.settings.panels, id)?.series ?? []);
  const room = roomForNames(page.columns);
  const all = [...names, ...panels.map(nameInPanel).filter((name) => widthOf(name) <= room)];
  return all.length === 0 ? 0 : Math.max(...all.map(widthOf)) + 1 + (isPane ? VALUE : 0);
}

/** Says which series a panel shows of what. */
function panelTitle(id: string, row: TableRow | undefined): string {
  return row === undefined ? seriesTitle(id) : `${seriesTitle(id)} · ${row.title}${sizeText(row)}`;
}

/** Returns the name of a plot where it fits at the end of its curve. */
function shortEnough({ name }: Plot, gutter: number): string | undefined {
  return widthOf(name) < gutter ? name : undefined;
}

/** Cells of a value beside the name of a curve in a pane, which has no legend. */
const VALUE = 7;

/** Returns what stands at the end of a curve: its name, in a pane with its value. */
function endOf(charting: ChartCanvas, plot: Plot, name: string | undefined): string {
  if (name === undefined || !charting.isPane) return name ?? "";
  const value = readAt(charting, plot)?.smoothed.mean;
  return value === undefined
    ? name
    : `${name} ${seriesValue(plot.series, value).slice(0, VALUE - 1)}`;
}
