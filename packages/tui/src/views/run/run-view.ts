/** The view Run: one run in full, as a page: curves, update:data ratios with their verdicts, and texts. */
import { isMetric } from "@ablate/store";
import { middleEllipsis, shortNumber, UNKNOWN, widthOf } from "@ablate/text";
import { LABEL_CELLS } from "../../chart/axes.ts";
import type { Guide } from "../../chart/spec.ts";
import { looksOf, PLAIN_LOOK, swatch } from "../../data/looks.ts";
import { RECORDED_COLUMNS, recordedRows } from "../../data/recorded.ts";
import { isRecorded, rateText, type ShownRun, updates } from "../../data/shown-run.ts";
import { RATIO, seriesValue } from "../../data/titles.ts";
import { CURVE_KEYS } from "../../keys/curve-keys.ts";
import { nextPart, PAGE_KEYS, RUN_KEYS, toggleAlone } from "../../keys/move-keys.ts";
import { bind, hint, ROWS } from "../../keys/rows.ts";
import { choosing, chosenOf, SHOWS_OR_HIDES } from "../../keys/table-keys.ts";
import { missingText } from "../../state/follow-runs.ts";
import type { PaperFigure, PaperPart } from "../../state/paper-chart.ts";
import type { Scene } from "../../state/scene.ts";
import { adjusted, type State } from "../../state/state.ts";
import { beside, cutLine, GAP, justify, type Line, piece, wrapped } from "../../text/line.ts";
import { coloursOf } from "../../text/theme.ts";
import { plotOf } from "../chart-plots.ts";
import { toEvidence } from "../evidence.ts";
import { runGroups } from "../paper.ts";
import type { Plot } from "../plot-curves.ts";
import { caption, xName } from "../plot-words.ts";
import { type ChartCanvas, chartCanvas, type DrawnPlots, drawPlots, placedAt } from "../plots.ts";
import { readAt } from "../readings.ts";
import {
  type Canvas,
  type Chooser,
  type Context,
  type Drawn,
  NO_SHEET,
  type PlotPlace,
  type Sheet,
  type View,
} from "../view.ts";
import { headOf, wrongWith } from "./head.ts";
import { lossesOf } from "./losses.ts";
import { sampleLines, texts } from "./run-texts.ts";
import { verdictLines } from "./verdict.ts";

const PARAMETERS: Chooser = {
  name: "parameters",
  title: "parameters",
  hint: SHOWS_OR_HIDES,
  items: (_, { allParameters, parameters }) =>
    allParameters.map((id) => ({ id, title: id, isChosen: parameters.includes(id) })),
  choose: (state, { allParameters, parameters }, choice) =>
    adjusted(state, { parameters: chosenOf(allParameters, parameters, choice) }),
};

export const runView: View = {
  name: "run",
  title: "Run",
  key: "3",
  help: "one run in full",
  draw: drawRun,
  paper: runPaper,
  isOfOneRun: true,
  recorded: ({ run }) => (run === undefined ? [] : [run]),
  subject: ({ run }) => run,
  hints: () => [
    hint(ROWS.crosshair),
    hint(ROWS.zoomIn),
    hint(ROWS.next, "next run"),
    hint(ROWS.pane, "next part"),
    hint(ROWS.note),
  ],
  choosers: [PARAMETERS],
  keys: [
    ...PAGE_KEYS,
    ...RUN_KEYS,
    ...CURVE_KEYS,
    bind(ROWS.enter, enter),
    bind(ROWS.maximise, toggleAlone),
    bind(ROWS.pane, nextPart),
    choosing(PARAMETERS),
  ],
  point: (state, { scene }, { kind, key }) => {
    const found = scene.run && wrongWith(scene.readers, scene.run).find((one) => one.key === key);
    return kind === "finding" && found ? { state: toEvidence(state, scene, found) } : null;
  },
};

/** Returns its losses, in one chart, and the ratios that are shown. */
function runPaper(scene: Scene): PaperFigure | string {
  const { run, parameters } = scene;
  if (run === undefined) return "there is no run to chart";
  const { series } = lossesOf(run);
  const losses: PaperPart = { kind: "together", series, title: null, group: 0 };
  const ratios: readonly PaperPart[] =
    parameters.length === 0 ? [] : [{ kind: "ratios", parameters }];
  return { name: "run", groups: runGroups(scene, [run]), parts: [losses, ...ratios] };
}

/** Goes to the evidence of what is wrong with a run; where that is nothing or shown already, makes charts larger. */
function enter(state: State, { scene }: Context): State {
  const [worst] = scene.run === undefined ? [] : wrongWith(scene.readers, scene.run);
  const isShown = state.isAlone || state.spotlight !== null || state.crosshair !== null;
  return worst === undefined || isShown ? toggleAlone(state) : toEvidence(state, scene, worst);
}

