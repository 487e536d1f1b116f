/** The head of the page of a run: what it is, how it is, what rules have found in it, and what came out. */
import { bySeriousness, revisionText } from "@ablate/store";
import { count, loss } from "@ablate/text";
import type { FoundIn, RunFacts } from "../../data/run-reader.ts";
import { isRecorded, type ShownRun, stepsText, updates } from "../../data/shown-run.ts";
import {
  aboutLine,
  cutLine,
  justify,
  type Line,
  lineWidth,
  piece,
  wrapped,
} from "../../text/line.ts";
import { LEVEL_SIGNS } from "../finding-lines.ts";
import { initialLossOf } from "../initial-loss.ts";
import { findingsLine, gridLine, placeOf, signOfRun, stateLine } from "../states.ts";
import type { Canvas } from "../view.ts";

/** Steps whose mean is the loss that a run has now. */
const RECENT = 100;

export function headOf(canvas: Canvas, run: ShownRun, facts: RunFacts): Line[] {
  const { columns } = canvas;
  const grid = gridLine(canvas, run.grid);
  const { sign, tone } = signOfRun(run);
  const speed = run.stepsPerS === null ? "" : ` · ${count(run.stepsPerS)} steps/s`;
  const name: Line = [
    piece(`${sign} `, tone),
    { text: run.name, bold: true },
    ...(run.tags.length > 0 ? [piece(`  ${run.tags.join(", ")}`, "accent")] : []),
  ];
  const found = findingsLine([run]);
  const state: Line = [
    ...stateLine(run),
    ...(found.length === 0 ? [] : [piece(" · ", "muted"), ...found]),
    piece(` · ${stepsText(run)}${speed}`, "muted"),
  ];
  const fits = lineWidth(name) + lineWidth(state) + 2 <= columns;
  const results = resultsOf(canvas, run);
  const place = placeOf(canvas, [run]);
  return [
    ...(fits ? [justify(name, state, columns)] : [name, state]),
    ...(place === "" ? [] : wrapped(place, columns, "muted")),
    ...foundLines(canvas, run),
    ...(results === "" ? [] : wrapped(results, columns)),
    ...(facts.revisions.length > 1 ? wrapped(mixedText(run, facts), columns, "warn") : []),
    ...(run.error === null ? [] : wrapped(run.error, columns, "bad")),
    ...(run.note === null ? [] : wrapped(`note: ${run.note}`, columns)),
    ...(grid.length === 0 ? [] : [grid]),
  ];
}

/** Returns what rules have found wrong with a run, the most serious first. */
export function wrongWith({ stored }: Pick<Canvas, "stored">, run: ShownRun): readonly FoundIn[] {
  return stored
    .findings(run)
    .filter(({ finding }) => finding.level !== "info")
    .toSorted((a, b) => bySeriousness(a.finding, b.finding));
}

/** Lines of findings on a low screen, where charts need the room, and on others. */
const FEW = 3;
const MANY = 8;

/** Names what is wrong with a run, a line for each; a click on one goes to its evidence. */
function foundLines(canvas: Canvas, run: ShownRun): Line[] {
  const { columns, rows } = canvas;
  const all = wrongWith(canvas, run);
  const most = rows < 30 ? FEW : MANY;
  const shown = all.length > most ? all.slice(0, most - 1) : all;
  const hint = piece("  enter: evidence", "muted");
  const lines = shown.map(({ key, finding, cause }, i): Line => {
    const { sign, tone } = LEVEL_SIGNS[finding.level];
    const text = cause === null ? finding.message : `so: ${finding.message}`;
    const room = i === 0 ? columns - lineWidth([hint]) : columns;
    const said = cutLine([piece(`${sign} ${text}`, tone)], room);
    return aboutLine(i === 0 ? [...said, hint] : said, `finding:${key}`);
  });
  const left = all.length - shown.length;
  return left === 0 ? lines : [...lines, [piece(`  ${left} more: 6 lists them`, "muted")]];
}

function resultsOf({ stored }: Canvas, run: ShownRun): string {
  const { mean, guess } = initialLossOf(stored, [run]);
  const of = guess === "" ? "" : ` (guessing: ${guess})`;
  const isOfSteps = !isRecorded(run) && updates(run) > 1;
  const over = isOfSteps ? ` (mean of the last ${Math.min(RECENT, updates(run))} steps)` : "";
  return [
    ...(mean === null && isRecorded(run) ? [] : [`loss at init ${loss(mean)}${of}`]),
    ...(run.loss === null && isRecorded(run) ? [] : [`loss now ${loss(run.loss)}${over}`]),
    ...(run.trainLoss === null ? [] : [`train ${loss(run.trainLoss)}`]),
    ...(run.validLoss === null ? [] : [`valid ${loss(run.validLoss)}`]),
  ].join(" · ");
}

function mixedText({ engine }: ShownRun, { revisions }: RunFacts): string {
  return `trained by ${engine}, ${revisionText(revisions)}, whose bits differ`;
}
