/** The view Charts: curves of the marked runs on one x axis, with a legend that reads every curve. */
import { count, UNKNOWN, widthOf } from "@ablate/text";
import { LABEL_CELLS } from "../../chart/chart.ts";
import { BANDS, bandOf, type Spread } from "../../chart/trace.ts";
import { fitTitles, sizeText } from "../../data/labels.ts";
import { swatch } from "../../data/looks.ts";
import { RECORDED_COLUMNS, recordedRows } from "../../data/recorded.ts";
import { seriesValues, titleAmong } from "../../data/titles.ts";
import { CURVE_KEYS, pan } from "../../keys/curve-keys.ts";
import { toggleAlone } from "../../keys/move-keys.ts";
import { bind, bindBoth, ROWS } from "../../keys/rows.ts";
import { choosing, TABLE_CHOOSERS, TABLE_KEYS } from "../../keys/table-keys.ts";
import { isHidden, soloCurve, toggleCurve } from "../../state/curves.ts";
import type { Scene } from "../../state/scene.ts";
import { adjusted, after, type State, say, show, wrap } from "../../state/state.ts";
import {
  beside,
  cutLine,
  fitLine,
  GAP,
  justify,
  type Line,
  lineWidth,
  piece,
  shareOf,
} from "../../text/line.ts";
import { lookOf } from "../looks.ts";
import {
  type Box,
  type ChartCanvas,
  caption,
  chartCanvas,
  commonRates,
  divergence,
  drawPlots,
  isSparse,
  type Plot,
  placedAt,
  readAt,
  traceOf,
  xName,
} from "../plots.ts";
import {
  around,
  type Canvas,
  type Context,
  type Drawn,
  emptyView,
  type PlotPlace,
  type Sheet,
  type View,
} from "../view.ts";
import { SERIES } from "./series-chooser.ts";

export const chartsView: View = {
  name: "charts",
  title: "Charts",
  key: "2",
  help: "charts of the marked runs",
  draw: drawCharts,
  recorded: ({ chosen }) => chosen.flatMap(({ members }) => members),
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
      help: "the curve alone, or all again",
      after: ROWS.mark,
      act: (state, { scene }) => {
        const row = scene.chosen[state.curve];
        return row === undefined ? state : soloCurve(state, scene, row);
      },
    },
    bind(ROWS.pane, (state, { scene }) => ({
      ...state,
      chart: wrap(state.chart + 1, scene.metrics.length),
    })),
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

function toCurve(state: State, { scene }: Context, by: number): State {
  return { ...state, curve: wrap(state.curve + by, scene.chosen.length) };
}

/** Opens the run of the curve on top, or the first run of its group. */
function openCurve(state: State, { scene }: Context): State {
  const run = scene.chosen[state.curve]?.members[0]?.name;
  return run === undefined ? state : { ...show(state, "run"), opened: run };
}

const LEAST_COLUMNS = 44;
const LEAST_ROWS = 7;
const LEAST_NAME = 16;

function drawCharts(canvas: Canvas): Drawn {
  const { scene, state, columns, rows } = canvas;
  const focus = Math.min(state.chart, scene.metrics.length - 1);
  const focused = scene.metrics[focus];
  if (scene.chosen.length === 0 || focused === undefined) return nothing(canvas);
  const legendWidth = columns < 76 ? 0 : Math.min(44, Math.max(26, Math.floor(columns * 0.28)));
  const below = legendWidth > 0 ? 0 : Math.min(scene.chosen.length + 1, Math.floor(rows / 3));
  const area = {
    columns: columns - (legendWidth > 0 ? legendWidth + GAP : 0),
    rows: rows - 1 - below,
  };
  const tiles = state.isAlone ? tile([focused], area, 0) : tile(scene.metrics, area, focus);
  const charting = chartCanvas(canvas, tiles.columns);
  const charts = tiles.shown.map((series) => ({ series, plots: plotsOf(charting, series) }));
  const plots = charts.find(({ series }) => series === focused)?.plots ?? [];
  const legend = legendOf(charting, focused, plots, legendWidth || columns);
  const grid = gridOf(charting, charts, tiles, focused);
  const body =
    legendWidth > 0
      ? beside([
          { lines: grid.lines, width: area.columns },
          { lines: legend.slice(0, area.rows), width: legendWidth },
        ])
      : [...grid.lines, ...legend.slice(0, below)];
  const corner =
    legendWidth > 0 ? { column: area.columns + GAP, row: 2 } : { column: 0, row: area.rows + 2 };
  return {
    lines: [titleLine(canvas, caption(charting, plots, tiles.columns)), ...body],
    xCells: tiles.columns - LABEL_CELLS,
    plots: grid.plots,
    legend: plots.map(({ key }, i) => ({
      key,
      rect: { ...corner, row: corner.row + i, columns: legendWidth || columns, rows: 1 },
    })),
    sheet: () => sheetOf(charting, charts),
  };
}

