/** The runs as a table, with what is under the cursor below it. */
import { clean, count, ellipsis, loss, middleEllipsis, widthOf } from "@ablate/text";
import { bandOf, spread } from "../../chart/band.ts";
import { sparkline } from "../../chart/sparkline.ts";
import { trace } from "../../chart/trace.ts";
import type { Column } from "../../data/columns.ts";
import { type ShownRun, updates } from "../../data/shown-run.ts";
import { rowValue, type TableRow } from "../../data/table.ts";
import { currentFilter } from "../../state/prompt.ts";
import {
  cutLine,
  fitLine,
  type Line,
  line,
  lineWidth,
  type Piece,
  piece,
  restyle,
} from "../../text/line.ts";
import { gridLine, STATE_SIGNS, stateLine, statesLine } from "../states.ts";
import type { Canvas, Drawn, Sheet } from "../view.ts";

const CURVE_CELLS = 6;
/** Runs whose mean is the small curve of a group: more would cost more than they show. */
const AVERAGED = 4;
const WIDEST_CELL = 24;
const LEAST_NAME = 14;
const STRIP_ROWS = 3;
/** On fewer rows the strip would take the room of the table. */
const LEAST_WITH_STRIP = 10;
/** Rows, beside those on the screen, on which widths are measured, so that scrolling hardly changes them. */
const MEASURED = 200;

export function drawRuns(canvas: Canvas): Drawn {
  const { scene, rows, columns } = canvas;
  const hasStrip = rows >= LEAST_WITH_STRIP;
  const listRows = listRowsOf(rows);
  const top = firstRow(canvas, listRows);
  const visible = scene.table.rows.slice(top, top + listRows);
  const layout = layOut(canvas, [...scene.table.rows.slice(0, MEASURED), ...visible]);
  const body =
    visible.length === 0 ? [nothing(canvas)] : visible.map((row) => drawRow(canvas, row, layout));
  const lines = [header(canvas, layout), ...body];
  while (lines.length < 1 + listRows) lines.push([]);
  const strip = hasStrip ? [[piece("─".repeat(columns), "muted")], ...detail(canvas)] : [];
  return { lines: [...lines, ...strip], listRows, sheet: () => sheetOf(canvas) };
}

/** Counts the rows of the table between its titles and the strip, in a view of so many rows. */
export function listRowsOf(rows: number): number {
  return Math.max(1, rows - 1 - (rows >= LEAST_WITH_STRIP ? STRIP_ROWS : 0));
}

/** Returns the first row on the screen, which moves only as far as the focus needs. */
export function firstRow(
  { state, scene }: Pick<Canvas, "state" | "scene">,
  listRows: number,
): number {
  const last = Math.max(0, scene.table.rows.length - listRows);
  const lowest = Math.max(0, scene.focusAt - listRows + 1);
  return Math.min(Math.max(Math.min(state.top, last), lowest), Math.max(0, scene.focusAt));
}

type Layout = {
  readonly nameWidth: number;
  readonly cells: readonly { readonly column: Column; readonly width: number }[];
  readonly left: number;
};

/** Chooses the columns that fit: those of low priority give way first. */
function layOut(canvas: Canvas, rows: readonly TableRow[]): Layout {
  const { scene, columns } = canvas;
  const all = scene.table.shown.map((column) => ({
    column,
    width: columnWidth(canvas, column, rows),
  }));
  const names = Math.max(0, ...rows.map((row) => widthOf(nameText(row)))) + 4;
  const nameWidth = Math.min(
    Math.max(LEAST_NAME, names),
    Math.max(LEAST_NAME, Math.floor(columns * 0.4)),
  );
  const kept = [...all];
  const used = () => kept.reduce((sum, { width }) => sum + width + 2, nameWidth);
  while (kept.length > 0 && used() > columns) {
    const least = Math.min(...kept.map(({ column }) => column.priority));
    kept.splice(
      kept.findLastIndex(({ column }) => column.priority === least),
      1,
    );
  }
  return { nameWidth: Math.min(nameWidth, columns), cells: kept, left: all.length - kept.length };
}

function columnWidth(canvas: Canvas, column: Column, rows: readonly TableRow[]): number {
  if (column.id === "curve") return CURVE_CELLS;
  const widest = rows.reduce(
    (width, row) => Math.max(width, lineWidth(cellOf(canvas, column, row))),
    widthOf(titleOf(canvas, column)),
  );
  return Math.min(widest, WIDEST_CELL);
}

function titleOf({ state }: Canvas, { id, title }: Column): string {
  const { sort } = state.settings;
  return sort?.column === id ? `${title} ${sort.isDescending ? "▼" : "▲"}` : title;
}

function header(canvas: Canvas, { nameWidth, cells, left }: Layout): Line {
  const titles = cells.flatMap(({ column, width }): Piece[] => [
    piece("  "),
    ...fitLine([piece(titleOf(canvas, column), "muted")], width, column.align),
  ]);
  const more = left === 0 ? [] : [piece(`  +${left}`, "muted")];
  return cutLine(
    [...fitLine([piece("   run", "muted")], nameWidth), ...titles, ...more],
    canvas.columns,
  );
}

function drawRow(canvas: Canvas, row: TableRow, { nameWidth, cells }: Layout): Line {
  const { state, scene, columns } = canvas;
  const marks = new Set(state.settings.marks);
  const isMarked = row.members.every(({ name }) => marks.has(name));
  const isFocused = scene.focused?.key === row.key;
  const sign = isMarked
    ? piece("▌", "accent")
    : row.members.some(({ name }) => marks.has(name))
      ? piece("╎", "accent")
      : piece(" ");
  const name = fitLine(
    [sign, ...signOf(row), piece(" "), ...nameLine(canvas, row, nameWidth - 3)],
    nameWidth,
  );
  const drawn = [
    ...name,
    ...cells.flatMap(({ column, width }) => [
      piece("  "),
      ...fitLine(cellOf(canvas, column, row), width, column.align),
    ]),
  ];
  const full = fitLine(drawn, columns);
  return isFocused ? restyle(full, { inverse: true }) : full;
}

