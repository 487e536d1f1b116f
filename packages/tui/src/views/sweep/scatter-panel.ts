/** Runs as points: a setting or a result across, a result up; what came to no result is at the edge. */
import { cutTogether, ellipsis } from "@ablate/text";
import { labelledRule } from "../../chart/axes.ts";
import { append } from "../../chart/raster.ts";
import type { Scale } from "../../chart/scale.ts";
import { DASHES } from "../../data/looks.ts";
import { fitLine, justify, type Line, type Piece, piece } from "../../text/line.ts";
import { lookOf } from "../looks.ts";
import type { Box } from "../plots.ts";
import type { Canvas } from "../view.ts";
import { type Axis, fewPlaces, labelsOf, placeOf, scaleOf } from "./axis.ts";
import type { PanelPlace, Point, Sweep } from "./sweep-data.ts";

/** Cells of the value labels, with the axis. */
const LABEL_CELLS = 8;

/** Points that lie farther out than so many times the spread of most are at the edge. */
const FAR_OUT = 4;
const MOST = 0.8;

/** Cells in which the head has room for its keys. */
const ROOM_FOR_KEYS = 60;

/** Few points are all shown where they are. */
const FEW = 8;

type Placed = {
  readonly point: Point;
  readonly column: number;
  readonly row: number;
  readonly sign: string;
};

export function scatterPanel(
  canvas: Canvas,
  sweep: Sweep,
  { box, current, isFocused }: PanelPlace,
): Line[] {
  const { x, y, metric } = sweep;
  const { columns, rows } = box;
  if (x === undefined) return [[piece("nothing differs, and nothing was measured", "muted")]];
  const arrow = metric.isLessBetter === null ? "" : metric.isLessBetter ? " ↓" : " ↑";
  const title = {
    ...piece(`${y.title}${arrow} by ${x.title}`, isFocused ? "accent" : "plain"),
    bold: true,
  };
  const shown: Axis = { kind: "numbers", scale: boundsOf(sweep), few: [] };
  const plot = { columns: Math.max(1, columns - LABEL_CELLS), rows: Math.max(1, rows - 2) };
  const placed = placedIn(sweep, shown, plot);
  const none = sweep.points.filter((point) => point.y === null && !point.isLost).length;
  const lost = sweep.points.filter(({ isLost }) => isLost).length;
  const far = placed.filter(({ sign }) => sign === "↑" || sign === "↓").length;
  const notes = [
    ...(isLog(x.axis) ? ["log x"] : []),
    ...(isLog(shown) ? ["log y"] : []),
    ...(lost > 0 ? [`✗ ${lost} lost`] : []),
    ...(far > 0 ? [`${metric.isLessBetter === false ? "↓" : "↑"} ${far} far off`] : []),
    ...(none > 0 ? [`${none} without a result`] : []),
    ...(columns >= ROOM_FOR_KEYS ? ["x, v choose"] : []),
  ];
  return [
    justify([title], [piece(notes.join(" · "), "muted")], columns),
    ...bodyOf(canvas, { placed, plot, axis: shown, current }),
    fitLine(
      [piece(`${" ".repeat(LABEL_CELLS - 1)}└${ruleOf(x.axis, plot.columns)}`, "muted")],
      columns,
    ),
  ];
}

function isLog(axis: Axis): boolean {
  return axis.kind === "numbers" && axis.scale.log;
}

/** Returns the range of most results, from the best on: what is far out would flatten the rest. */
function boundsOf({ points, metric }: Sweep): Scale {
  const values = points.flatMap(({ y }) => y ?? []);
  const sign = metric.isLessBetter === false ? -1 : 1;
  const ranked = values.map((value) => sign * value).sort((a, b) => a - b);
  const [best = 0] = ranked;
  const most = ranked[Math.floor((ranked.length - 1) * MOST)] ?? best;
  const limit = best + FAR_OUT * (most - best);
  const isCut = ranked.length >= FEW && most > best && (ranked.at(-1) ?? best) > limit;
  if (ranked.length === 0) return { low: 0, high: 1, log: false };
  return scaleOf(isCut ? values.filter((value) => sign * value <= limit) : values);
}

