/** One run in full, as a page: curves, update:data ratios with their verdicts, evaluations, samples, settings. */
import { clean, count, loss, UNKNOWN } from "@ablate/text";
import { LABEL_CELLS } from "../../chart/chart.ts";
import type { Window } from "../../data/curves.ts";
import type { RunFacts } from "../../data/facts.ts";
import { RATIO, seriesValue } from "../../data/series.ts";
import { rateAt, type ShownRun, updates } from "../../data/shown-run.ts";
import {
  beside,
  cutLine,
  justify,
  type Line,
  line,
  lineWidth,
  piece,
  restyle,
} from "../../text/line.ts";
import { drawPlots, guidesOf, type Plot, tonesOf, traceOf, windowOf } from "../plots.ts";
import { caption, readAt, xName } from "../readings.ts";
import { gridLine, STATE_SIGNS, stateLine } from "../states.ts";
import type { Canvas, Drawn, Sheet } from "../view.ts";
import { sampleLines, texts, wrap } from "./run-texts.ts";
import { verdictLines } from "./verdict.ts";

const GAP = 2;

export function drawRun(canvas: Canvas): Drawn {
  const { scene, state, rows, columns } = canvas;
  const { run } = scene;
  if (run === undefined) return nothing();
  const { lines, parts } = pageOf(canvas, run);
  const top = Math.min(state.scroll, Math.max(0, lines.length - rows));
  return {
    lines: lines.slice(top, top + rows).map((one) => cutLine(one, columns)),
    pageLength: lines.length,
    parts,
    xCells: chartColumns(columns) - LABEL_CELLS,
    sheet: () => sheetOf(canvas, run),
  };
}

/** Draws the whole page of a run and says where its parts begin. */
export function pageOf(
  canvas: Canvas,
  run: ShownRun,
): { readonly lines: readonly Line[]; readonly parts: readonly number[] } {
  const facts = canvas.facts.read(run);
  const charts = [lossChart(canvas, run, facts), ratioChart(canvas, run)];
  const sections = [
    head(canvas, run, facts),
    ...(canvas.state.spotlight === null ? charts : charts.toReversed()),
    ...texts(canvas, run, facts),
  ].filter((section) => section.length > 0);
  const lines: Line[] = [];
  const parts: number[] = [];
  for (const section of sections) {
    if (lines.length > 0) lines.push([]);
    parts.push(lines.length);
    lines.push(...section);
  }
  return { lines, parts };
}

/** Draws the two charts of the run that is opened. */
export function chartsOf(canvas: Canvas): Line[] {
  const { run } = canvas.scene;
  if (run === undefined) return [];
  return [...lossChart(canvas, run, canvas.facts.read(run)), [], ...ratioChart(canvas, run)];
}

/** Measures the width of charts, which leave room for words beside them where there is enough. */
function chartColumns(columns: number): number {
  return columns < 76
    ? columns
    : columns - Math.min(54, Math.max(38, Math.floor(columns * 0.36))) - GAP;
}

function chartRows({ rows, state }: Canvas): number {
  if (state.isAlone) return Math.max(6, rows - 2);
  return Math.max(7, Math.min(20, Math.floor((rows - 3) / 2)));
}

function head(canvas: Canvas, run: ShownRun, { initialLoss, vocabulary }: RunFacts): Line[] {
  const { columns } = canvas;
  const grid = gridLine(canvas, run.grid);
  const { sign, tone } = STATE_SIGNS[run.state];
  const speed = run.stepsPerS === null ? "" : ` · ${count(run.stepsPerS)} steps/s`;
  const name: Line = [
    piece(`${sign} `, tone),
    { text: clean(run.name), bold: true },
    ...(run.tags.length > 0 ? [piece(`  ${run.tags.join(", ")}`, "accent")] : []),
  ];
  const state: Line = [
    ...stateLine(run),
    piece(` · ${count(updates(run))} of ${count(run.steps)} steps${speed}`, "muted"),
  ];
  const fits = lineWidth(name) + lineWidth(state) + 2 <= columns;
  const guess =
    vocabulary === null ? "" : ` (guessing: ln ${vocabulary} = ${Math.log(vocabulary).toFixed(4)})`;
  const results = [
    `loss at init ${loss(initialLoss)}${guess}`,
    `now ${loss(run.loss)}`,
    ...(run.trainLoss === null ? [] : [`train ${loss(run.trainLoss)}`]),
    ...(run.validLoss === null ? [] : [`valid ${loss(run.validLoss)}`]),
  ].join(" · ");
  return [
    ...(fits ? [justify(name, state, columns)] : [name, state]),
    ...wrap(results.split(" "), columns),
    ...(run.error === null ? [] : wrap(clean(run.error).split(" "), columns).map(toBad)),
    ...(run.note === null ? [] : wrap(`note: ${clean(run.note)}`.split(" "), columns)),
    ...(grid.length === 0 ? [] : [grid]),
  ];
}

function toBad(text: Line): Line {
  return restyle(text, { tone: "bad" });
}

