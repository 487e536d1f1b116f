/** The whole frame: header, tabs, the view, and the line of keys, prompt or message at the bottom. */

import { basename } from "node:path";
import { bytes, clean } from "@ablate/text";
import { openedChooser } from "../keys/reduce.ts";
import { isSameRow, ROWS } from "../keys/rows.ts";
import { actsIn, KEYS, keyName } from "../keys/table.ts";
import { wordsOf } from "../state/prompt.ts";
import type { Prompt } from "../state/state.ts";
import {
  cutLine,
  fitLine,
  justify,
  type Line,
  lineWidth,
  type Piece,
  piece,
} from "../text/line.ts";
import { VIEWS } from "../views/registry.ts";
import { countStates, STATE_SIGNS } from "../views/states.ts";
import {
  type Canvas,
  type Drawn,
  type Extent,
  frameRows,
  type Sheet,
  type View,
  viewRows,
} from "../views/view.ts";
import { drawChooser, drawHelp } from "./lists.ts";

/** The three panes of a frame, from top to bottom; together they fill the terminal. */
export type Frame = {
  readonly header: readonly Line[];
  readonly body: readonly Line[];
  readonly footer: readonly Line[];
  readonly extent: Extent;
  readonly sheet: () => Sheet;
};

type FrameCanvas = Omit<Canvas, "columns" | "rows">;

/** Draws the frame of a store in a view. */
export function drawFrame(
  canvas: FrameCanvas,
  { store, view }: { readonly store: string; readonly view: View },
): Frame {
  const { size } = canvas.state;
  const { columns } = size;
  const pageRows = viewRows(size);
  const header = [headLine(canvas, store), tabs(canvas, view)].slice(0, frameRows(size).header);
  const footer = [bottomLine(canvas, view)].slice(0, frameRows(size).footer);
  const drawn = drawBody({ ...canvas, columns, rows: pageRows }, view);
  const body = drawn.lines.slice(0, pageRows).map((one) => cutLine(one, columns));
  while (body.length < pageRows) body.push([]);
  return {
    header,
    body,
    footer,
    extent: {
      rows: drawn.listRows ?? pageRows,
      pageRows,
      pageLength: drawn.pageLength ?? pageRows,
      parts: drawn.parts ?? [0],
      xCells: drawn.xCells ?? columns,
      units: drawn.units ?? { all: 0, shown: 0 },
    },
    sheet: drawn.sheet,
  };
}

function drawBody(canvas: Canvas, view: View): Drawn {
  if (canvas.state.isHelp) return drawHelp(canvas);
  const chooser = openedChooser(canvas.state, view);
  return chooser === undefined ? view.draw(canvas) : drawChooser(canvas, chooser);
}

/** Says how many runs are in which state, and how the store is. */
function headLine({ state, scene }: FrameCanvas, store: string): Line {
  const { snapshot, table } = scene;
  const { columns } = state.size;
  if (snapshot.trouble !== null)
    return fitLine([piece(` ${clean(snapshot.trouble)}`, "bad")], columns);
  const grids = new Set(table.matches.map(({ grid }) => grid));
  const [grid] = grids;
  const name =
    grids.size === 1 && grid !== null && grid !== undefined ? clean(grid) : `${grids.size} grids`;
  const counts = countStates(table.matches).flatMap(([one, n]): Piece[] => [
    piece(" · ", "muted"),
    piece(`${n} ${one}`, STATE_SIGNS[one].tone),
  ]);
  const n = table.matches.length;
  const runs =
    n === table.total ? `${n} ${n === 1 ? "run" : "runs"}` : `${n} of ${table.total} runs`;
  const live = snapshot.isLive ? piece("● live", "good") : piece("○ idle", "muted");
  const right: Line = [
    piece(`${clean(basename(store))} ${bytes(snapshot.bytes)}  `, "muted"),
    live,
    piece(" "),
  ];
  const left: Line = [{ text: ` ${name}`, bold: true }, piece(`  ${runs}`), ...counts];
  return justify(
    left,
    lineWidth(left) + lineWidth(right) > columns ? [live, piece(" ")] : right,
    columns,
  );
}

