/** Draws the view Sweep: points, effects, importance and parallel coordinates, all at once where there is room. */

import { swatch } from "../../data/looks.ts";
import { seriesValue } from "../../data/titles.ts";
import type { SweepPanel } from "../../state/settings.ts";
import { beside, cutLine, fitLine, GAP, type Line, type Piece, piece } from "../../text/line.ts";
import { lookOf } from "../looks.ts";
import type { Box } from "../plots.ts";
import { type Canvas, type Drawn, emptyView, type Sheet } from "../view.ts";
import { effectRows, effectsPanel } from "./effects-panel.ts";
import { importancePanel, importanceRows } from "./importance-panel.ts";
import { parallelPanel } from "./parallel-panel.ts";
import { scatterPanel } from "./scatter-panel.ts";
import { currentPoint, type Point, type Sweep, sweepOf } from "./sweep-data.ts";

/** From so many cells on, all panels are on the screen; a terminal of 100 columns has them between its margins. */
const WIDE = 98;
const HIGH = 26;

/** Whether all panels fit. */
export function isRoomy({ columns, rows }: Box): boolean {
  return columns >= WIDE && rows >= HIGH;
}

export const PANEL_TITLES: Readonly<Record<SweepPanel, string>> = {
  scatter: "points",
  parallel: "parallel coordinates",
  effects: "effects of settings",
  importance: "importance of settings",
};

export function drawSweep(canvas: Canvas): Drawn {
  const { scene, state, columns, rows } = canvas;
  const sweep = sweepOf(scene);
  if (sweep.points.length === 0) return emptyView("no runs here: esc goes back to the runs");
  const current = currentPoint(scene, sweep.points);
  const reading = readingOf(canvas, sweep, current);
  const room = { columns, rows: Math.max(1, rows - 1) };
  const isAll = isRoomy(canvas) && !state.isAlone;
  const lines = isAll
    ? allPanels(canvas, sweep, { room, current })
    : panelOf(canvas, sweep, {
        panel: state.settings.sweepPanel,
        box: room,
        current,
        isTold: false,
      });
  return {
    lines: [...fillUp(lines, room.rows), reading].map((line) => cutLine(line, columns)),
    sheet: () => sheetOf(sweep),
  };
}

function fillUp(lines: readonly Line[], rows: number): readonly Line[] {
  return Array.from({ length: rows }, (_, row) => lines[row] ?? []);
}

function allPanels(
  canvas: Canvas,
  sweep: Sweep,
  { room, current }: { readonly room: Box; readonly current: Point | undefined },
): readonly Line[] {
  const { columns } = room;
  const right = Math.min(96, Math.max(40, Math.floor(columns * 0.42)));
  const upper = Math.max(12, Math.floor(room.rows * 0.52));
  const left = columns - right - GAP;
  const draw = (panel: SweepPanel, box: Box) =>
    panelOf(canvas, sweep, { panel, box, current, isTold: true }).slice(0, box.rows);
  // Each has at least half of the column, and what the other does not need.
  const half = Math.floor(upper / 2);
  const least = Math.max(half, upper - effectRows(sweep, right) - 1);
  const ofImportance = Math.min(importanceRows(sweep, right), least);
  const ofEffects = upper - ofImportance - 1;
  return [
    ...beside([
      { lines: draw("scatter", { columns: left, rows: upper }), width: left },
      {
        lines: [
          ...fillUp(draw("effects", { columns: right, rows: ofEffects }), ofEffects),
          [],
          ...draw("importance", { columns: right, rows: ofImportance }),
        ],
        width: right,
      },
    ]),
    [],
    ...draw("parallel", { columns, rows: room.rows - upper - 1 }),
  ];
}

function panelOf(
  canvas: Canvas,
  sweep: Sweep,
  {
    panel,
    box,
    current,
    isTold,
  }: {
    readonly panel: SweepPanel;
    readonly box: Box;
    readonly current: Point | undefined;
    /** Whether the panel that has the keys is told by its colour: alone, there is no need. */
    readonly isTold: boolean;
  },
): readonly Line[] {
  const { settings, sweepAt } = canvas.state;
  const isFocused = settings.sweepPanel === panel;
  const focus = { box, current, isFocused: isTold && isFocused };
  if (panel === "scatter") return scatterPanel(canvas, sweep, focus);
  if (panel === "parallel") return parallelPanel(canvas, sweep, focus);
  const list = { box, at: sweepAt, isFocused };
  return panel === "effects" ? effectsPanel(sweep, list) : importancePanel(sweep, list);
}

/** Reads the point under the cursor: its name, x and y. */
function readingOf(
  canvas: Canvas,
  { x, y, metric, points }: Sweep,
  current: Point | undefined,
): Line {
  if (current === undefined) return [];
  const { run, row, isLost } = current;
  const value =
    current.y === null
      ? isLost
        ? run.state
        : "no result yet"
      : seriesValue(metric.name, current.y);
  const rank = current.y === null ? "" : ` (${points.indexOf(current) + 1} of ${points.length})`;
  const across =
    x === undefined || x.id === y.id ? "" : `${x.title} ${x.text(x.value(run)) || "none"} · `;
  const state: Piece = piece(`${y.title} ${value}${rank}`, isLost ? "bad" : "plain");
  return fitLine(
    [
      piece(" "),
      swatch(lookOf(canvas, row)),
      piece(" "),
      { text: run.title, bold: true },
      piece(` · ${across}`, "muted"),
      state,
    ],
    canvas.columns,
  );
}

/** Returns the settings and results of every run. */
function sheetOf({ points, choices }: Sweep): Sheet {
  return {
    columns: ["run", ...choices.map(({ id }) => id)],
    rows: points.map(({ run }) => [run.name, ...choices.map(({ value }) => value(run))]),
  };
}
