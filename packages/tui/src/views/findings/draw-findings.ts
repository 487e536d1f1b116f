/** What the rules say of the runs, the most serious first; the one under the cursor in full below. */
import type { Finding } from "@ablate/store";
import { type Align, count } from "@ablate/text";
import { type FindingRow, LEVELS } from "../../data/findings.ts";
import { swatch } from "../../data/looks.ts";
import type { FoundIn } from "../../data/run-reader.ts";
import type { ShownRun } from "../../data/shown-run.ts";
import {
  aboutLine,
  fitLine,
  justify,
  type Line,
  type Piece,
  piece,
  restyle,
  type Tone,
  wrapped,
} from "../../text/line.ts";
import { evidenceOf } from "../evidence.ts";
import { lookOf } from "../looks.ts";
import type { Sign } from "../states.ts";
import { around, type Canvas, type Drawn, type Sheet } from "../view.ts";
import { aboutText, type Layout, layOut, NO_TEXTS, titles } from "./layout.ts";
import { isGroup, shownFindings } from "./shown-findings.ts";

const LEVEL_SIGNS: Readonly<Record<Finding["level"], Sign>> = {
  error: { sign: "✗", tone: "bad" },
  warning: { sign: "▲", tone: "warn" },
  info: { sign: "·", tone: "muted" },
};

export function drawFindings(canvas: Canvas): Drawn {
  const { scene, columns, rows } = canvas;
  const { list, rows: listed, at } = shownFindings(scene);
  const row = listed[at];
  const sheet = (): Sheet => sheetOf(list.items);
  if (row === undefined)
    return {
      lines: [[], ...wrapped(whyNothing(canvas), columns - 2, "muted").map(indented)],
      sheet,
    };
  const detail = rows < 8 ? [] : detailLines(row, columns);
  const room = Math.max(1, rows - 2 - detail.length);
  const { items, first } = around(listed, at, room);
  const layout = layOut(canvas, listed, items);
  const body = items.map((one, i) =>
    findingLine(canvas, one, { layout, isFocused: first + i === at }),
  );
  if (detail.length > 0) while (body.length < room) body.push([]);
  const lines = [headLine(canvas), titles(layout), ...body, ...detail];
  return { lines: lines.map((one) => fitLine(one, columns)), listRows: room, sheet };
}

function indented(text: Line): Line {
  return [piece(" "), ...text];
}

/** Counts the findings of each level, and says of which runs they are and what the filter leaves. */
function headLine({ scene, state, columns }: Canvas): Line {
  const { list } = shownFindings(scene);
  const counts = LEVELS.flatMap((level): Piece[] => {
    const n = list.items.filter(({ finding }) => finding.level === level).length;
    const { sign, tone } = LEVEL_SIGNS[level];
    const name = level === "info" || n === 1 ? level : `${level}s`;
    return n === 0 ? [] : [piece(` ${sign} ${n} ${name} `, tone)];
  });
  const runs = new Set(list.items.map(({ run }) => run.name)).size;
  const { findingFilter, findingScope, marks } = state.settings;
  const isOfMarked = scene.table.matches.some(({ name }) => marks.includes(name));
  const of =
    findingScope === "run"
      ? `of ${scene.run?.name ?? "one run"}`
      : `of ${runs} ${runs === 1 ? "run" : "runs"}${isOfMarked ? ", the marked ones" : ""}`;
  const left = list.items.length < list.total ? ` · ${list.items.length} of ${list.total}` : "";
  const filter = piece(findingFilter === "" ? "" : ` / ${findingFilter} `, "warn");
  const right = list.mistake === null ? filter : piece(` ${list.mistake} `, "bad");
  return justify([...counts, piece(` ${of}${left}`, "muted")], [right], columns);
}

