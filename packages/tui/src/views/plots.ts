/** Charts of series of runs: from samples to curves with colours, bands, guides and events, and to words. */
import { isMetric, type SeriesRows } from "@ablate/store";
import { compact, duration } from "@ablate/text";
import { LABEL_CELLS } from "../chart/axes.ts";
import { dotColumns, drawChart } from "../chart/chart.ts";
import { stepLabel } from "../chart/scale.ts";
import type { Guide } from "../chart/spec.ts";
import { smooth, type Trace, trace, withGaps } from "../chart/trace.ts";
import { yRange } from "../chart/y-range.ts";
import { seriesBehind, type Window } from "../data/curves.ts";
import { isSmoothed } from "../data/exact-values.ts";
import { isRecorded, rateChanges, type ShownRun, updates } from "../data/shown-run.ts";
import { RATIO, titleAmong } from "../data/titles.ts";
import { type Line, line, piece } from "../text/line.ts";
import { curvesOf, cutTexts, type Plot } from "./plot-curves.ts";
import type { Canvas, PlotPlace, Rect } from "./view.ts";

export type Box = { readonly columns: number; readonly rows: number };

/** A canvas with the part of the x axis that its charts show. */
export type ChartCanvas = Canvas & { readonly window: Window };

/** Returns the canvas of charts that are so many columns wide. */
export function chartCanvas(canvas: Canvas, columns: number): ChartCanvas {
  const { state, scene, glyphs } = canvas;
  const window = {
    axis: scene.axis,
    scale: scene.x,
    columns: Math.max(1, dotColumns(columns, glyphs)),
    lead: state.settings.smoothing * 5,
  };
  return { ...canvas, window };
}

/** Brings a series of a run into columns of dots, smoothed where it is measured often. */
export function traceOf(
  { state, window }: ChartCanvas,
  { run, series }: { readonly run: ShownRun; readonly series: string },
  samples: SeriesRows,
): Trace {
  const spaced = window.axis === "step" ? withGaps(samples) : samples;
  const steps = isSmoothed(run, series) ? state.settings.smoothing : 0;
  return trace(smooth(spaced, steps), window.scale, window.columns);
}

/** A series of so many columns of dots for each number has a sign at each. */
const DOTS_A_NUMBER = 4;

/** Whether a series has a number now and then, as evaluations do: each is marked, and none is smoothed. */
export function isSparse(series: string, { x, width }: SeriesRows, { columns }: Window): boolean {
  if (series.startsWith(RATIO)) return false;
  if (x.length * DOTS_A_NUMBER > columns) return false;
  const steps = width.reduce((sum, one) => sum + one, 0);
  return x.length < 2 || steps < ((x.at(-1) ?? 0) - (x[0] ?? 0)) / 2;
}

/** Whether a series is drawn along a logarithmic axis: losses where that is asked for, some metrics where it is not. */
function isLogarithmic(
  { curves, state }: Canvas,
  series: string,
  runs: readonly ShownRun[],
): boolean {
  if (series.startsWith(RATIO)) return false;
  const isUsual = runs.some((run) => {
    const behind = seriesBehind(run, series);
    return isMetric(behind) && curves.info(run).some((one) => one.series === behind && one.isLog);
  });
  return state.settings.isLogY !== isUsual;
}

/** Returns where on the x axis a run diverged; null where it did not. */
export function divergence({ curves, window }: ChartCanvas, run: ShownRun): number | null {
  const hasDiverged = run.state === "diverged" && run.lastStep !== null;
  return hasDiverged ? curves.end(run, window.axis) : null;
}

/** What a chart of plots is about. */
export type PlotSpec = {
  readonly series: string;
  readonly box: Box;
  /** Index of the plot that is in front, shaded. */
  readonly onTop: number;
  readonly runs: readonly ShownRun[];
  readonly guides?: readonly Guide[];
  readonly isFocused?: boolean;
  /** Cells at the right for the names of curves. */
  readonly gutter?: number;
  /** That of the series unless given. */
  readonly title?: string | undefined;
};

/** A chart, and where its plot is in it; null where there is none. */
export type DrawnPlots = { readonly lines: readonly Line[]; readonly place: PlotPlace | null };

/** Moves the plot of a chart to where the chart stands. */
export function placedAt(
  { place }: DrawnPlots,
  { column, row }: Pick<Rect, "column" | "row">,
): PlotPlace[] {
  if (place === null) return [];
  const { rect } = place;
  return [{ ...place, rect: { ...rect, column: rect.column + column, row: rect.row + row } }];
}

/** Differences of ratios that matter, in powers of ten. */
const LEAST_RATIOS = 0.4;

