import { LABEL_CELLS } from "../../chart/axes.ts";
import { BANDS } from "../../chart/trace.ts";
import { RECORDED_COLUMNS, recordedRows } from "../../data/recorded.ts";
import { CURVE_KEYS, pan } from "../../keys/curve-keys.ts";
import { toggleAlone } from "../../keys/move-keys.ts";
import { bind, bindBoth, hint, ROWS } from "../../keys/rows.ts";
import { choosing, TABLE_CHOOSERS, TABLE_KEYS } from "../../keys/table-keys.ts";
import { isHidden, nextGrid, soloCurve, toggleCurve } from "../../state/curves.ts";
import type { Scene } from "../../state/scene.ts";
import { adjusted, after, type State, say, show, wrap } from "../../state/state.ts";
import { beside, cutLine, GAP, justify, type Line, lineWidth, piece } from "../../text/line.ts";
import { plotsOf, seriesBehindCharts } from "../chart-plots.ts";
import { caption } from "../plot-words.ts";
import { type ChartCanvas, chartCanvas } from "../plots.ts";
import {
  type Canvas,
  type Context,
  type Drawn,
  emptyView,
  type Sheet,
  type View,
} from "../view.ts";
import type { ChartPage } from "./chart-grid.ts";
import { chartsPaper } from "./charts-paper.ts";
import { drawPage } from "./draw-page.ts";
import { type Entry, entriesOf, legendLines, legendWidth } from "./legend.ts";
import { SERIES } from "./series-chooser.ts";

export const chartsView: View = {
  name: "charts",
  title: "Charts",
  key: "2",
  help: "charts of the marked runs",
  draw: drawCharts,
  paper: chartsPaper,
  recorded: ({ chosen }) => chosen.flatMap(({ members }) => members),
  hints: ({ isAlone }, { metrics }) => [
    hint(ROWS.crosshair),
    hint(ROWS.zoomIn),
    hint(ROWS.mark, "hide"),
    hint(ROWS.choose, "charts"),
    hint(ROWS.enter, isAlone ? "all charts" : metrics.length > 1 ? "alone" : "open"),
  ],
  choosers: [SERIES, ...TABLE_CHOOSERS],
  keys: [
    ...bindBoth([ROWS.up, ROWS.down], toCurve),
    ...bindBoth([ROWS.first, ROWS.last], pan, Number.POSITIVE_INFINITY),
    ...bindBoth([ROWS.previous, ROWS.next], (state, context, by) => {
      const hasRows = context.scene.table.rows.length > 0;
      return hasRows ? toCurve(state, context, by) : say(state, "the filter finds no run");
    }),
    bind(ROWS.enter, (state, context) =>
      context.scene.metrics.length > 1 ? toggleAlone(state) : openCurve(state, context),
    ),
    bind(ROWS.mark, (state, { scene }) => {
      const row = scene.chosen[state.curve];
      return row === undefined ? state : toggleCurve(state, row);
    }),
    {
      keys: ["o"],
      label: "only",
      help: "show the curve alone, or all again",
      after: ROWS.mark,
      act: (state, { scene }) => {
        const row = scene.chosen[state.curve];
        return row === undefined ? state : soloCurve(state, scene, row);
      },
    },
    ...bindBoth([ROWS.previousPane, ROWS.pane], toChart),
    ...bindBoth([ROWS.pageUp, ROWS.pageDown], turnPage),
    {
      keys: ["r"],
      help: "rows and columns of charts",
      after: ROWS.pane,
      act: nextGrid,
    },
    ...CURVE_KEYS,
    {
      keys: ["m"],
      label: "band",
      help: "band around a mean: std, standard error, min to max, 95 %",
      after: ROWS.raw,
      act: (state) => adjusted(state, { band: after(BANDS, state.settings.band) }),
    },
    ...TABLE_KEYS,
    choosing(SERIES),
  ],
};

/** Goes to another curve, in the order of the legend. */
function toCurve(state: State, { scene, extent }: Context, by: number): State {
  const { chosen } = scene;
  const keys = extent.legend.map(({ key }) => key);
  const order = keys.length === chosen.length ? keys : chosen.map(({ key }) => key);
  const at = order.indexOf(chosen[state.curve]?.key ?? "");
  const next = order[wrap(at + by, order.length)];
  return {
    ...state,
    curve: Math.max(
      0,
      chosen.findIndex(({ key }) => key === next),
    ),
  };
}

/** Goes to another chart; those that are not on the screen have pages of their own. */
function toChart(state: State, { scene }: Context, by: number): State {
  return { ...state, chart: wrap(state.chart + by, scene.metrics.length) };
}

function turnPage(state: State, { scene, extent }: Context, by: number): State {
  const last = Math.max(0, scene.metrics.length - 1);
  const chart = Math.min(last, Math.max(0, state.chart + by * Math.max(1, extent.plots.length)));
  return chart === state.chart
    ? say(state, "there are no more charts: v selects others")
    : { ...state, chart };
}

/** Opens the run of the curve on top, or the first run of its group. */
function openCurve(state: State, { scene }: Context): State {
  const run = scene.chosen[state.curve]?.members[0]?.name;
  return run === undefined ? state : { ...show(state, "run"), opened: run };
}

