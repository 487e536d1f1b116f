/** The whole frame: header, tabs, the view, and the line of keys, prompt or message at the bottom. */
import { basename } from "node:path";
import { KEYS, keyName } from "../keys/rows.ts";
import type { Extent } from "../state/context.ts";
import { PROMPTS } from "../state/prompt.ts";
import { VIEW_TITLES, VIEWS } from "../state/settings.ts";
import type { Prompt, State } from "../state/state.ts";
import {
  cutLine,
  fitLine,
  justify,
  type Line,
  lineWidth,
  type Piece,
  piece,
} from "../text/line.ts";
import { bytes } from "../text/number.ts";
import { clean } from "../text/width.ts";
import { drawCharts } from "../views/charts/draw-charts.ts";
import { drawCompare } from "../views/compare/draw-compare.ts";
import { drawFindings } from "../views/findings/draw-findings.ts";
import { drawLayers } from "../views/layers/draw-layers.ts";
import { drawRun } from "../views/run/draw-run.ts";
import { drawRuns, firstRow } from "../views/runs/draw-runs.ts";
import { countStates, STATE_SIGNS } from "../views/states.ts";
import type { Canvas, Drawn, Sheet } from "../views/view.ts";
import { drawChooser } from "./chooser-list.ts";
import { drawHelp } from "./help.ts";

/** The three panes of a frame, from top to bottom; together they fill the terminal. */
export type Frame = {
  readonly header: readonly Line[];
  readonly body: readonly Line[];
  readonly footer: readonly Line[];
  readonly extent: Extent;
  /** First row of the list on the screen. */
  readonly top: number;
  readonly sheet: () => Sheet;
};

const VIEW_DRAWERS = {
  runs: drawRuns,
  charts: drawCharts,
  run: drawRun,
  compare: drawCompare,
  layers: drawLayers,
  findings: drawFindings,
} as const;

export function drawFrame(canvas: Omit<Canvas, "columns" | "rows">, store: string): Frame {
  const { state } = canvas;
  const { columns, rows } = state.size;
  const header = [headLine(canvas, store), tabs(canvas)].slice(0, rows > 4 ? 2 : 0);
  const footer = [bottomLine(canvas)].slice(0, rows > 2 ? 1 : 0);
  const bodyRows = Math.max(0, rows - header.length - footer.length);
  const drawn = drawBody({ ...canvas, columns, rows: bodyRows });
  const body = drawn.lines.slice(0, bodyRows).map((one) => cutLine(one, columns));
  while (body.length < bodyRows) body.push([]);
  const listRows = drawn.listRows ?? bodyRows;
  return {
    header,
    body,
    footer,
    extent: {
      rows: listRows,
      pageRows: bodyRows,
      pageLength: drawn.pageLength ?? bodyRows,
      parts: drawn.parts ?? [0],
      xCells: drawn.xCells ?? columns,
      units: drawn.units?.all ?? 0,
      shownUnits: drawn.units?.shown ?? 0,
    },
    top: firstRow(canvas, listRows),
    sheet: drawn.sheet,
  };
}

function drawBody(canvas: Canvas): Drawn {
  if (canvas.state.isHelp) return drawHelp(canvas);
  if (canvas.state.chooser !== null) return drawChooser(canvas);
  return VIEW_DRAWERS[canvas.state.settings.view](canvas);
}

/** How many runs are in which state, and how the store is. */
function headLine({ state, scene }: Omit<Canvas, "columns" | "rows">, store: string): Line {
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

function tabs({ state, scene }: Omit<Canvas, "columns" | "rows">): Line {
  const { columns } = state.size;
  const { settings } = state;
  const names = VIEWS.map((view, i) => ({
    text: ` ${i + 1} ${VIEW_TITLES[view]} `,
    ...(view === settings.view ? { bold: true, inverse: true } : {}),
  }));
  const all = new Set(settings.marks);
  const marked = scene.snapshot.runs.filter(({ run }) => all.has(run)).length;
  const marks = marked === 0 ? "" : `${marked} marked  `;
  const filter =
    settings.filter === "" || state.prompt?.kind === "filter" ? "" : `/ ${clean(settings.filter)} `;
  const right: Line =
    scene.table.mistake !== null
      ? [piece(`${scene.table.mistake} `, "bad")]
      : [piece(marks, "accent"), piece(filter, "warn")];
  return justify(names, right, columns);
}

function bottomLine(canvas: Omit<Canvas, "columns" | "rows">): Line {
  const { state } = canvas;
  const { columns } = state.size;
  if (state.prompt !== null) return promptLine(canvas, state.prompt);
  if (state.message !== null)
    return fitLine([piece(` ${clean(state.message)}`, "accent")], columns);
  return hints(state, columns);
}

/** The text that is typed, its cursor, and what it does so far. */
function promptLine({ state, scene }: Omit<Canvas, "columns" | "rows">, prompt: Prompt): Line {
  const { columns } = state.size;
  const { label, hint } = PROMPTS[prompt.kind];
  const chars = [...prompt.text];
  const about =
    prompt.targets.length > 1
      ? ` of ${prompt.targets.length} runs`
      : prompt.targets.length === 1
        ? ` of ${prompt.targets[0]}`
        : "";
  const { matches, total, mistake } = scene.table;
  const result =
    prompt.kind === "filter"
      ? (mistake ?? `${matches.length} of ${total} runs`)
      : "enter keeps, esc drops";
  const right: Line = [
    piece(` ${result} `, mistake !== null && prompt.kind === "filter" ? "bad" : "muted"),
  ];
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

/** The keys that act in this view, as many as fit; help and quit always. */
function hints({ settings, isHelp, chooser }: State, columns: number): Line {
  if (isHelp || chooser !== null)
    return fitLine([piece(" esc closes · q quits", "muted")], columns);
  const labelled = KEYS.flatMap(({ keys: [key = ""], label, views, action }) => {
    if (label === undefined || !(views?.includes(settings.view) ?? true)) return [];
    return [{ text: `${keyName(key)} ${label}`, isAlways: action === "help" || action === "quit" }];
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