/** Draws the plots of one series. */
export function drawPlots(
  canvas: ChartCanvas,
  plots: readonly Plot[],
  {
    series,
    box,
    onTop,
    runs,
    guides = guidesOf(canvas, series, runs),
    isFocused,
    title,
    gutter = 0,
  }: PlotSpec,
): DrawnPlots {
  const { state, window } = canvas;
  const log = isLogarithmic(canvas, series, runs);
  const curves = curvesOf(plots, onTop);
  const shown = plots.map(({ key, isHidden }) => (isHidden ? "" : key));
  const id = [series, log, window.axis, window.columns, JSON.stringify([state.zoom, shown])].join();
  const byHand = state.settings.yRanges[series];
  const areRatios = plots.every((plot) => plot.series.startsWith(RATIO));
  const leastCore = areRatios ? LEAST_RATIOS : 0;
  const found = yRange(curves, { log, guides, leastCore, previous: canvas.ranges.get(id) });
  const isUsable = byHand !== undefined && (!log || byHand.low > 0);
  const range = isUsable ? byHand : found;
  const head = line({
    ...piece(title ?? titleOf(canvas, series, runs), isFocused ? "accent" : "plain"),
    bold: true,
  });
  if (range === null) {
    const why = line(" ".repeat(LABEL_CELLS), piece(whyEmpty(runs), "muted"));
    const shown = new Map([[Math.floor(box.rows / 2), why]]).set(0, head);
    return {
      lines: Array.from({ length: box.rows }, (_, row) => shown.get(row) ?? []),
      place: null,
    };
  }
  canvas.ranges.set(id, { low: range.low, high: range.high });
  const notes = [
    ...(log ? ["log"] : []),
    ...guides.map(({ label }) => `┈ ${label}`),
    ...(isUsable ? ["by hand"] : []),
    ...cutTexts(curves, { ...range, log }),
  ];
  const y = { low: range.low, high: range.high, log };
  const lines = drawChart({
    title: head,
    note: [piece(notes.join(" · "), "muted")],
    ...box,
    gutter,
    glyphs: canvas.glyphs,
    x: window.scale,
    y,
    curves,
    guides,
    events: eventsOf(canvas, runs),
    crosshair: state.crosshair,
    xLabel: xLabel(window),
  });
  const rect = {
    ...{ column: LABEL_CELLS, row: 1 },
    ...{ columns: box.columns - LABEL_CELLS - gutter, rows: box.rows - 2 },
  };
  const hasRoom = rect.columns > 0 && rect.rows > 0;
  return { lines, place: hasRoom ? { series, rect, x: window.scale, y } : null };
}

/** Returns the title of a chart; ratios of root mean squares, as a log may have them, say so. */
function titleOf({ stored }: Canvas, series: string, runs: readonly ShownRun[]): string {
  const title = titleAmong(series, runs);
  const recorded = series.startsWith(RATIO) ? runs.find(isRecorded) : undefined;
  const isRms = recorded !== undefined && stored.facts(recorded).model.ratios === "rms";
  return isRms ? title.replace("update:data of", "update:data by rms of") : title;
}

function whyEmpty(runs: readonly ShownRun[]): string {
  if (runs.length === 0) return "no runs";
  if (runs.every((run) => updates(run) === 0)) return "no steps yet";
  return "nothing finite to show here";
}

/** Returns the changes of the learning rate that the runs have in common. */
export function commonRates(runs: readonly ShownRun[]): ReturnType<typeof rateChanges> {
  const [first, ...others] = runs;
  if (first === undefined) return [];
  return rateChanges(first).filter(({ step, rate }) =>
    others.every((run) => rateChanges(run).some((one) => one.step === step && one.rate === rate)),
  );
}

/** Returns where on the x axis the learning rate of the runs changes. */
function eventsOf({ curves, window }: ChartCanvas, runs: readonly ShownRun[]): number[] {
  const [first] = runs;
  if (first === undefined) return [];
  const { toX } = curves.axis(first, window.axis);
  const changes = commonRates(runs).filter(({ step }) => step < updates(first));
  return changes.map(({ step }) => toX(step));
}

/** Returns how positions are written under the x axis. */
function xLabel({ axis, scale }: Window): (value: number) => string {
  if (axis !== "time")
    return (value) => (Number.isInteger(value) ? stepLabel(value, scale.high - scale.low) : "");
  return (value) => {
    if (value === 0) return "0";
    return value < 10 ? `${Number(value.toPrecision(3))} s` : duration(value);
  };
}

/** Returns the guides of a series, lines that help the eye. */
function guidesOf({ curves, stored }: Canvas, series: string, runs: readonly ShownRun[]): Guide[] {
  if (!isMetric(series) && (series === "loss" || series.endsWith("_loss"))) {
    if (runs.some(isRecorded)) return [];
    const sizes = new Set(runs.flatMap((run) => stored.vocabulary(run) ?? []));
    const [size] = sizes;
    if (sizes.size !== 1 || size === undefined) return [];
    return [{ value: Math.log(size), label: `ln ${size}` }];
  }
  const info = runs.slice(0, isMetric(series) ? undefined : 1).flatMap((run) => curves.info(run));
  const guide = info.find((one) => one.series === series)?.guide ?? null;
  if (guide === null) return [];
  return [{ value: guide, label: `guide ${compact(guide).replace("-", "−")}` }];
}