/** Returns the curve on top: beside the table of runs, that of the row under its cursor. */
function topOf({ scene, state, isPane }: Canvas): number {
  const { chosen, focused } = scene;
  const own = state.curve % chosen.length;
  if (!isPane || state.pane === "charts" || focused === undefined) return own;
  const run = focused.members[0]?.name;
  const at = chosen.findIndex(({ members }) => members.some(({ name }) => name === run));
  return at < 0 ? own : at;
}

/** From so many columns on, the legend stands beside the charts. */
const WITH_LEGEND = 76;

function drawCharts(canvas: Canvas): Drawn {
  const { scene, state, columns, isPane } = canvas;
  const focus = Math.min(state.chart, scene.metrics.length - 1);
  const focused = scene.metrics[focus];
  if (scene.chosen.length === 0 || focused === undefined) return nothing(canvas);
  const onTop = topOf(canvas);
  // The legend is read first: it is as wide as what it says. A pane has none.
  const entries = isPane ? [] : entriesOfChart(canvas, focused);
  const isBeside = !isPane && columns >= WITH_LEGEND;
  const isBelow = !isPane && !isBeside;
  const legend = {
    isBeside,
    width: isBeside ? usualLegendWidth(canvas, focused, entries) : columns,
    rows: isBelow ? Math.min(entries.length + 1, Math.floor(canvas.rows / 3)) : 0,
  };
  const drawn = drawPage(canvas, { focus, onTop, legend });
  const { charting, lines, page } = drawn;
  const shown = isPane ? [] : legendLines(charting, entries, legend.width);
  const area = columns - (isBeside ? legend.width + GAP : 0);
  const body = isBeside
    ? beside([
        { lines, width: area },
        { lines: shown.slice(0, canvas.rows - 1), width: legend.width },
      ])
    : [...lines, ...shown.slice(0, legend.rows)];
  const corner = isBeside ? { column: area + GAP, row: 2 } : { column: 0, row: lines.length + 2 };
  return {
    lines: [
      titleLine(canvas, [caption(charting, drawn.plots, page), pageText(page, scene)]),
      ...body,
    ],
    xCells: page.columns - LABEL_CELLS - drawn.gutter,
    plots: drawn.places,
    legend: entries.map(({ plot: { key } }, i) => ({
      key,
      rect: { ...corner, row: corner.row + i, columns: legend.width, rows: 1 },
    })),
    sheet: () => sheetOf(charting, state.isAlone ? [focused] : scene.metrics),
  };
}

/** Returns the width of a legend, the same with a crosshair and without one: charts keep their place under the mouse. */
function usualLegendWidth(canvas: Canvas, id: string, entries: readonly Entry[]): number {
  const { state, columns } = canvas;
  const calm = { ...canvas, state: { ...state, crosshair: null } };
  const own = state.crosshair === null ? entries : entriesOfChart(calm, id);
  return legendWidth(chartCanvas(calm, columns), own, columns);
}

/** Says which charts are on the screen, where that is not all. */
function pageText({ first, shown }: ChartPage, { metrics }: Scene): string {
  if (shown.length >= metrics.length) return "";
  const last = first + shown.length;
  return `charts ${first + 1}–${last} of ${metrics.length}, PgDn`;
}

/** Returns the entries of a legend without reading the curves, for what is said of them. */
function entriesOfChart(canvas: Canvas, id: string): Entry[] {
  const onTop = topOf(canvas);
  const plots = plotsOf(chartCanvas(canvas, LABEL_CELLS), { id, shown: [], onTop });
  return entriesOf(chartCanvas(canvas, canvas.columns), plots, onTop);
}

function titleLine({ scene, columns }: Canvas, said: readonly string[]): Line {
  const runs = scene.chosen.reduce((sum, { members }) => sum + members.length, 0);
  const left =
    scene.unmarked > 0
      ? `the first ${runs} of ${runs + scene.unmarked} runs; space marks others`
      : `${runs} ${runs === 1 ? "run" : "runs"}`;
  const right = [piece(said.filter(Boolean).join(" · "), "muted")];
  const fits = left.length + lineWidth(right) + 2 <= columns;
  return fits ? justify([piece(left, "muted")], right, columns) : cutLine(right, columns);
}

function nothing({ scene }: Canvas): Drawn {
  const text =
    scene.metrics.length === 0 && scene.chosen.length > 0
      ? "no chart is chosen: v chooses"
      : "no runs to chart: esc goes back to the runs";
  return emptyView(text, { columns: RECORDED_COLUMNS, rows: [] });
}

/** Returns every step of every run whose curve is shown, as it was recorded. */
function sheetOf(canvas: ChartCanvas, charts: readonly string[]): Sheet {
  const { curves, scene, state } = canvas;
  const shown = { axis: scene.axis, scale: scene.x };
  const rows = scene.chosen.filter((row) => !isHidden(state.settings, row));
  const values = function* () {
    for (const series of seriesBehindCharts(canvas, charts)) {
      for (const run of rows.flatMap(({ members }) => members))
        yield* recordedRows(run, [series], { curves, shown });
    }
  };
  return { columns: RECORDED_COLUMNS, rows: { [Symbol.iterator]: values } };
}