function tabs({ state, scene }: FrameCanvas, view: View): Line {
  const { columns } = state.size;
  const { settings } = state;
  const names = VIEWS.map((one) => ({
    text: ` ${one.key} ${one.title} `,
    ...(one === view ? { bold: true, inverse: true } : {}),
  }));
  const all = new Set(settings.marks);
  const marked = scene.snapshot.runs.filter(({ name }) => all.has(name)).length;
  const marks = marked === 0 ? "" : `${marked} marked  `;
  const filter =
    settings.filter === "" || state.prompt?.kind === "filter" ? "" : `/ ${clean(settings.filter)} `;
  const right: Line =
    scene.table.mistake !== null
      ? [piece(`${scene.table.mistake} `, "bad")]
      : [piece(marks, "accent"), piece(filter, "warn")];
  return justify(names, right, columns);
}

/** Whether the filter of runs is being typed. */
function isRunFilter(prompt: Prompt | null): boolean {
  return prompt?.kind === "filter" && prompt.setting === "filter";
}

function bottomLine(canvas: FrameCanvas, view: View): Line {
  const { prompt, message, size } = canvas.state;
  if (prompt !== null) return promptLine(canvas, prompt);
  if (message !== null) return fitLine([piece(` ${clean(message)}`, "accent")], size.columns);
  return hints(canvas, view);
}

/** Draws the text that is typed, its cursor, and what it does so far. */
function promptLine({ state, scene }: FrameCanvas, prompt: Prompt): Line {
  const { columns } = state.size;
  const { label, hint } = wordsOf(prompt);
  const targets = prompt.kind === "annotation" ? prompt.targets : [];
  const chars = [...prompt.text];
  const about =
    targets.length > 1
      ? ` of ${targets.length} runs`
      : targets.length === 1
        ? ` of ${targets[0]}`
        : "";
  const { matches, total, mistake } = scene.table;
  const isFilter = isRunFilter(prompt);
  const result = isFilter
    ? (mistake ?? `${matches.length} of ${total} runs`)
    : "enter keeps, esc drops";
  const right: Line = [piece(` ${result} `, isFilter && mistake !== null ? "bad" : "muted")];
  const head = piece(` ${label}${about}: `, "accent");
  const room = Math.max(4, columns - lineWidth([head]) - lineWidth(right) - 1);
  const from = Math.max(0, prompt.at - room + 1);
  const typed: Line = [
    piece(chars.slice(from, prompt.at).join("")),
    { text: chars[prompt.at] ?? " ", inverse: true },
    piece(chars.slice(prompt.at + 1, from + room).join("")),
    ...(prompt.text === "" ? [piece(hint, "muted")] : []),
  ];
  return justify([head, ...typed], right, columns);
}

/** Names the keys that act in this view, as many as fit; help and quit always. */
function hints({ state }: FrameCanvas, view: View): Line {
  const { columns } = state.size;
  if (state.isHelp || state.chooser !== null)
    return fitLine([piece(" esc closes · q quits", "muted")], columns);
  const labelled = KEYS.flatMap((row) => {
    const { label, keys } = row;
    if (label === undefined || !actsIn(row, view)) return [];
    const isAlways = isSameRow(row, ROWS.help) || isSameRow(row, ROWS.quit);
    return [{ text: `${keyName(keys[0] ?? "")} ${label}`, isAlways }];
  });
  let used = 1;
  const always = labelled.filter(({ isAlways }) => isAlways);
  const room = columns - always.reduce((sum, { text }) => sum + text.length + 2, 1);
  const kept = labelled.filter(({ text, isAlways }) => {
    if (isAlways) return true;
    if (used + text.length + 2 > room) return false;
    used += text.length + 2;
    return true;
  });
  return fitLine([piece(` ${kept.map(({ text }) => text).join("  ")}`, "muted")], columns);
}
