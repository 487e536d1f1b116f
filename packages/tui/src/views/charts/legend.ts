/** The legend of the charts: what each curve is called, what is wrong with its runs, and its value. */
import { isMetric } from "@ablate/store";
import { count, UNKNOWN, widthOf } from "@ablate/text";
import { fitTitles, sizeText } from "../../data/labels.ts";
import { swatch } from "../../data/looks.ts";
import { updates } from "../../data/shown-run.ts";
import { RATIO, seriesValues, titleAmong } from "../../data/titles.ts";
import { fitLine, justify, type Line, lineWidth, piece, restyle } from "../../text/line.ts";
import { NAME_CELLS } from "../chart-plots.ts";
import type { Plot } from "../plot-curves.ts";
import { xName } from "../plot-words.ts";
import { type ChartCanvas, commonRates } from "../plots.ts";
import { type Reading, readAt } from "../readings.ts";
import { findingsLine } from "../states.ts";

/** A curve in the legend: its plot, and its value at the crosshair or its last one. */
export type Entry = {
  readonly plot: Plot;
  readonly name: string;
  readonly isTop: boolean;
  readonly reading: Reading | null;
};

/** Cells of a name before it gives way to how a value spreads. */
const LEAST_NAME = 16;

/** Cells of the signs before a name. */
const SIGNS = 3;

/** Cells of what is said above the values at a crosshair: "loss  step 1,999: smoothed, raw". */
const HEAD_AT = 30;

/** Cells of a raw value beside a smoothed one. */
const RAW = 8;

/** The widest legend beside charts, and the narrowest. */
const WIDEST = 48;
const NARROWEST = 24;

/** Reads the curves and puts them in the order of their values: the best first, where less or more is better. */
export function entriesOf(canvas: ChartCanvas, plots: readonly Plot[], onTop: number): Entry[] {
  const { chosen, table } = canvas.scene;
  const rows = plots.map(({ key, name, runs }) => {
    const row = chosen.find((one) => one.key === key);
    return row ?? { title: name, members: runs };
  });
  const isOfRows = rows.every((row) => "key" in row);
  const names = isOfRows ? fitTitles(rows, NAME_CELLS, table) : [];
  const entries = plots.map((plot, i) => ({
    plot,
    name: (names[i] ?? plot.name) + sizeText(rows[i] ?? { title: "", members: [] }),
    isTop: isOfRows && i === onTop,
    reading: plot.isHidden === true ? null : readAt(canvas, plot),
  }));
  const isLess = isLessBetter(canvas, plots[0]?.series ?? "loss");
  const rank = ({ plot, reading }: Entry): number => {
    if (plot.isHidden === true) return Number.POSITIVE_INFINITY;
    const value = reading?.smoothed.mean ?? Number.NaN;
    if (Number.isNaN(value)) return Number.MAX_VALUE;
    return isLess ? value : -value;
  };
  return entries.toSorted((a, b) => rank(a) - rank(b));
}

/** Whether lower values of a series are better, as losses are; of what has no goal the highest stand first. */
function isLessBetter({ curves, scene }: ChartCanvas, series: string): boolean {
  if (series.startsWith(RATIO) || series === "lr") return false;
  if (!isMetric(series)) return true;
  const runs = scene.chosen.flatMap(({ members }) => members);
  const goals = runs.map((run) => curves.info(run).find((one) => one.series === series)?.goal);
  return goals.some((goal) => goal === "min");
}

/** Returns the cells that a legend needs beside charts of so many columns in all. */
export function legendWidth(
  canvas: ChartCanvas,
  entries: readonly Entry[],
  columns: number,
): number {
  const lines = readingsOf(canvas, entries, WIDEST);
  // At a crosshair the raw value stands beside the smoothed one, where they differ.
  const raw = entries.some(({ reading }) => reading !== null && isOfTwo(reading)) ? RAW : 0;
  const widths = entries.map(
    ({ name, plot }, i) =>
      SIGNS + widthOf(name) + 2 + lineWidth(marksOf(plot)) + lineWidth(lines[i] ?? []) + raw,
  );
  const head = widthOf(titleOf(canvas)) + 2 + widthOf(headText(canvas, entries));
  const widest = Math.max(NARROWEST, head, HEAD_AT, ...widths);
  return Math.min(WIDEST, Math.floor(columns * 0.36), widest);
}