function findingLine(
  canvas: Canvas,
  row: FindingRow,
  { layout, isFocused }: { readonly layout: Layout; readonly isFocused: boolean },
): Line {
  const { said, found, about } = row;
  const { widths, texts } = layout;
  const { sign, tone } = LEVEL_SIGNS[said.level];
  const cell = (text: string, width: number, align: Align = "left", of: Tone = "plain"): Line =>
    width === 0 ? [] : [...fitLine([piece(text, of)], width, align), piece("  ")];
  const { run, where, step, value } = texts.get(row.key) ?? NO_TEXTS;
  const isUnfolded = canvas.state.openFindings.includes(row.key);
  const isConsequence = found.every(({ cause }) => cause !== null);
  const text: Line = [
    piece(` ${sign} `, tone),
    ...(layout.hasGroups ? [foldPiece(row, isUnfolded)] : []),
    swatch(lookOf(canvas, about)),
    piece(" "),
    ...cell(run, widths.run),
    ...cell(said.rule, widths.rule, "left", tone),
    ...cell(where, widths.where),
    ...cell(step, widths.step, "right"),
    ...cell(value, widths.value, "right"),
    piece(`${isConsequence ? "so: " : ""}${said.message}`),
  ];
  const listed = aboutLine(text, `finding:${row.key}`);
  return isFocused ? restyle(listed, { selected: true }) : listed;
}

/** Draws the sign of a group, which a click unfolds. */
function foldPiece(row: FindingRow, isUnfolded: boolean): Piece {
  if (!isGroup(row)) return piece("  ");
  return { text: isUnfolded ? "▾ " : "▸ ", about: `group:${row.key}` };
}

/** Writes the finding in full, what it follows from, and what enter does with it. */
function detailLines(row: FindingRow, columns: number): Line[] {
  const { said, found, about } = row;
  const { tone } = LEVEL_SIGNS[said.level];
  const texts = isGroup(row) ? groupText(row) : singleText(found[0]);
  const does = isGroup(row) ? "enter shows the runs one by one" : evidenceOf(found[0]).text;
  const name = isGroup(row) ? aboutText(about.title, row) : found[0].run.name;
  const message = wrapped(`${name}: ${texts}`, columns - 2);
  const more = ` · ${does} · docs/diagnostics.md explains ${said.rule}`;
  return [
    [piece("─".repeat(columns), "muted")],
    ...message.slice(0, 3).map(indented),
    [piece(" "), piece(said.level, tone), piece(more, "muted")],
  ];
}

function singleText({ finding, cause }: FoundIn): string {
  const follows = cause === null ? "" : ` (follows from: ${cause.message.split(": ")[0]})`;
  return `${finding.message}${follows}`;
}

/** Says what holds of the runs of a group, since when, and what to do where that is the same for all. */
function groupText({ said, found }: FindingRow): string {
  const advices = new Set(
    found.map(({ finding }) => finding.message.split(": ").slice(1).join(": ")),
  );
  const [advice = ""] = advices.size === 1 ? advices : [];
  const [from, to] = said.since;
  const first = from === 0 ? "init" : `step ${count(from)}`;
  const since = from === to ? `from ${first}` : `from ${first} to ${count(to)} on`;
  return `${said.message}, ${since}${advice === "" ? "" : `: ${advice}`}`;
}

/** Says that a filter leaves nothing, that nothing was found, or that no rule has judged the runs. */
function whyNothing({ scene, state, stored }: Canvas): string {
  const { total, mistake } = shownFindings(scene).list;
  if (total > 0) return mistake ?? `none of ${total} findings matches the filter: esc clears it`;
  const isJudged = (run: ShownRun): boolean => run.state !== "pending" && stored.isDiagnosed(run);
  if (state.settings.findingScope === "run") {
    const { run } = scene;
    const name = run?.name ?? "this run";
    const isSo = run !== undefined && isJudged(run);
    return `${isSo ? `nothing was found in ${name}` : `no rule has judged ${name}`}: tab lists those of all runs`;
  }
  const begun = scene.table.matches.filter(({ state: one }) => one !== "pending");
  return stored.areAnyDiagnosed(begun)
    ? "the rules have found nothing in these runs"
    : "no rule has judged any of these runs";
}

function sheetOf(items: readonly FoundIn[]): Sheet {
  return {
    columns: ["run", "level", "rule", "layer", "param", "step", "value", "message"],
    rows: items.map(({ run, finding }) => [
      ...[run.name, finding.level, finding.rule, finding.layer, finding.param],
      ...[finding.step, finding.value, finding.message],
    ]),
  };
}
