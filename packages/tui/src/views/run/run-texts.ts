/** Evaluations, samples, config, provenance and log of a run. */
import { type ConsoleLine, revisionText, setting } from "@ablate/store";
import {
  ALL_DIGITS,
  count,
  counted,
  cutTogether,
  loss,
  shortNumber,
  toldApart,
  toSecond,
  UNKNOWN,
  widthOf,
} from "@ablate/text";
import type { RunFacts } from "../../data/run-reader.ts";
import { isRecorded, type ShownRun } from "../../data/shown-run.ts";
import { factsText } from "../../data/titles.ts";
import {
  inColumns,
  type Line,
  type Piece,
  piece,
  shareOf,
  type Tone,
  wrapped,
} from "../../text/line.ts";
import type { Canvas } from "../view.ts";

/** Draws evaluations, samples, config, provenance and log, side by side where there is room. */
export function texts(canvas: Canvas, run: ShownRun, facts: RunFacts): Line[][] {
  const { columns } = canvas;
  const isWide = columns >= 110;
  const names = sampleLines(facts, isWide ? shareOf(columns, 2) : columns);
  const results = [
    evaluations(facts),
    names.length > 0 ? names : section("samples", [], "none yet"),
  ];
  const origins = [config(canvas, run), [...provenance(run, facts), [], ...log(facts)]];
  const [first, last] = [results, origins].map((pair) =>
    isWide ? [inColumns(pair, columns, (lines) => lines)] : pair,
  );
  // No log has evaluations of splits that we made, or samples.
  return [
    ...(isRecorded(run) ? [] : (first ?? [])),
    metrics(run, columns),
    ...(last ?? []),
    printed(facts),
  ];
}

/** Lists what the run records by names of its own; nothing where that is nothing. */
function metrics({ metrics: recorded = new Map() }: ShownRun, columns: number): Line[] {
  const numbers = (value: number | null, step: number | null): string =>
    value === null ? UNKNOWN : `${shortNumber(value, 4)} at ${count(step)}`;
  const called = metricNames(recorded, Math.max(12, columns - NUMBERS_OF_METRIC));
  const rows = [...recorded.values()].map(({ name, points, ...one }) => [
    called.get(name) ?? name,
    count(points),
    numbers(one.last, one.last_step),
    numbers(one.min, one.min_step),
    numbers(one.max, one.max_step),
  ]);
  if (rows.length === 0) return [];
  const all = [["metrics", "numbers", "last", "min", "max"], ...rows];
  const widths = all[0]?.map((_, i) => Math.max(...all.map((row) => widthOf(row[i] ?? "")))) ?? [];
  return all.map((row, r): Line => {
    const cells = row.map((text, i) => {
      const room = " ".repeat((widths[i] ?? 0) - widthOf(text));
      return i === 0 ? text + room : room + text;
    });
    const [name = "", ...rest] = cells;
    return r === 0
      ? [{ text: name, bold: true }, piece(`  ${rest.join("  ")}`, "muted")]
      : [piece(`${name}  ${rest.join("  ")}`)];
  });
}

/** Cells of the numbers beside a metric's name. */
const NUMBERS_OF_METRIC = 72;

/** Writes the names of metrics with unit and goal, cut together. */
function metricNames(
  recorded: NonNullable<ShownRun["metrics"]>,
  width: number,
): ReadonlyMap<string, string> {
  const names = [...recorded.keys()];
  const titles = [...recorded.values()].map((metric) => metric.name + factsText(metric));
  const cut = cutTogether(titles, width);
  return new Map(names.map((name, i) => [name, cut[i] ?? name]));
}

/** Puts a title over lines, or over words that say that there are none. */
function section(title: string, lines: readonly Line[], none: string): Line[] {
  return [[{ text: title, bold: true }], ...(lines.length > 0 ? lines : [[piece(none, "muted")]])];
}

/** Draws keys and values below each other. */
function entries(rows: readonly (readonly [key: string, value: Piece])[]): Line[] {
  const width = Math.max(...rows.map(([key]) => key.length));
  return rows.map(([key, value]) => [piece(`${key.padEnd(width)}  `, "muted"), value]);
}

function evaluations({ evaluations: rows }: RunFacts): Line[] {
  const place = (name: string): number => ["train", "valid", "test"].indexOf(name);
  const sorted = rows.toSorted((a, b) => a.step - b.step || place(a.split) - place(b.split));
  const text = (...[after, split, statistics, value]: [string, string, string, string]): string =>
    `${after.padStart(9)}  ${split.padEnd(5)}  ${statistics.padEnd(10)}  ${value.padStart(8)}`;
  const lines = sorted.map(
    (one): Line => [piece(text(count(one.step), one.split, one.statistics, loss(one.loss)))],
  );
  const head = [piece(text("after", "split", "statistics", "loss"), "muted")];
  return section("evaluations", lines.length === 0 ? [] : [head, ...lines], "none yet");
}

/** Lists sampled names, the latest step first. */
export function sampleLines({ samples: rows }: RunFacts, width: number): Line[] {
  const steps = [...Map.groupBy(rows, ({ step }) => step)].sort(([a], [b]) => b - a);
  return steps.flatMap(([step, some]) => {
    const names = toldApart(some.map(({ text }) => text));
    const title = { text: `names after ${counted(step, "step")}`, bold: true };
    return [[title], ...wrapped(names, width)];
  });
}

function config({ scene }: Canvas, run: ShownRun): Line[] {
  const differing = new Set(scene.table.differing);
  const note = differing.size > 0 ? "  (bold: not the same in all runs)" : "";
  const rows = run.settings.map(({ key, value: exact }): [string, Piece] => {
    const value = piece(setting(exact, ALL_DIGITS));
    return [key, differing.has(key) ? { ...value, bold: true } : value];
  });
  return [[{ text: "config", bold: true }, piece(note, "muted")], ...entries(rows)];
}

function provenance(
  { source, engine }: ShownRun,
  { provenance: facts, revisions }: RunFacts,
): Line[] {
  const revision = source === null ? revisionText(revisions) : "";
  const framework = source === null || engine === "" ? {} : { framework: engine };
  const origin = source === null ? {} : { "recorded from": source, ...framework };
  const all = { ...origin, ...facts, ...(revision === "" ? {} : { engine: revision }) };
  const rows = Object.entries(all).map(([key, value]): [string, Piece] => [
    key,
    piece(String(value ?? UNKNOWN)),
  ]);
  return section("provenance", entries(rows), "not trained yet");
}

/** Shows the last lines that a training script has printed; nothing where none is known. */
function printed({ printed: lines }: RunFacts): Line[] {
  if (lines.length === 0) return [];
  const title: Line = [
    { text: "console", bold: true },
    piece(`  the last ${counted(lines.length, "line")}`, "muted"),
  ];
  const tone = (stream: ConsoleLine["stream"]): Tone => (stream === "err" ? "warn" : "plain");
  return [title, ...lines.map(({ stream, text }): Line => [piece(text, tone(stream))])];
}

function log({ events }: RunFacts): Line[] {
  const rows = events.map(({ atMs, kind, message }): [string, Piece] => [
    toSecond(new Date(atMs).toISOString()),
    piece(`${kind}${message === null ? "" : `: ${message}`}`),
  ]);
  const [title = [], ...lines] = section("log", entries(rows), "nothing yet");
  return [[...title, piece("  (UTC)", "muted")], ...lines];
}