function signOf({ members, isGroup, isUnfolded }: TableRow): Line {
  const [first] = members;
  if (first === undefined) return [];
  if (!isGroup) return [piece(STATE_SIGNS[first.state].sign, STATE_SIGNS[first.state].tone)];
  return [piece(isUnfolded ? "▾" : "▸")];
}

function nameText({ title, members, isGroup, isInGroup }: TableRow): string {
  return `${isInGroup ? "  " : ""}${clean(title)}${isGroup ? ` ×${members.length}` : ""}`;
}

function nameLine({ state }: Canvas, row: TableRow, width: number): Line {
  const isBaseline = row.members.some(({ name }) => name === state.settings.baseline);
  const name = middleEllipsis(nameText(row), width - (isBaseline ? 2 : 0));
  return [piece(name), ...(isBaseline ? [piece(" ◆", "accent")] : [])];
}

function cellOf(canvas: Canvas, column: Column, row: TableRow): Line {
  const [first] = row.members;
  if (first === undefined) return [];
  if (column.id === "curve") return [piece(curveOf(canvas, row.members))];
  if (column.id === "state") return row.isGroup ? statesLine(row.members) : stateLine(first);
  const text = column.text(rowValue(column, row.members));
  return [piece(ellipsis(clean(text), WIDEST_CELL), text === "-" ? "muted" : "plain")];
}

function curveOf({ curves, glyphs }: Canvas, members: readonly ShownRun[]): string {
  const columns = CURVE_CELLS * 2;
  const traces = members.slice(0, AVERAGED).flatMap((run) => {
    if (updates(run) < 2) return [];
    const scale = { low: 0, high: updates(run) - 1, log: false };
    const samples = curves
      .read(run, ["loss"], { axis: "step", scale, columns, lead: 0 })
      .get("loss");
    return samples === undefined ? [] : [trace(samples, scale, columns)];
  });
  return traces.length === 0 ? "" : sparkline(bandOf(traces, "std").mean, CURVE_CELLS, glyphs);
}

function nothing({ scene, state }: Canvas): Line {
  if (scene.table.total === 0) {
    return line(
      "   ",
      piece(
        "no runs yet: `ablate run CONFIG` in another terminal adds some, and they appear here",
        "muted",
      ),
    );
  }
  const filter = currentFilter(state, "filter");
  return line(
    "   ",
    piece(`no run matches ${filter}; esc shows all ${scene.table.total}`, "muted"),
  );
}

/** Draws two lines about the row under the cursor. */
function detail(canvas: Canvas): Line[] {
  const row = canvas.scene.focused;
  const [first] = row?.members ?? [];
  if (row === undefined || first === undefined) return [[], []];
  const facts = canvas.facts.read(first);
  const parts: Line[] = [[piece(row.isGroup ? row.title : clean(first.name), "plain")]];
  if (facts.initialLoss !== null) {
    const guess =
      facts.vocabulary === null
        ? ""
        : ` (ln ${facts.vocabulary} = ${Math.log(facts.vocabulary).toFixed(3)})`;
    parts.push([piece(`loss at init ${loss(facts.initialLoss)}${guess}`)]);
  }
  if (row.isGroup) parts.push([piece(groupResult(row.members))]);
  if (first.tags.length > 0) parts.push([piece(`tags: ${first.tags.join(", ")}`, "accent")]);
  const head = parts.flatMap((part, i) =>
    i === 0 ? part.map((one) => ({ ...one, bold: true })) : [piece(" · ", "muted"), ...part],
  );
  return [
    cutLine([piece(" "), ...head], canvas.columns),
    cutLine([piece(" "), ...secondLine(canvas, first, facts.samples)], canvas.columns),
  ];
}

function groupResult(members: readonly ShownRun[]): string {
  const { n, mean, low } = spread(
    members.map((run) => run.validLoss ?? Number.NaN),
    "std",
  );
  if (n === 0) return `${members.length} runs`;
  return `valid ${loss(mean)}${n > 1 ? ` ± ${(mean - low).toFixed(4)}` : ""} over ${n} of ${members.length} runs`;
}

function secondLine(
  canvas: Canvas,
  run: ShownRun,
  samples: readonly { readonly text: string }[],
): Line {
  const grid = gridLine(canvas, run.grid);
  const before = grid.length === 0 ? [] : [...grid, piece(" · ", "muted")];
  if (run.error !== null) return [piece(clean(run.error), "bad")];
  if (run.note !== null) return [...before, piece("note: ", "muted"), piece(clean(run.note))];
  if (samples.length === 0) {
    const steps = `${run.state}, ${count(updates(run))} of ${count(run.steps)} steps`;
    return [...before, piece(steps, "muted")];
  }
  const names = clean(samples.map(({ text }) => text).join(" "));
  return [...before, piece("names: ", "muted"), piece(names)];
}

function sheetOf({ scene }: Canvas): Sheet {
  const columns = scene.table.shown.filter(({ id }) => id !== "curve");
  return {
    columns: ["run", "n", ...columns.map(({ id }) => id)],
    rows: scene.table.rows.map((row) => [
      row.isGroup ? row.title : row.key,
      row.members.length,
      ...columns.map((column) => rowValue(column, row.members)),
    ]),
  };
}
