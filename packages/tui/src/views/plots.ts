/** Charts of series of runs: from samples to curves with colours, bands, guides and events. */

import type { SeriesRows } from "@ablate/store";
import { compact, duration, loss } from "@ablate/text";
import { bandOf } from "../chart/band.ts";
import {
  type ChartSpec,
  type Curve,
  dotColumns,
  drawChart,
  type Guide,
  LABEL_CELLS,
} from "../chart/chart.ts";
import { stepLabel } from "../chart/scale.ts";
import { smooth, type Trace, trace } from "../chart/trace.ts";
import { yRange } from "../chart/y-range.ts";
import { axisOf, type Window } from "../data/curves.ts";
import { RATIO, seriesTitle } from "../data/series.ts";
import { rateChanges, type ShownRun, updates } from "../data/shown-run.ts";
import type { TableRow } from "../data/table.ts";
import { type Line, line, piece, type Tone } from "../text/line.ts";
import type { Canvas } from "./view.ts";

/** One curve before it is drawn: what it is called and the traces of its runs. */
export type Plot = {
  readonly key: string;
  readonly label: string;
  readonly tone: Tone;
  readonly traces: readonly Trace[];
  /** Their mean and band, or the only trace. */
  readonly shown: Trace;
  readonly divergedAt: number | null;
  /** Evaluations: a value now and then. */
  readonly isSparse: boolean;
};

export type Box = { readonly columns: number; readonly rows: number };

const TONES: readonly Tone[] = ["series0", "series1", "series2", "series3", "series4", "series5"];

/** Gives each name a colour: always the same one, unless two that are shown together would share it. */
export function tonesOf(names: readonly string[]): ReadonlyMap<string, Tone> {
  const tones = new Map<string, Tone>();
  const taken = new Set<number>();
  for (const name of names) {
    let at = hash(name) % TONES.length;
    while (taken.has(at) && taken.size < TONES.length) at = (at + 1) % TONES.length;
    if (taken.size === TONES.length) taken.clear();
    taken.add(at);
    tones.set(name, TONES[at] ?? "series0");
  }
  return tones;
}

/** Returns the window of the x axis in a chart of so many columns. */
export function windowOf({ state, scene, glyphs }: Canvas, columns: number): Window {
  return {
    axis: state.settings.axis,
    scale: scene.x,
    columns: Math.max(1, dotColumns(columns, glyphs)),
    lead: state.settings.smoothing * 5,
  };
}

/** Makes a plot of one series for each row of runs. */
export function plotsOf(
  canvas: Canvas,
  series: string,
  {
    rows,
    window,
    metrics,
  }: {
    readonly rows: readonly TableRow[];
    readonly window: Window;
    readonly metrics: readonly string[];
  },
): Plot[] {
  const tones = tonesOf(rows.map(({ key }) => key));
  return rows
    .map(({ key, title, members }) => {
      const traces = members.flatMap((run) => {
        const samples = canvas.curves.read(run, metrics, window).get(series);
        return samples === undefined ? [] : [traceOf(canvas, series, { samples, window })];
      });
      const diverged = members.filter(
        ({ state, lastStep }) => state === "diverged" && lastStep !== null,
      );
      return {
        key,
        label: members.length > 1 ? `${title} ×${members.length}` : title,
        tone: tones.get(key) ?? "plain",
        traces,
        shown:
          traces.length === 1 && traces[0] !== undefined
            ? traces[0]
            : bandOf(traces, canvas.state.settings.band),
        isSparse: series.endsWith("_loss"),
        divergedAt: Math.min(...diverged.map((run) => canvas.curves.end(run, window.axis))),
      };
    })
    .map((plot) => ({
      ...plot,
      divergedAt: Number.isFinite(plot.divergedAt) ? plot.divergedAt : null,
    }));
}

/** Brings a series into columns of dots, smoothed where it is measured at every step. */
export function traceOf(
  { state }: Canvas,
  series: string,
  { samples, window }: { readonly samples: SeriesRows; readonly window: Window },
): Trace {
  const isNoisy = series === "loss" || series.startsWith(RATIO);
  return trace(
    smooth(samples, isNoisy ? state.settings.smoothing : 0),
    window.scale,
    window.columns,
  );
}

