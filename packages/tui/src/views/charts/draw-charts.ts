/** Charts of the marked runs on one x axis, with a legend that reads every curve. */
import { clean, count, middleEllipsis, widthOf } from "@ablate/text";
import { LABEL_CELLS } from "../../chart/chart.ts";
import { valueAt } from "../../chart/scale.ts";
import type { Window } from "../../data/curves.ts";
import { seriesTitle, seriesValue } from "../../data/series.ts";
import {
  beside,
  cutLine,
  fitLine,
  justify,
  type Line,
  line,
  lineWidth,
  type Piece,
  piece,
} from "../../text/line.ts";
import { commonRates, drawPlots, guidesOf, type Plot, plotsOf, windowOf } from "../plots.ts";
import { caption, readAt, xName } from "../readings.ts";
import type { Canvas, Drawn, Sheet } from "../view.ts";

const LEAST_COLUMNS = 44;
const LEAST_ROWS = 7;
const GAP = 2;

export function drawCharts(canvas: Canvas): Drawn {
  const { scene, state, columns, rows } = canvas;
  const metrics = state.isAlone
    ? scene.metrics.slice(chartAt(canvas), chartAt(canvas) + 1)
    : scene.metrics;
  if (scene.chosen.length === 0 || metrics.length === 0) return nothing(canvas);
  const legendWidth = columns < 76 ? 0 : Math.min(44, Math.max(26, Math.floor(columns * 0.28)));
  const below = legendWidth > 0 ? 0 : Math.min(scene.chosen.length + 1, Math.floor(rows / 3));
  const area = {
    columns: columns - (legendWidth > 0 ? legendWidth + GAP : 0),
    rows: rows - 1 - below,
  };
  const tiles = tile(metrics, area, state.isAlone ? 0 : chartAt(canvas));
  const window = windowOf(canvas, tiles.columns);
  const charts = tiles.shown.map((series) => chartOf(canvas, series, { tiles, window }));
  const focused =
    charts.find(({ series }) => series === metrics[state.isAlone ? 0 : chartAt(canvas)]) ??
    charts[0];
  const plots = focused?.plots ?? [];
  const legend = legendOf(canvas, focused?.series ?? "loss", {
    plots,
    window,
    width: legendWidth || columns,
  });
  const grid = arrange(
    charts.map(({ lines }) => lines),
    tiles,
  );
  const head = titleLine(canvas, caption(canvas, { window, plots, columns: tiles.columns }));
  const body =
    legendWidth > 0
      ? beside(
          [
            { lines: grid, width: area.columns },
            { lines: legend.slice(0, area.rows), width: legendWidth },
          ],
          GAP,
        )
      : [...grid, ...legend.slice(0, below)];
  return {
    lines: [head, ...body],
    xCells: tiles.columns - LABEL_CELLS,
    sheet: () => sheetOf(canvas, charts, window.columns),
  };
}

type Tiles = {
  readonly shown: readonly string[];
  readonly across: number;
  readonly columns: number;
  readonly heights: readonly number[];
};

function chartAt({ scene, state }: Canvas): number {
  return Math.min(state.chart, scene.metrics.length - 1);
}

/** Arranges charts in as few columns as possible; where not all fit, those around the focus. */
function tile(
  metrics: readonly string[],
  area: { readonly columns: number; readonly rows: number },
  focus: number,
): Tiles {
  const most = Math.max(1, Math.floor((area.columns + GAP) / (LEAST_COLUMNS + GAP)));
  const down = Math.max(1, Math.floor(area.rows / LEAST_ROWS));
  const across = Math.min(most, Math.max(1, Math.ceil(metrics.length / down)));
  const room = across * down;
  const first = Math.max(0, Math.min(focus - Math.floor(room / 2), metrics.length - room));
  const shown = metrics.slice(first, first + room);
  const lines = Math.ceil(shown.length / across);
  const heights = Array.from(
    { length: lines },
    (_, i) => Math.floor(((i + 1) * area.rows) / lines) - Math.floor((i * area.rows) / lines),
  );
  return {
    shown,
    across,
    columns: Math.floor((area.columns - GAP * (across - 1)) / across),
    heights,
  };
}

type Chart = {
  readonly series: string;
  readonly plots: readonly Plot[];
  readonly lines: readonly Line[];
};

function chartOf(
  canvas: Canvas,
  series: string,
  { tiles, window }: { readonly tiles: Tiles; readonly window: Window },
): Chart {
  const { scene, state } = canvas;
  const at = tiles.shown.indexOf(series);
  const runs = scene.chosen.flatMap(({ members }) => members);
  const plots = plotsOf(canvas, series, { rows: scene.chosen, window, metrics: scene.metrics });
  const lines = drawPlots(canvas, plots, {
    series,
    box: {
      columns: tiles.columns,
      rows: tiles.heights[Math.floor(at / tiles.across)] ?? LEAST_ROWS,
    },
    onTop: state.curve % Math.max(1, plots.length),
    window,
    guides: guidesOf(canvas, series, runs),
    runs,
    isFocused: tiles.shown.length > 1 && series === scene.metrics[chartAt(canvas)],
  });
  return { series, plots, lines };
}

