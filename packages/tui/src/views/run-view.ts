/** One run in full, as a page: curves, update:data ratios with their verdicts, evaluations, samples, settings. */
import { LABEL_CELLS } from "../chart/chart.ts";
import type { Facts } from "../data/facts.ts";
import { type ShownRun, updates } from "../data/shown-run.ts";
import { type Verdict, verdictOn } from "../data/verdict.ts";
import {
  beside,
  cutLine,
  justify,
  type Line,
  line,
  lineWidth,
  piece,
  restyle,
  type Tone,
} from "../text/line.ts";
import { count, loss, short, UNKNOWN } from "../text/number.ts";
import { clean, cutText, widthOf } from "../text/width.ts";
import type { Canvas, Drawn, Sheet } from "./canvas.ts";
import {
  caption,
  drawPlots,
  guidesOf,
  type Plot,
  RATIO,
  readAt,
  seriesValue,
  tonesOf,
  traceOf,
  windowOf,
  xName,
} from "./plots.ts";
import { STATE_SIGNS, stateLine } from "./states.ts";

const GAP = 2;

export function drawRun(canvas: Canvas): Drawn {
  const { scene, state, rows, columns } = canvas;
  const { run } = scene;
  if (run === undefined) return nothing(canvas);
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

/** The whole page of a run and where its parts begin. */
export function pageOf(
  canvas: Canvas,
  run: ShownRun,
): { readonly lines: readonly Line[]; readonly parts: readonly number[] } {
  const facts = canvas.facts.read(run);
  const sections = [
    head(canvas, run, facts),
    lossChart(canvas, run, facts),
    ratioChart(canvas, run),
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

/** The two charts of the canvas's run. */
export function chartsOf(canvas: Canvas): Line[] {
  const { run } = canvas.scene;
  if (run === undefined) return [];
  return [...lossChart(canvas, run, canvas.facts.read(run)), [], ...ratioChart(canvas, run)];
}

/** Charts leave room for what is said beside them where there is enough. */
function chartColumns(columns: number): number {
  return columns < 76
    ? columns
    : columns - Math.min(54, Math.max(38, Math.floor(columns * 0.36))) - GAP;
}

function chartRows({ rows, state }: Canvas): number {
  if (state.isAlone) return Math.max(6, rows - 2);
  return Math.max(7, Math.min(20, Math.floor((rows - 3) / 2)));
}

function head({ columns }: Canvas, run: ShownRun, { initialLoss, vocabulary }: Facts): Line[] {
  const { sign, tone } = STATE_SIGNS[run.state];
  const speed = run.steps_per_s === null ? "" : ` · ${count(run.steps_per_s)} steps/s`;
  const name: Line = [
    piece(`${sign} `, tone),
    { text: clean(run.run), bold: true },
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
    ...(run.train_loss === null ? [] : [`train ${loss(run.train_loss)}`]),
    ...(run.valid_loss === null ? [] : [`valid ${loss(run.valid_loss)}`]),
  ].join(" · ");
  return [
    ...(fits ? [justify(name, state, columns)] : [name, state]),
    ...wrap(results.split(" "), columns),
    ...(run.error === null ? [] : wrap(clean(run.error).split(" "), columns).map(toBad)),
    ...(run.note === null ? [] : wrap(`note: ${clean(run.note)}`.split(" "), columns)),
  ];
}

function toBad(text: Line): Line {
  return restyle(text, { tone: "bad" });
}

function lossChart(canvas: Canvas, run: ShownRun, facts: Facts): Line[] {
  const columns = chartColumns(canvas.columns);
  const window = windowOf(canvas, columns);
  const series = ["loss", ...(run.valid_loss === null ? [] : ["train_loss", "valid_loss"])];
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
  const verdicts = verdictLines(canvas, run, { plots, window });
  const rows =
    canvas.columns < 76
      ? chartRows(canvas)
      : Math.max(chartRows(canvas), Math.min(verdicts.length, 16));
  const chart = drawPlots(canvas, plots, {
    series: `${RATIO}every parameter`,
    box: { columns, rows },
    onTop: -1,
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
    readonly window: ReturnType<typeof windowOf>;
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

/** Every parameter with its ratio and, where there is a band for it, the verdict in words. */
function verdictLines(
  canvas: Canvas,
  run: ShownRun,
  {
    plots,
    window,
  }: { readonly plots: readonly Plot[]; readonly window: ReturnType<typeof windowOf> },
): Line[] {
  const { state, curves, scene } = canvas;
  const width = sideWidth(canvas);
  const info = new Map(curves.info(run).map((one) => [one.series, one]));
  const whole = {
    axis: "step" as const,
    scale: { low: 0, high: Math.max(1, updates(run) - 1), log: false },
    columns: 400,
    lead: 0,
  };
  const samples = curves.read(
    run,
    plots.map(({ key }) => key),
    whole,
  );
  const at = state.crosshair === null ? "mean of the end" : xName(state.look.axis, state.crosshair);
  const nameWidth = Math.min(24, Math.max(9, ...plots.map(({ label }) => label.length)));
  const rows = plots.map((plot): Line => {
    const found = samples.get(plot.key);
    const band = info.get(plot.key) ?? { low: null, high: null };
    const verdict = found === undefined ? null : verdictOn(found, band);
    const read = state.crosshair === null ? null : readAt(canvas, plot, window);
    const value = read?.mean ?? verdict?.value;
    const text = value === undefined ? UNKNOWN : seriesValue(RATIO, value);
    const name = cutText(plot.label, nameWidth).padEnd(nameWidth);
    const head = line(piece("━ ", plot.tone), `${name}${text.padStart(7)}  `);
    return [...head, ...verdictWords(verdict, width - lineWidth(head))];
  });
  const hidden = scene.allParameters.length - scene.parameters.length;
  const more: Line[] = hidden === 0 ? [] : [[piece(`${hidden} more: v chooses`, "muted")]];
  return [
    justify([piece("log10 update:data", "muted")], [piece(at, "muted")], width),
    ...rows,
    ...more,
  ];
}

/** The verdict in words, with the step since which it holds where there is room for that. */
function verdictWords(verdict: Verdict | null, room: number): Line {
  if (verdict === null) return [piece("no finite ratio", "muted")];
  const { word, since } = verdict;
  if (word === null) return [piece("no band", "muted")];
  const long = since === null ? word : `${word} since ${short(since)}`;
  return [piece(long.length <= room ? long : word, VERDICT_TONES[word])];
}

const VERDICT_TONES: Readonly<Record<string, Tone>> = {
  "too slow": "warn",
  right: "good",
  "too fast": "bad",
};

function legendLine(
  canvas: Canvas,
  plot: Plot,
  {
    series,
    window,
    width,
  }: {
    readonly series: string;
    readonly window: ReturnType<typeof windowOf>;
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

function curveNotes({ state, curves }: Canvas, run: ShownRun): Line[] {
  const window = {
    axis: "step" as const,
    scale: { low: 0, high: Math.max(1, updates(run) - 1), log: false },
    columns: 40,
    lead: 0,
  };
  const rates = curves.read(run, ["lr"], window).get("lr");
  const first = rates?.mean.find(Number.isFinite);
  const last = rates?.mean.findLast(Number.isFinite);
  const change =
    first === undefined || last === undefined
      ? []
      : [
          [
            piece(
              first === last
                ? `learning rate ${setting(first)}`
                : `learning rate ${setting(first)} → ${setting(last)} (┊)`,
              "muted" as const,
            ),
          ],
        ];
  const cross: Line[] =
    state.crosshair === null ? [] : [[piece(`│ ${xName(state.look.axis, state.crosshair)}`)]];
  return [...cross, ...change];
}

function setting(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function sideWidth({ columns }: Canvas): number {
  return columns < 76 ? columns : columns - chartColumns(columns) - GAP;
}

/** A chart with notes at its right, or below it on a narrow terminal. */
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

/** Evaluations, samples, config, provenance and log: side by side where there is room. */
function texts(canvas: Canvas, run: ShownRun, facts: Facts): Line[][] {
  const { columns } = canvas;
  const isWide = columns >= 110;
  const width = isWide ? Math.floor((columns - GAP) / 2) : columns;
  const pairs = [
    [evaluations(facts), samples(facts, width)],
    [settings(canvas, run), [...provenance(facts), [], ...log(facts)]],
  ];
  if (!isWide) return pairs.flat().filter((section) => section.some((one) => one.length > 0));
  return pairs.map((pair) =>
    beside(
      pair.map((lines) => ({ lines, width })),
      GAP,
    ),
  );
}

function heading(text: string): Line {
  return [{ text, bold: true }];
}

function evaluations({ evaluations: rows }: Facts): Line[] {
  if (rows.length === 0) return [heading("evaluations"), [piece("none yet", "muted")]];
  const split = (name: string): number => ["train", "valid", "test"].indexOf(name);
  const sorted = rows.toSorted((a, b) => a.step - b.step || split(a.split) - split(b.split));
  return [
    heading("evaluations"),
    [
      piece(
        `${"after".padStart(9)}  split  ${"statistics".padEnd(10)}  ${"loss".padStart(8)}`,
        "muted",
      ),
    ],
    ...sorted.map(
      ({ step, split: name, statistics, loss: value }): Line => [
        piece(
          `${count(step).padStart(9)}  ${name.padEnd(5)}  ${statistics.padEnd(10)}  ${loss(value).padStart(8)}`,
        ),
      ],
    ),
  ];
}

function samples(facts: Facts, width: number): Line[] {
  const lines = sampleLines(facts, width);
  return lines.length > 0 ? lines : [heading("samples"), [piece("none yet", "muted")]];
}

/** Sampled names, the latest step first. */
function sampleLines({ samples: rows }: Facts, width: number): Line[] {
  const steps = [...new Set(rows.map(({ step }) => step))].sort((a, b) => b - a);
  return steps.flatMap((step) => {
    const names = rows
      .filter((one) => one.step === step)
      .map(({ text }) => (text === "" ? '""' : clean(text)));
    return [heading(`names after ${count(step)} steps`), ...wrap(names, width)];
  });
}

function wrap(words: readonly string[], width: number): Line[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && widthOf(last) + widthOf(word) + 1 <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(cutText(word, width));
  }
  return lines.map((text) => [piece(text)]);
}

function settings({ scene }: Canvas, run: ShownRun): Line[] {
  const differing = new Set(scene.table.differing);
  const width = Math.max(...run.settings.map(({ key }) => key.length));
  const rows = run.settings.map(
    ({ key, text }): Line => [
      piece(`${key.padEnd(width)}  `, "muted"),
      ...(differing.has(key) ? [{ text: clean(text), bold: true }] : [piece(clean(text))]),
    ],
  );
  return [
    line(
      { text: "config", bold: true },
      piece(differing.size > 0 ? "  (bold: not the same in all runs)" : "", "muted"),
    ),
    ...rows,
  ];
}

function provenance({ provenance: facts }: Facts): Line[] {
  const entries = Object.entries(facts);
  if (entries.length === 0) return [heading("provenance"), [piece("not trained yet", "muted")]];
  const width = Math.max(...entries.map(([key]) => key.length));
  return [
    heading("provenance"),
    ...entries.map(
      ([key, value]): Line => [
        piece(`${key.padEnd(width)}  `, "muted"),
        piece(clean(String(value ?? UNKNOWN))),
      ],
    ),
  ];
}

function log({ events }: Facts): Line[] {
  const rows = events.map(
    ({ atMs, kind, message }): Line => [
      piece(`${new Date(atMs).toISOString().slice(0, 19).replace("T", " ")}  `, "muted"),
      piece(clean(`${kind}${message === null ? "" : `: ${message}`}`)),
    ],
  );
  return [
    line({ text: "log", bold: true }, piece("  (UTC)", "muted")),
    ...(rows.length > 0 ? rows : [[piece("nothing yet", "muted" as const)]]),
  ];
}

function nothing({ rows }: Canvas): Drawn {
  const lines: Line[] = [
    restyle(line(" no run to show: esc goes back to the runs"), { tone: "muted" }),
  ];
  while (lines.length < rows) lines.push([]);
  return { lines, sheet: () => ({ columns: [], rows: [] }) };
}

/** Every shown parameter's ratio and verdict. */
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
        run.run,
        x,
        found.n[i] ?? 0,
        found.min[i] ?? null,
        found.mean[i] ?? null,
        found.max[i] ?? null,
      ]);
    }),
  };
}