function placedIn({ x, points, metric }: Sweep, axis: Axis, { columns, rows }: Box): Placed[] {
  if (x === undefined) return [];
  const spread = spreadOf(x.axis, columns);
  const taken = new Set<string>();
  const free = (column: number, row: number): number => {
    for (let by = 0; by <= 2 * spread; by++) {
      const one = column + (by % 2 === 0 ? by / 2 : -(by + 1) / 2);
      if (one < 0 || one >= columns || taken.has(`${one},${row}`)) continue;
      taken.add(`${one},${row}`);
      return one;
    }
    return column;
  };
  const worst = metric.isLessBetter === false ? rows - 1 : 0;
  return points.flatMap((point): Placed[] => {
    const across = placeOf(x.axis, x.value(point.run));
    if (across === null || (point.y === null && !point.isLost)) return [];
    const column = cellAt(across, columns);
    const up = placeOf(axis, point.y);
    if (point.isLost || up === null)
      return [{ point, column: free(column, worst), row: worst, sign: "✗" }];
    const sign = up > 1 ? "↑" : up < 0 ? "↓" : "";
    const row = rows - 1 - cellAt(up, rows);
    return [{ point, column: free(column, row), row, sign }];
  });
}

/** Returns how many cells points may stand beside their place where that is one of few. */
function spreadOf(axis: Axis, columns: number): number {
  const cells = fewPlaces(axis).map((place) => cellAt(place, columns));
  const gaps = cells.slice(1).map((cell, i) => cell - (cells[i] ?? 0));
  return cells.length === 0 ? 0 : Math.max(0, Math.floor((Math.min(columns, ...gaps) - 2) / 2));
}

/** Returns the cell of a place, with a cell of air at both ends where there is room. */
function cellAt(share: number, cells: number): number {
  const air = cells > 12 ? 2 : 0;
  return air + Math.round(Math.min(1, Math.max(0, share)) * (cells - 1 - 2 * air));
}

/** Draws the points with the value axis, the one under the cursor on top and in lines of its row and column. */
function bodyOf(
  canvas: Canvas,
  {
    placed,
    plot,
    axis,
    current,
  }: {
    readonly placed: readonly Placed[];
    readonly plot: Box;
    readonly axis: Axis;
    readonly current: Point | undefined;
  },
): Line[] {
  const at = placed.find(({ point }) => point === current);
  const cells = new Map<string, Piece>();
  // The best are drawn last, the one under the cursor on top of all.
  for (const one of [...placed.toReversed(), ...(at === undefined ? [] : [at])]) {
    const look = lookOf(canvas, one.point.row);
    const isCurrent = one === at;
    const text = one.sign || (DASHES[look.dash]?.marker ?? "◆");
    const tone = one.sign === "✗" ? "bad" : look.tone;
    const style = { text, tone, bold: isCurrent, inverse: isCurrent };
    cells.set(`${one.column},${one.row}`, { ...style, about: `point:${one.point.run.name}` });
  }
  const labels = new Map(
    labelsOf(axis, Math.max(2, Math.floor(plot.rows / 3))).map(({ at: place, text }) => [
      plot.rows - 1 - cellAt(place, plot.rows),
      text,
    ]),
  );
  return Array.from({ length: plot.rows }, (_, row): Line => {
    const label = labels.get(row) ?? "";
    const short = label.length > LABEL_CELLS - 2 ? "" : label;
    const pieces: Piece[] = [];
    for (let column = 0; column < plot.columns; column++) {
      const cell = cells.get(`${column},${row}`);
      if (cell !== undefined) pieces.push(cell);
      else append(pieces, guideAt(at, column, row));
    }
    return [
      piece(`${short.padStart(LABEL_CELLS - 2)} ${short === "" ? "│" : "┤"}`, "muted"),
      ...pieces,
    ];
  });
}

function guideAt(at: Placed | undefined, column: number, row: number): Piece {
  if (at?.row === row) return piece("┈", "muted");
  return at?.column === column ? piece("┊", "muted") : { text: " " };
}

/** Writes the labels of the x axis in a rule. */
function ruleOf(axis: Axis, columns: number): string {
  const all = labelsOf(axis, Math.max(2, Math.floor(columns / 14)));
  const room = axis.kind === "texts" ? Math.max(3, Math.floor(columns / all.length) - 1) : columns;
  const texts = cutTogether(
    all.map(({ text }) => text),
    room,
    ellipsis,
  );
  const labels = all.map(({ at }, i) => {
    const text = texts[i] ?? "";
    const start = cellAt(at, columns) - Math.floor(text.length / 2);
    return { text, start: Math.max(0, Math.min(columns - text.length, start)) };
  });
  return labelledRule(columns, labels, 1);
}