/** Draws the plots of one series; `onTop` is the index of the one that is in front, shaded. */
export function drawPlots(
  canvas: Canvas,
  plots: readonly Plot[],
  {
    series,
    box,
    onTop,
    window,
    guides,
    runs,
    hasXAxis = true,
    isFocused = false,
  }: {
    readonly series: string;
    readonly box: Box;
    readonly onTop: number;
    readonly window: Window;
    readonly guides: readonly Guide[];
    readonly runs: readonly ShownRun[];
    readonly hasXAxis?: boolean;
    readonly isFocused?: boolean;
  },
): Line[] {
  const { state } = canvas;
  const log = state.settings.isLogY && !series.startsWith(RATIO);
  const curves = curvesOf(plots, onTop);
  const id = [state.settings.view, series, log, window.axis, JSON.stringify(state.zoom)].join();
  const range = yRange(curves, { log, guides, previous: canvas.ranges.get(id) });
  const title = line({ ...piece(seriesTitle(series), isFocused ? "accent" : "plain"), bold: true });
  if (range === null) return emptyChart({ title, box, text: whyEmpty(runs) });
  canvas.ranges.set(id, { low: range.low, high: range.high });
  const spec: ChartSpec = {
    title,
    note: noteOf({ log, cutAbove: range.cutAbove, guides }),
    columns: box.columns,
    rows: box.rows,
    glyphs: canvas.glyphs,
    x: window.scale,
    y: { low: range.low, high: range.high, log },
    curves,
    guides,
    events: eventsOf(canvas, runs, window),
    crosshair: state.crosshair,
    xLabel: xLabel(window),
    hasXAxis,
  };
  return drawChart(spec);
}

/** Orders curves so that the one in front is drawn last; bands are drawn where there are few, else only its own. */
function curvesOf(plots: readonly Plot[], onTop: number): Curve[] {
  const curves = plots.map(({ label, tone, shown, traces, divergedAt, isSparse }, i): Curve => {
    const isTop = i === onTop;
    const isMean = traces.length > 1;
    return {
      label,
      tone,
      trace: shown,
      shaded: isTop || (isMean && plots.length <= 3),
      behind: isTop && isMean ? traces : [],
      isSparse,
      divergedAt,
    };
  });
  const top = curves[onTop];
  return top === undefined ? curves : [...curves.filter((one) => one !== top), top];
}

function emptyChart({
  title,
  box,
  text,
}: {
  readonly title: Line;
  readonly box: Box;
  readonly text: string;
}): Line[] {
  const middle = Math.floor(box.rows / 2);
  return Array.from({ length: box.rows }, (_, row): Line => {
    if (row === 0) return title;
    return row === middle ? line(" ".repeat(LABEL_CELLS), piece(text, "muted")) : [];
  });
}

function whyEmpty(runs: readonly ShownRun[]): string {
  if (runs.length === 0) return "no runs";
  if (runs.every((run) => updates(run) === 0)) return "no steps yet";
  return "nothing finite to show here";
}

function noteOf({
  log,
  cutAbove,
  guides,
}: {
  readonly log: boolean;
  readonly cutAbove: number | null;
  readonly guides: readonly Guide[];
}): Line {
  const parts = [
    ...(log ? ["log"] : []),
    ...guides.map(({ label }) => `┈ ${label}`),
    ...(cutAbove === null ? [] : [`cut above, up to ${loss(cutAbove)}`]),
  ];
  return [piece(parts.join(" · "), "muted")];
}

/** Returns the changes of the learning rate that the runs have in common. */
export function commonRates(runs: readonly ShownRun[]): ReturnType<typeof rateChanges> {
  const [first, ...others] = runs;
  if (first === undefined) return [];
  return rateChanges(first).filter(({ step, rate }) =>
    others.every((run) => rateChanges(run).some((one) => one.step === step && one.rate === rate)),
  );
}

function eventsOf(canvas: Canvas, runs: readonly ShownRun[], { axis }: Window): number[] {
  const [first] = runs;
  if (first === undefined) return [];
  const { toX } = axisOf(first, axis, canvas.curves.reader);
  return commonRates(runs)
    .filter(({ step }) => step < updates(first))
    .map(({ step }) => toX(step));
}

/** Returns how positions are written under the x axis. */
function xLabel({ axis, scale }: Window): (value: number) => string {
  if (axis === "time")
    return (value) =>
      value === 0 ? "0" : value < 10 ? `${Number(value.toPrecision(3))} s` : duration(value);
  return (value) => stepLabel(value, scale.high - scale.low);
}

/** Returns the guides of a series, lines that help the eye. */
export function guidesOf(canvas: Canvas, series: string, runs: readonly ShownRun[]): Guide[] {
  if (series === "loss" || series.endsWith("_loss")) {
    const sizes = new Set(runs.flatMap((run) => canvas.facts.vocabulary(run) ?? []));
    const [size] = sizes;
    if (sizes.size !== 1 || size === undefined) return [];
    return [{ value: Math.log(size), label: `ln ${size}` }];
  }
  const [first] = runs;
  const guide =
    first === undefined
      ? null
      : (canvas.curves.info(first).find((one) => one.series === series)?.guide ?? null);
  return guide === null
    ? []
    : [{ value: guide, label: `guide ${compact(guide).replace("-", "−")}` }];
}

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