type Chart = { readonly series: string; readonly plots: readonly Plot[] };

type Tiles = {
  readonly shown: readonly string[];
  readonly across: number;
  readonly columns: number;
  readonly heights: readonly number[];
};

/** Arranges charts in as few columns as possible; where not all fit, those around the focus. */
function tile(metrics: readonly string[], area: Box, focus: number): Tiles {
  const most = Math.max(1, Math.floor((area.columns + GAP) / (LEAST_COLUMNS + GAP)));
  const down = Math.max(1, Math.floor(area.rows / LEAST_ROWS));
  const across = Math.min(most, Math.max(1, Math.ceil(metrics.length / down)));
  const { items: shown } = around(metrics, focus, across * down);
  const lines = Math.ceil(shown.length / across);
  const edge = (i: number) => Math.floor((i * area.rows) / lines);
  const heights = Array.from({ length: lines }, (_, i) => edge(i + 1) - edge(i));
  return { shown, across, columns: shareOf(area.columns, across), heights };
}

/** Makes a plot of a series for each row that is charted. */
function plotsOf(canvas: ChartCanvas, series: string): Plot[] {
  const { chosen, metrics } = canvas.scene;
  return chosen.map((row) => {
    const { key, title, members } = row;
    const isShown = !isHidden(canvas.state.settings, row);
    const read = (isShown ? members : []).flatMap(
      (run) => canvas.curves.read(run, metrics, canvas.window).get(series) ?? [],
    );
    const traces = read.map((samples) => traceOf(canvas, series, samples));
    const [only] = traces;
    const ends = (isShown ? members : []).flatMap((run) => divergence(canvas, run) ?? []);
    return {
      key,
      label: title + sizeText({ title, members }),
      isHidden: !isShown,
      look: lookOf(canvas, row),
      traces,
      shown:
        traces.length === 1 && only !== undefined
          ? only
          : bandOf(traces, canvas.state.settings.band),
      isSparse: read.every((samples) => isSparse(series, samples, canvas.window)),
      divergedAt: ends.length === 0 ? null : Math.min(...ends),
    };
  });
}

/** Draws the charts line by line, below the title. */
function gridOf(
  canvas: ChartCanvas,
  charts: readonly Chart[],
  { across, columns, heights }: Tiles,
  focused: string,
): { readonly lines: readonly Line[]; readonly plots: readonly PlotPlace[] } {
  const { scene, state } = canvas;
  const lines: Line[] = [];
  const plots: PlotPlace[] = [];
  for (const [i, rows] of heights.entries()) {
    const drawn = charts.slice(i * across, (i + 1) * across).map((chart) =>
      drawPlots(canvas, chart.plots, {
        series: chart.series,
        box: { columns, rows },
        onTop: state.curve % Math.max(1, chart.plots.length),
        runs: scene.chosen.flatMap(({ members }) => members),
        isFocused: charts.length > 1 && chart.series === focused,
      }),
    );
    for (const [at, one] of drawn.entries()) {
      plots.push(...placedAt(one, { column: at * (columns + GAP), row: 1 + lines.length }));
    }
    lines.push(...beside(drawn.map((one) => ({ lines: one.lines, width: columns }))));
  }
  return { lines, plots };
}