/** The fewest columns at which notes stand beside the charts instead of under them. */
const WITH_SIDE = 76;

/** Draws the part of the page that the screen shows. */
function drawRun(canvas: Canvas): Drawn {
  const { scene, state, rows, columns } = canvas;
  const { run } = scene;
  if (run === undefined) {
    const text = ` ${missingText(state)}: n shows another, esc goes back to the runs`;
    return { lines: [[piece(text, "muted")]], sheet: () => NO_SHEET };
  }
  const { lines, parts, plots } = pageOf(canvas, run);
  const top = Math.min(state.scroll, Math.max(0, lines.length - rows));
  return {
    lines: lines.slice(top, top + rows).map((one) => cutLine(one, columns)),
    pageLength: lines.length,
    parts,
    xCells: chartColumns(columns) - LABEL_CELLS,
    plots: plots.flatMap((place) => onScreen(place, { top, rows })),
    sheet: () => sheetOf(canvas, run),
  };
}

/** Draws the whole page of a run and says where its parts begin. */
function pageOf(
  canvas: Canvas,
  run: ShownRun,
): {
  readonly lines: readonly Line[];
  readonly parts: readonly number[];
  readonly plots: readonly PlotPlace[];
} {
  const facts = canvas.stored.facts(run);
  const charts = chartsOf(canvas, run);
  const sections = [
    withoutPlot(headOf(canvas, run, facts)),
    ...(canvas.state.spotlight === null ? charts : charts.toReversed()),
    ...texts(canvas, run, facts).map(withoutPlot),
  ].filter((section) => section.lines.length > 0);
  const lines: Line[] = [];
  const parts: number[] = [];
  const plots: PlotPlace[] = [];
  for (const section of sections) {
    if (lines.length > 0) lines.push([]);
    parts.push(lines.length);
    plots.push(...placedAt(section, { column: 0, row: lines.length }));
    lines.push(...section.lines);
  }
  return { lines, parts, plots };
}

const withoutPlot = (lines: readonly Line[]): DrawnPlots => ({ lines, place: null });

/** Returns what can be seen of a plot on a page that is scrolled. */
function onScreen(
  place: PlotPlace,
  { top, rows }: { readonly top: number; readonly rows: number },
): PlotPlace[] {
  const { rect } = place;
  const isWhole = rect.row >= top && rect.row + rect.rows <= top + rows;
  return isWhole ? [{ ...place, rect: { ...rect, row: rect.row - top } }] : [];
}

/** Draws the chart of the losses of a run and the one of its update:data ratios. */
export function chartsOf(canvas: Canvas, run: ShownRun): readonly [DrawnPlots, DrawnPlots] {
  const charting = chartCanvas(canvas, chartColumns(canvas.columns));
  return [lossChart(charting, run), ratioChart(charting, run)];
}

/** Measures the width of charts, which leave room for words beside them where there is enough. */
function chartColumns(columns: number): number {
  if (columns < WITH_SIDE) return columns;
  return columns - Math.min(54, Math.max(38, Math.floor(columns * 0.37))) - GAP;
}

function sideWidth({ columns }: Canvas): number {
  return columns < WITH_SIDE ? columns : columns - chartColumns(columns) - GAP;
}

function chartRows({ rows, state }: Canvas): number {
  if (state.isAlone) return Math.max(6, rows - 2);
  return Math.max(7, Math.min(20, Math.floor((rows - 3) / 2)));
}

function lossChart(canvas: ChartCanvas, run: ShownRun): DrawnPlots {
  const { series, names, title } = lossesOf(run);
  const plots = plotsOf(canvas, run, series, names);
  const box = { columns: chartColumns(canvas.columns), rows: chartRows(canvas) };
  const [main = "loss"] = series;
  const chart = drawPlots(canvas, plots, { series: main, box, onTop: 0, runs: [run], title });
  const side = sideWidth(canvas);
  const notes: Line[] = [
    ...wrapped(caption(canvas, [], box), side, "muted"),
    ...plots.map((plot) => legendLine(canvas, plot, Math.min(side, 40))),
    ...curveNotes(canvas, run),
    ...(canvas.columns < WITH_SIDE ? [] : sampleLines(canvas.stored.facts(run), side)),
  ];
  return withSide(canvas, chart, notes.slice(0, Math.max(chart.lines.length, 4)));
}

const GUIDE: Guide = { value: -3, label: "guide −3" };

