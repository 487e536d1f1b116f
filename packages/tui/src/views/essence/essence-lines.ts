/** The sections of the pane of a run: its state, what is wrong with it, what came out, what is different about it. */
import { revisionText, settingTexts } from "@ablate/store";
import { counted, loss, toldApart, toMinute, UNKNOWN, widthOf } from "@ablate/text";
import type { Column } from "../../data/columns.ts";
import { swatch } from "../../data/looks.ts";
import { isRecorded, type ShownRun, stepsText, updates } from "../../data/shown-run.ts";
import { columnTexts, rowValue, type TableRow, withSpread } from "../../data/table.ts";
import { cutLine, type Line, piece, wrapped } from "../../text/line.ts";
import { findingLines } from "../finding-lines.ts";
import { initialLossOf } from "../initial-loss.ts";
import { lookOf } from "../looks.ts";
import { HEALTH_SIGNS, healthOf, lostPieces, placeOf, stateLine, statesLine } from "../states.ts";
import type { Canvas } from "../view.ts";

/** Rows among which numbers are told apart, as the table does. */
const MEASURED = 200;

/** Draws what matters of a row, in lines of at most the width of the pane. */
export function essenceLines(canvas: Canvas, row: TableRow): Line[] {
  const width = Math.max(8, canvas.columns - 2);
  const { members } = row;
  const [first] = members;
  if (first === undefined) return [];
  const sections = [
    head(canvas, row, first, width),
    findingLines(canvas, members, { width, hasInfo: true }),
    results(canvas, row, width),
    settings(canvas, row, width),
    samples(canvas, first, width),
    said(canvas, row, width),
    origin(canvas, first, width),
  ].filter(({ length }) => length > 0);
  return sections.flatMap((section, i): Line[] => [
    ...(i === 0 ? [] : [[]]),
    ...section.map((one): Line => [piece(" "), ...one]),
  ]);
}

function head(canvas: Canvas, row: TableRow, first: ShownRun, width: number): Line[] {
  const { members, isGroup } = row;
  const health = healthOf(members);
  const sign =
    health === "fine" ? [] : [piece(` ${HEALTH_SIGNS[health].sign}`, HEALTH_SIGNS[health].tone)];
  const size = isGroup ? ` ×${members.length}` : "";
  const title: Line = [
    swatch(lookOf(canvas, row)),
    { text: ` ${row.title}${size}`, bold: true },
    ...sign,
  ];
  const state = isGroup
    ? statesLine(members)
    : [...stateLine(first), piece(` · ${stepsText(first)}`, "muted")];
  const place = placeOf(canvas, members);
  const error = members.find((run) => run.error !== null)?.error;
  return [
    cutLine(title, width),
    cutLine(state, width),
    ...(place === "" ? [] : wrapped(place, width, "muted")),
    ...(error === undefined || error === null ? [] : wrapped(error, width, "bad")),
  ];
}

/** Puts keys and values below each other. */
function pairs(title: Line, rows: readonly (readonly [string, Line])[], width: number): Line[] {
  if (rows.length === 0) return [];
  const most = Math.floor(width * 0.5);
  const keys = Math.min(most, Math.max(...rows.map(([key]) => widthOf(key))));
  const body = rows.map(([key, value]): Line => {
    const cut = cutLine([piece(key, "muted")], keys);
    const room = " ".repeat(keys + 2 - Math.min(keys, widthOf(key)));
    return cutLine([...cut, piece(room), ...value], width);
  });
  return [title, ...body];
}

function results(canvas: Canvas, row: TableRow, width: number): Line[] {
  const { table } = canvas.scene;
  const others = table.rows.slice(0, MEASURED);
  const rows = others.includes(row) ? others : [...others, row];
  const at = rows.indexOf(row);
  const shown = table.columns.filter((column) => isResult(column) && isNews(column, row.members));
  const lines = shown.map((column): [string, Line] => {
    const text = withSpread(columnTexts(column, rows)[at] ?? UNKNOWN, column, row);
    const isMean = row.isGroup && column.id.endsWith("loss");
    const isAnswer = column.id === "valid_loss";
    return [column.title, [...(isMean ? lostPieces(row.members) : []), { text, bold: isAnswer }]];
  });
  const title: Line = [
    { text: "results", bold: true },
    piece(row.isGroup ? `  mean ±std of ${counted(row.members.length, "run")}` : "", "muted"),
  ];
  return pairs(title, [...atInit(canvas, row), ...lines], width);
}