function titleLine({ scene, columns }: Canvas, shown: string): Line {
  const runs = scene.chosen.reduce((sum, { members }) => sum + members.length, 0);
  const left =
    scene.unmarked > 0
      ? `the first ${runs} of ${runs + scene.unmarked} runs; space marks others`
      : `${runs} ${runs === 1 ? "run" : "runs"}`;
  const right = [piece(shown, "muted")];
  const fits = left.length + lineWidth(right) + 2 <= columns;
  return fits ? justify([piece(left, "muted")], right, columns) : cutLine(right, columns);
}

/** Draws a line for each curve: colour, name, and its value at the crosshair or its last one. */
function legendOf(
  canvas: ChartCanvas,
  series: string,
  plots: readonly Plot[],
  width: number,
): Line[] {
  const { state, scene } = canvas;
  const at = state.crosshair === null ? "last values" : xName(scene.axis, state.crosshair);
  const runs = scene.chosen.flatMap(({ members }) => members);
  const title = piece(titleAmong(series, runs).replace(/, nats$/, ""), "muted");
  const onTop = plots[state.curve % Math.max(1, plots.length)];
  const values = plots.map((plot) => readAt(canvas, plot));
  const text = seriesValues(
    series,
    values.map((value) => value?.mean),
  );
  const readings = plots.map((plot, i) =>
    readingOf(plot, text, { value: values[i] ?? null, room: width - 4 }),
  );
  const names = legendNames(scene, width - 4 - Math.max(0, ...readings.map(lineWidth)));
  const lines = plots.map((plot, i) => {
    const isTop = plot === onTop;
    const name = { text: names[i] ?? plot.label, bold: isTop };
    const sign = isTop ? piece("▶", plot.look.tone) : swatch(plot.look);
    return justify([sign, piece(" "), name], readings[i] ?? [], width);
  });
  const rates = commonRates(scene.chosen.flatMap(({ members }) => members));
  const changes = rates.map(({ step, rate }) => [
    piece(`┊ lr ${rate} from ${count(step)}`, "muted"),
  ]);
  const head = justify([title], [piece(at, "muted")], width);
  return [head, ...lines, ...changes].map((one) => fitLine(one, width));
}

/** Cuts the names of curves together, each with how many runs it is of. */
function legendNames({ chosen, table }: Scene, width: number): string[] {
  const sizes = chosen.map(sizeText);
  const room = Math.max(4, width) - Math.max(0, ...sizes.map(({ length }) => length));
  return fitTitles(chosen, Math.max(1, room), table).map((title, i) => title + (sizes[i] ?? ""));
}

/** Writes the value of a curve, and how it spreads where there is room for that beside the name. */
function readingOf(
  { label, traces, divergedAt, isHidden }: Plot,
  valueText: (value: number) => string,
  { value, room }: { readonly value: Spread | null; readonly room: number },
): Line {
  const diverged = divergedAt === null ? [] : [piece(" ✗", "bad")];
  if (isHidden) return [piece("hidden", "muted")];
  if (value === null) return [piece(UNKNOWN), ...diverged];
  const text = valueText(value.mean);
  const spread = value.n >= 2 ? ` ±${((value.high - value.low) / 2).toFixed(3)}` : "";
  const missing = value.n === traces.length ? "" : ` n ${value.n}`;
  const long = [piece(`${text}${spread}${missing}`), ...diverged];
  const isNarrow = room - lineWidth(long) < Math.min(LEAST_NAME, widthOf(label));
  return isNarrow ? [piece(text), ...diverged] : long;
}

function nothing({ scene }: Canvas): Drawn {
  const text =
    scene.metrics.length === 0 && scene.chosen.length > 0
      ? "no chart is chosen: v chooses"
      : "no runs to chart: esc goes back to the runs";
  return emptyView(text, { columns: RECORDED_COLUMNS, rows: [] });
}

/** Returns every step of every charted run, as it was recorded. */
function sheetOf(canvas: ChartCanvas, charts: readonly Chart[]): Sheet {
  const { curves, scene } = canvas;
  const shown = { axis: scene.axis, scale: scene.x };
  const rows = function* () {
    for (const { series } of charts) {
      for (const run of scene.chosen.flatMap(({ members }) => members))
        yield* recordedRows(run, [series], { curves, shown });
    }
  };
  return { columns: RECORDED_COLUMNS, rows: { [Symbol.iterator]: rows } };
}
