/** The columns of the view Runs, as wide as what is in them: names and values, cut so that different ones stay so. */
import { cutTogether, ellipsis, widthOf } from "@ablate/text";
import { sparkline } from "../../chart/sparkline.ts";
import { bandOf, trace } from "../../chart/trace.ts";
import type { Column } from "../../data/columns.ts";
import { fitTitles, sizeText } from "../../data/labels.ts";
import { type ShownRun, updates } from "../../data/shown-run.ts";
import { columnTexts, type TableRow } from "../../data/table.ts";
import { type Line, lineWidth, piece, type Tone } from "../../text/line.ts";
import { briefStates, findingsLine, lostPieces, stateLine, statesLine } from "../states.ts";
import { thatFit } from "../that-fit.ts";
import type { Canvas } from "../view.ts";

const CURVE_CELLS = 6;
/** Runs whose mean is the small curve of a group: more would cost more than they show. */
const AVERAGED = 4;
const WIDEST_CELL = 24;
const LEAST_NAME = 14;

type Cell = { readonly column: Column; readonly width: number; readonly texts: Texts };

export type Layout = {
  readonly nameWidth: number;
  readonly names: Texts;
  readonly cells: readonly Cell[];
  readonly left: number;
};

/** What is written in each row, by its key. */
type Texts = ReadonlyMap<string, string>;

/** Cells before a name: the mark, the swatch, the sign and a space after each of these. */
export const BEFORE_NAME = 5;

/** From this priority on a column stays beside names as long as they need to be. */
const KEPT = 9;

/** Columns that give way first where charts stand beside the table. */
const BESIDE_CHARTS: Readonly<Record<string, number>> = { curve: 0, step: 3 };

/** Chooses the columns that fit: those of low priority give way first. */
export function layOut(canvas: Canvas, rows: readonly TableRow[]): Layout {
  const { scene, columns, isPane } = canvas;
  const priorityOf = ({ id, priority }: Column): number =>
    // The column under the cursor stays.
    (id === canvas.state.column ? Number.POSITIVE_INFINITY : undefined) ??
    (isPane ? BESIDE_CHARTS[id] : undefined) ??
    priority;
  const cells = scene.table.shown
    .map((column) => layOutColumn(canvas, column, rows))
    .filter(({ width }) => width > 0);
  const kept = cells.filter(({ column }) => priorityOf(column) >= KEPT);
  const beside = columns - kept.reduce((sum, { width }) => sum + width + 2, 0);
  const most = Math.max(LEAST_NAME, isPane ? beside : Math.floor(columns * 0.4));
  const names = namesOf(canvas, rows, Math.min(most, columns) - BEFORE_NAME);
  const widest = Math.max(0, ...[...names.values()].map(widthOf)) + BEFORE_NAME;
  const nameWidth = Math.min(Math.max(LEAST_NAME, widest), most);
  const fitting = thatFit(cells, {
    room: columns - nameWidth,
    least: 0,
    priorityOf: ({ column }) => priorityOf(column),
  });
  const left = scene.table.shown.length - fitting.length;
  return { nameWidth: Math.min(nameWidth, columns), names, cells: fitting, left };
}

/** Cuts the names of rows together, each with how many runs it is of and the sign of the baseline. */
function namesOf({ state, scene }: Canvas, rows: readonly TableRow[], width: number): Texts {
  const before = ({ isInGroup }: TableRow): string => (isInGroup ? "  " : "");
  const after = (row: TableRow): string => {
    const size = row.isGroup ? sizeText(row) : "";
    const isBaseline = row.members.some(({ name }) => name === state.settings.baseline);
    return `${size}${isBaseline ? BASELINE : ""}`;
  };
  const taken = Math.max(0, ...rows.map((row) => before(row).length + after(row).length));
  const titles = fitTitles(rows, Math.max(1, width - taken), scene.table);
  return new Map(rows.map((row, i) => [row.key, before(row) + (titles[i] ?? "") + after(row)]));
}

const BASELINE = " ◆";

function layOutColumn(canvas: Canvas, column: Column, rows: readonly TableRow[]): Cell {
  if (column.id === "curve") return { column, width: CURVE_CELLS, texts: new Map() };
  const texts = cutTogether(columnTexts(column, rows), WIDEST_CELL, ellipsis);
  const written = new Map(rows.map(({ key }, i) => [key, texts[i] ?? ""]));
  const widths = rows.map((row) => lineWidth(cellOf(canvas, row, { column, texts: written })));
  // Beside charts the sign before each name says how a run ended.
  if (column.id === "state" && canvas.isPane && Math.max(0, ...widths) === 0)
    return { column, width: 0, texts: written };
  const title = widthOf(titleOf(canvas, column));
  return { column, width: Math.min(WIDEST_CELL, Math.max(title, ...widths)), texts: written };
}

/** Returns the title of a column, with the sign of the order where rows are sorted by it. */
export function titleOf({ state }: Canvas, { id, title }: Column): string {
  const { sort } = state.settings;
  return sort?.column === id ? `${title} ${sort.isDescending ? "▼" : "▲"}` : title;
}

/** Draws a name, and the sign of the baseline in its colour. */
export function nameLine(name: string, tone: Tone): Line {
  if (!name.endsWith(BASELINE)) return [piece(name, tone)];
  return [piece(name.slice(0, -BASELINE.length), tone), piece(BASELINE, "accent")];
}

export function cellOf(
  canvas: Canvas,
  row: TableRow,
  { column, texts }: Pick<Cell, "column" | "texts">,
): Line {
  const [first] = row.members;
  if (first === undefined) return [];
  if (column.id === "curve") return [piece(curveOf(canvas, row.members))];
  if (column.id === "findings") return findingsLine(row.members);
  if (column.id === "state" && canvas.isPane) return briefStates(row.members);
  if (column.id === "state") return row.isGroup ? statesLine(row.members) : stateLine(first);
  const text = texts.get(row.key) ?? "";
  const isMean = row.isGroup && column.id.endsWith("loss") && text !== "-";
  const shown = piece(text, text === "-" ? "muted" : "plain");
  return [...(isMean ? lostPieces(row.members) : []), shown];
}

function curveOf({ curves, glyphs }: Canvas, members: readonly ShownRun[]): string {
  const columns = CURVE_CELLS * 2;
  const traces = members.slice(0, AVERAGED).flatMap((run) => {
    if (updates(run) < 2) return [];
    const scale = { low: 0, high: updates(run) - 1, log: false };
    const window = { axis: "step", scale, columns, lead: 0 } as const;
    const samples = curves.read(run, ["loss"], window).get("loss");
    return samples === undefined ? [] : [trace(samples, scale, columns)];
  });
  return traces.length === 0 ? "" : sparkline(bandOf(traces, "std").mean, CURVE_CELLS, glyphs);
}