function ratioChart(canvas: ChartCanvas, run: ShownRun): DrawnPlots {
  const { columns, scene, state } = canvas;
  const { parameters } = scene;
  if (scene.allParameters.length === 0) return withoutPlot([]);
  const series = parameters.map((name) => `${RATIO}${name}`);
  const plots = plotsOf(canvas, run, series, parameters);
  const verdicts = verdictLines(canvas, run, plots, sideWidth(canvas));
  const beside = columns < WITH_SIDE ? 0 : Math.min(verdicts.length, 16);
  const chart = drawPlots(canvas, plots, {
    series: `${RATIO}every parameter`,
    title: `log10 update:data${kindText(canvas, run)} of every parameter`,
    box: { columns: chartColumns(columns), rows: Math.max(chartRows(canvas), beside) },
    onTop: parameters.indexOf(state.spotlight ?? ""),
    guides: [GUIDE],
    runs: [run],
  });
  return withSide(canvas, chart, verdicts);
}

/** Says by what the ratios of a log are, and at which steps, where that is not as of what is trained here. */
function kindText({ stored }: Canvas, run: ShownRun): string {
  if (!isRecorded(run)) return "";
  const { ratios, every } = stored.facts(run).model;
  const each = every === 1 ? "" : `, every ${every} steps,`;
  return `${ratios === null ? "" : ` by ${ratios}`}${each}`;
}

/** Makes a plot of each of these series that the run has. */
function plotsOf(
  canvas: ChartCanvas,
  run: ShownRun,
  series: readonly string[],
  names: readonly string[],
): Plot[] {
  const looks = looksOf(names, { chosen: new Map(), colours: coloursOf(canvas.depth) });
  const samples = canvas.curves.read(run, series, canvas.window);
  return series.flatMap((key, i): Plot[] => {
    if (!samples.has(key)) return [];
    const name = names[i] ?? key;
    const look = looks.get(name) ?? PLAIN_LOOK;
    const plot = plotOf(canvas, { key, series: key, runs: [run], look, name, shown: series });
    return [i === 0 ? plot : { ...plot, divergedAt: null }];
  });
}

/** Names a curve with its value, smoothed; at the crosshair the raw value stands beside it. */
function legendLine(canvas: ChartCanvas, plot: Plot, width: number): Line {
  const value = readAt(canvas, plot);
  const write = (one: number) => seriesValue(isMetric(plot.key) ? plot.key : "loss", one);
  const isBoth = canvas.state.crosshair !== null && value?.raw.mean !== value?.smoothed.mean;
  const text = value === null ? UNKNOWN : write(value.smoothed.mean);
  const raw = value === null || !isBoth ? "" : ` raw ${write(value.raw.mean)}`;
  const label = middleEllipsis(plot.label, Math.max(1, width - widthOf(text + raw) - 4));
  return justify(
    [swatch(plot.look), piece(" "), piece(label)],
    [piece(text), piece(raw, "muted")],
    width,
  );
}

/** Names the crosshair's step and how the learning rate has changed so far. */
function curveNotes({ state, scene, stored }: Canvas, run: ShownRun): Line[] {
  const cross: Line[] =
    state.crosshair === null ? [] : [[piece(`│ ${xName(scene.axis, state.crosshair)}`)]];
  if (updates(run) === 0) return cross;
  const rate = isRecorded(run) ? shortRate(stored.facts(run).lastRate) : rateText(run);
  return rate === null ? cross : [...cross, [piece(`learning rate ${rate}`, "muted")]];
}

function shortRate(rate: number | null): string | null {
  return rate === null ? null : shortNumber(rate, 4);
}

/** Puts notes at the right of a chart, or below it on a narrow terminal. */
function withSide(canvas: Canvas, { lines, place }: DrawnPlots, side: readonly Line[]): DrawnPlots {
  if (canvas.columns < WITH_SIDE) return { place, lines: [...lines, ...side] };
  const blocks = [
    { lines, width: chartColumns(canvas.columns) },
    { lines: side, width: sideWidth(canvas) },
  ];
  return { place, lines: beside(blocks) };
}

/** Returns every step of the loss and of every shown ratio, as it was recorded. */
function sheetOf({ curves, scene }: Canvas, run: ShownRun): Sheet {
  const losses = isRecorded(run) ? lossesOf(run).series : ["loss"];
  const series = [...losses, ...scene.parameters.map((name) => `${RATIO}${name}`)];
  const shown = { axis: scene.axis, scale: scene.x };
  const rows = () => recordedRows(run, series, { curves, shown });
  return { columns: RECORDED_COLUMNS, rows: { [Symbol.iterator]: rows } };
}