/** Draws a head and a line for each curve, then the changes of the learning rate that all have. */
export function legendLines(canvas: ChartCanvas, entries: readonly Entry[], width: number): Line[] {
  const { scene } = canvas;
  const runs = scene.chosen.flatMap(({ members }) => members);
  const head = justify(
    [piece(titleOf(canvas), "muted")],
    [piece(headText(canvas, entries), "muted")],
    width,
  );
  const readings = readingsOf(canvas, entries, width);
  const names = fittingNames(canvas, entries, { readings, width });
  const lines = entries.map(({ plot, name, isTop }, i) => {
    const reading = readings[i] ?? [];
    const marks = marksOf(plot);
    const left: Line = [
      piece(isTop ? "▶" : " ", plot.look.tone),
      swatch(plot.look),
      piece(" "),
      { text: names[i] ?? name, bold: isTop },
      ...(marks.length === 0 ? [] : [piece(" "), ...marks]),
    ];
    const drawn = justify(left, reading, width);
    return plot.isHidden === true ? restyle(drawn, { tone: "muted" }) : drawn;
  });
  const steps = Math.max(0, ...runs.map(updates));
  const changes = commonRates(runs)
    .filter(({ step }) => step < steps)
    .map(({ step, rate }) => [piece(`┊ lr ${rate} from ${count(step)}`, "muted")]);
  return [head, ...lines, ...changes].map((one) => fitLine(one, width));
}

/** Says what is wrong with the runs of a curve; not beside each series of a panel. */
function marksOf({ key, series, runs }: Plot): Line {
  return key === series ? [] : findingsLine(runs);
}

/** Returns the title of the chart that has the keys. */
function titleOf({ scene, state }: ChartCanvas): string {
  const runs = scene.chosen.flatMap(({ members }) => members);
  const series = scene.metrics[Math.min(state.chart, scene.metrics.length - 1)] ?? "loss";
  return titleAmong(series, runs).replace(/, nats$/, "");
}

/** Says where the curves are read, and how. */
function headText({ state, scene }: ChartCanvas, entries: readonly Entry[]): string {
  const isBoth = entries.some(({ reading }) => reading !== null && isOfTwo(reading));
  if (state.crosshair === null) return isBoth ? "last values, smoothed" : "last values";
  return `${xName(scene.axis, state.crosshair)}${isBoth ? ": smoothed, raw" : ""}`;
}

function isOfTwo({ raw, smoothed }: Reading): boolean {
  return raw.mean !== smoothed.mean;
}

/** Returns the names of the curves; where they do not all fit beside their values, all in short. */
function fittingNames(
  { scene: { chosen, table } }: ChartCanvas,
  entries: readonly Entry[],
  { readings, width }: { readonly readings: readonly Line[]; readonly width: number },
): string[] {
  const names = entries.map(({ name }) => name);
  const room = (plot: Plot, i: number): number =>
    width - SIGNS - lineWidth(readings[i] ?? []) - lineWidth(marksOf(plot)) - 2;
  if (entries.every(({ name, plot }, i) => widthOf(name) <= room(plot, i))) return names;
  const rows = entries.flatMap(({ plot }) => chosen.find(({ key }) => key === plot.key) ?? []);
  if (rows.length < entries.length) return names;
  const sizes = rows.map(sizeText);
  const least = Math.min(...entries.map(({ plot }, i) => room(plot, i) - (sizes[i] ?? "").length));
  const short = fitTitles(rows, Math.max(1, least), table);
  return short.map((name, i) => name + (sizes[i] ?? ""));
}

/** Writes the values of curves below each other, and how they spread where there is room for that beside the name. */
function readingsOf(canvas: ChartCanvas, entries: readonly Entry[], width: number): Line[] {
  const [first] = entries;
  const series = first?.plot.series ?? "loss";
  const isAt = canvas.state.crosshair !== null;
  const means = entries.flatMap(({ reading }) =>
    reading === null ? [] : [reading.smoothed.mean, ...(isAt ? [reading.raw.mean] : [])],
  );
  const text = seriesValues(series, means);
  const isBoth = isAt && entries.some(({ reading }) => reading !== null && isOfTwo(reading));
  return entries.map(({ plot, reading, name }): Line => {
    if (plot.isHidden === true) return [piece("hidden")];
    const diverged = plot.divergedAt === null ? [] : [piece(" ✗", "bad")];
    if (reading === null) return [piece(UNKNOWN), ...diverged];
    const { smoothed, raw } = reading;
    const spread = smoothed.n >= 2 ? ` ±${((smoothed.high - smoothed.low) / 2).toFixed(3)}` : "";
    const missing = smoothed.n === plot.runs.length ? "" : ` n ${smoothed.n}`;
    const beside = isBoth ? [piece(`  ${text(raw.mean)}`, "muted")] : [];
    const long = [piece(`${text(smoothed.mean)}${spread}${missing}`), ...beside, ...diverged];
    const isNarrow = width - SIGNS - lineWidth(long) < Math.min(LEAST_NAME, widthOf(name));
    return isNarrow ? [piece(text(smoothed.mean)), ...beside, ...diverged] : long;
  });
}