function arrange(charts: readonly (readonly Line[])[], { across, columns }: Tiles): Line[] {
  const rows: Line[] = [];
  for (let i = 0; i < charts.length; i += across) {
    rows.push(
      ...beside(
        charts.slice(i, i + across).map((lines) => ({ lines, width: columns })),
        GAP,
      ),
    );
  }
  return rows;
}

function titleLine({ scene, columns }: Canvas, shown: string): Line {
  const runs = scene.chosen.reduce((sum, { members }) => sum + members.length, 0);
  const left =
    scene.unmarked > 0
      ? `the first ${runs} of ${runs + scene.unmarked} runs; space marks others`
      : `${runs} ${runs === 1 ? "run" : "runs"}`;
  const right = [piece(shown, "muted")];
  if (left.length + lineWidth(right) + 2 > columns)
    return cutLine([piece(shown, "muted")], columns);
  return justify([piece(left, "muted")], right, columns);
}

/** Draws a line for each curve: colour, name, and its value at the crosshair or its last one. */
function legendOf(
  canvas: Canvas,
  series: string,
  {
    plots,
    window,
    width,
  }: {
    readonly plots: readonly Plot[];
    readonly window: Window;
    readonly width: number;
  },
): Line[] {
  const { state, scene } = canvas;
  const at = state.crosshair === null ? "last values" : xName(state.settings.axis, state.crosshair);
  const head = justify(
    [piece(seriesTitle(series).replace(", nats", ""), "muted")],
    [piece(at, "muted")],
    width,
  );
  const onTop = state.curve % Math.max(1, plots.length);
  const lines = plots.map((plot, i) =>
    legendLine(plot, { isOnTop: i === onTop, series, value: readAt(canvas, plot, window), width }),
  );
  const runs = scene.chosen.flatMap(({ members }) => members);
  const changes = commonRates(runs).map(
    ({ step, rate }): Line => [piece(`┊ lr ${rate} from ${count(step)}`, "muted")],
  );
  return [head, ...lines, ...changes].map((one) => fitLine(one, width));
}

const LEAST_NAME = 12;

/** Draws colour, name and value of a curve, and how it spreads where there is room for that. */
function legendLine(
  plot: Plot,
  {
    isOnTop,
    series,
    value,
    width,
  }: {
    readonly isOnTop: boolean;
    readonly series: string;
    readonly value: ReturnType<typeof readAt>;
    readonly width: number;
  },
): Line {
  const text = value === null ? "-" : seriesValue(series, value.mean);
  const isSpread = value !== null && value.n >= 2;
  const spread = isSpread ? ` ±${((value.high - value.low) / 2).toFixed(3)}` : "";
  const missing = value !== null && value.n !== plot.traces.length ? ` n ${value.n}` : "";
  const diverged = plot.divergedAt === null ? [] : [piece(" ✗", "bad")];
  const label = clean(plot.label);
  const long: Line = [piece(`${text}${spread}${missing}`), ...diverged];
  const room = width - lineWidth(long) - 4;
  const right = room < Math.min(LEAST_NAME, widthOf(label)) ? [piece(text), ...diverged] : long;
  const name = middleEllipsis(label, Math.max(4, width - lineWidth(right) - 4));
  const left: Piece = isOnTop ? { text: name, bold: true } : piece(name);
  return justify([piece(isOnTop ? "▶ " : "━ ", plot.tone), left], right, width);
}

function nothing({ scene }: Canvas): Drawn {
  const text =
    scene.metrics.length === 0 && scene.chosen.length > 0
      ? "no chart is chosen: v chooses"
      : "no runs to chart: esc goes back to the runs";
  const lines: Line[] = [line(" ", piece(text, "muted"))];
  return {
    lines,
    sheet: () => ({ columns: ["series", "run", "x", "min", "mean", "max"], rows: [] }),
  };
}

function sheetOf({ scene }: Canvas, charts: readonly Chart[], columns: number): Sheet {
  return {
    columns: ["series", "run", "x", "min", "mean", "max"],
    rows: charts.flatMap(({ series, plots }) =>
      plots.flatMap(({ key, shown }) =>
        Array.from(shown.mean, (mean, column) => [
          series,
          key,
          valueAt(scene.x, (column + 0.5) / columns),
          shown.min[column] ?? null,
          mean,
          shown.max[column] ?? null,
        ]).filter(([, , , , mean]) => Number.isFinite(mean)),
      ),
    ),
  };
}