/** Whether a row has something in a column that does not follow from what stands above it. */
function isNews(column: Column, members: readonly ShownRun[]): boolean {
  const isBest = members.every((run) => run.bestValidLoss === run.validLoss);
  const isWhole = members.every((run) => run.state === "finished" && updates(run) === run.steps);
  if (column.id.startsWith("best_valid") && isBest) return false;
  if (column.id === "step" && isWhole) return false;
  return rowValue(column, members) !== null;
}

/** Whether a column is a number that came out; what rules have found and the state stand above. */
function isResult({ id, isCompared }: Column): boolean {
  return isCompared && id !== "findings" && id !== "state";
}

/** Says where the loss began, beside that of guessing. */
function atInit({ stored }: Canvas, { members }: TableRow): [string, Line][] {
  const { mean, guess } = initialLossOf(stored, members);
  if (mean === null) return [];
  return [["loss at init", [piece(loss(mean)), piece(guess === "" ? "" : `  ${guess}`, "muted")]]];
}

/** Lists the config: what is not the same in all runs first, and bold. */
function settings({ scene }: Canvas, row: TableRow, width: number): Line[] {
  const own = scene.table.columns.filter(({ isSetting }) => isSetting === true);
  const differing = own.map((column): [string, Line] => {
    return [column.title, [{ text: textIn(column, row), bold: true }]];
  });
  const title: Line = [
    { text: "config", bold: true },
    piece(differing.length > 0 ? "  bold: what differs" : "", "muted"),
  ];
  return pairs(title, [...differing, ...common(scene.table.differing, row.members)], width);
}

/** Values of one key in a group that are all named. */
const MOST_VALUES = 8;

/** Writes what the runs of a row have of a key, each value once. */
function textIn(column: Column, { members }: TableRow): string {
  const texts = new Set(
    members.slice(0, MOST_VALUES + 1).map((run) => column.text(column.value(run))),
  );
  return texts.size > MOST_VALUES ? "several" : [...texts].join(", ");
}

/** Lists settings that all runs have in common, as far as they are told in a few words. */
function common(differing: readonly string[], members: readonly ShownRun[]): [string, Line][] {
  const [first] = members;
  const skipped = new Set([...differing, "seed"]);
  return (first?.settings ?? [])
    .filter(({ key }) => !skipped.has(key) && !BESIDE.test(key))
    .map((one): [string, Line] => [one.key, [piece(settingTexts([one])(one))]]);
}

/** What a config has of its own run, not of the training. */
const BESIDE = /^(?:data|record)\./;

/** Shows the last samples of a run. */
function samples({ stored }: Canvas, run: ShownRun, width: number): Line[] {
  const all = stored.facts(run).samples;
  const last = all.findLast(() => true)?.step;
  const texts = toldApart(all.filter(({ step }) => step === last).map(({ text }) => text));
  if (last === undefined || texts.length === 0) return [];
  const title = { text: `names after ${counted(last, "step")}`, bold: true };
  return [[title], ...wrapped(texts, width).slice(0, MOST_SAMPLE_LINES)];
}

const MOST_SAMPLE_LINES = 4;

/** Shows tags and notes of runs and of their grid. */
function said({ scene }: Canvas, { members }: TableRow, width: number): Line[] {
  const [first] = members;
  const tags = [...new Set(members.flatMap((run) => run.tags))];
  const notes = [...new Set(members.flatMap(({ note }) => note ?? []))];
  const grid = first?.grid == null ? undefined : scene.snapshot.grids.get(first.grid);
  const ofGrid = [...(grid?.tags ?? []), ...(grid?.note == null ? [] : [grid.note])].join(" · ");
  return [
    ...wrapped(tags.length === 0 ? [] : `tags: ${tags.join(", ")}`, width, "accent"),
    ...notes.flatMap((note) => wrapped(`note: ${note}`, width)),
    ...wrapped(ofGrid === "" ? [] : `grid ${first?.grid}: ${ofGrid}`, width, "muted"),
  ];
}

/** Says what has trained a run, and when. */
function origin({ stored }: Canvas, run: ShownRun, width: number): Line[] {
  const { provenance, revisions } = stored.facts(run);
  const by = isRecorded(run)
    ? [`recorded from ${run.source}`]
    : [run.engine, revisionText(revisions)];
  const dirty = provenance.git_dirty === true ? ["uncommitted changes"] : [];
  const when = run.startedAt === null ? [] : [toMinute(run.startedAt)];
  const parts = [...by, ...when, ...dirty].filter((part) => part !== "");
  return wrapped(parts.join(" · "), width, "muted");
}