function lossChart(canvas: Canvas, run: ShownRun, facts: RunFacts): Line[] {
  const columns = chartColumns(canvas.columns);
  const window = windowOf(canvas, columns);
  const series = ["loss", ...(run.validLoss === null ? [] : ["train_loss", "valid_loss"])];
  const plots = plotsOfRun(canvas, run, {
    series,
    names: ["training batches", "training split", "validation split"],
    window,
  });
  const chart = drawPlots(canvas, plots, {
    series: "loss",
    box: { columns, rows: chartRows(canvas) },
    onTop: 0,
    window,
    guides: guidesOf(canvas, "loss", [run]),
    runs: [run],
  });
  const shown = caption(canvas, { window, plots: [], columns });
  const legend = plots.map((plot) =>
    legendLine(canvas, plot, { series: "loss", window, width: sideWidth(canvas) }),
  );
  const rates = curveNotes(canvas, run);
  const notes: Line[] = [
    ...wrap(shown.split(" "), sideWidth(canvas)).map((one) => restyle(one, { tone: "muted" })),
    ...legend,
    ...rates,
    ...(canvas.columns < 76 ? [] : sampleLines(facts, sideWidth(canvas))),
  ];
  return withSide(canvas, chart, notes.slice(0, Math.max(chart.length, 4)));
}

function ratioChart(canvas: Canvas, run: ShownRun): Line[] {
  const { scene } = canvas;
  if (scene.allParameters.length === 0) return [];
  const columns = chartColumns(canvas.columns);
  const window = windowOf(canvas, columns);
  const series = scene.parameters.map((name) => `${RATIO}${name}`);
  const plots = plotsOfRun(canvas, run, { series, names: scene.parameters, window });
  const verdicts = verdictLines(canvas, run, { plots, window, width: sideWidth(canvas) });
  const rows =
    canvas.columns < 76
      ? chartRows(canvas)
      : Math.max(chartRows(canvas), Math.min(verdicts.length, 16));
  const chart = drawPlots(canvas, plots, {
    series: `${RATIO}every parameter`,
    box: { columns, rows },
    onTop: scene.parameters.indexOf(canvas.state.spotlight ?? ""),
    window,
    guides: [{ value: -3, label: "guide −3" }],
    runs: [run],
  });
  return withSide(canvas, chart, verdicts);
}

function plotsOfRun(
  canvas: Canvas,
  run: ShownRun,
  {
    series,
    names,
    window,
  }: {
    readonly series: readonly string[];
    readonly names: readonly string[];
    readonly window: Window;
  },
): Plot[] {
  const tones = tonesOf(names);
  const samples = canvas.curves.read(run, series, window);
  const end = run.state === "diverged" ? canvas.curves.end(run, window.axis) : null;
  return series.flatMap((one, i) => {
    const found = samples.get(one);
    const name = names[i] ?? one;
    if (found === undefined) return [];
    const shown = traceOf(canvas, one, { samples: found, window });
    return [
      {
        key: one,
        label: name,
        tone: tones.get(name) ?? "plain",
        traces: [shown],
        shown,
        divergedAt: i === 0 ? end : null,
        isSparse: one.endsWith("_loss"),
      },
    ];
  });
}

function legendLine(
  canvas: Canvas,
  plot: Plot,
  {
    series,
    window,
    width,
  }: {
    readonly series: string;
    readonly window: Window;
    readonly width: number;
  },
): Line {
  const value = readAt(canvas, plot, window);
  return justify(
    [piece("━ ", plot.tone), piece(plot.label)],
    [piece(value === null ? UNKNOWN : seriesValue(series, value.mean))],
    Math.min(width, 40),
  );
}

/** Names the crosshair's step and how the learning rate has changed so far. */
function curveNotes({ state }: Canvas, run: ShownRun): Line[] {
  const cross: Line[] =
    state.crosshair === null ? [] : [[piece(`│ ${xName(state.settings.axis, state.crosshair)}`)]];
  if (updates(run) === 0) return cross;
  const [first, last] = [rateAt(run, 0), rateAt(run, updates(run) - 1)].map((rate) =>
    String(Number(rate.toPrecision(3))),
  );
  const rates = first === last ? first : `${first} → ${last} (┊)`;
  return [...cross, [piece(`learning rate ${rates}`, "muted")]];
}

function sideWidth({ columns }: Canvas): number {
  return columns < 76 ? columns : columns - chartColumns(columns) - GAP;
}

/** Puts notes at the right of a chart, or below it on a narrow terminal. */
function withSide({ columns }: Canvas, chart: readonly Line[], side: readonly Line[]): Line[] {
  if (columns < 76) return [...chart, ...side];
  const width = chartColumns(columns);
  return beside(
    [
      { lines: chart, width },
      { lines: side, width: columns - width - GAP },
    ],
    GAP,
  );
}

function nothing(): Drawn {
  const lines: Line[] = [
    restyle(line(" no run to show: esc goes back to the runs"), { tone: "muted" }),
  ];
  return { lines, sheet: () => ({ columns: [], rows: [] }) };
}

/** Returns the rows of the loss and of every shown ratio. */
function sheetOf(canvas: Canvas, run: ShownRun): Sheet {
  const window = windowOf(canvas, canvas.columns);
  const series = ["loss", ...canvas.scene.parameters.map((name) => `${RATIO}${name}`)];
  const read = canvas.curves.read(run, series, window);
  return {
    columns: ["series", "run", "step", "n", "min", "mean", "max"],
    rows: series.flatMap((name) => {
      const found = read.get(name);
      if (found === undefined) return [];
      return Array.from(found.x, (x, i) => [
        name,
        run.name,
        x,
        found.n[i] ?? 0,
        found.min[i] ?? null,
        found.mean[i] ?? null,
        found.max[i] ?? null,
      ]);
    }),
  };
}
