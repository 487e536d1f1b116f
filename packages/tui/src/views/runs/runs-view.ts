/** The view Runs: the runs as a table, with what is under the cursor below it. */
import { lostText, momentsOf, VALID_LOSS } from "@ablate/store";
import { loss, toldApart } from "@ablate/text";
import type { Column } from "../../data/columns.ts";
import { areOfSeveralGrids } from "../../data/grids.ts";
import { swatch } from "../../data/looks.ts";
import { type ShownRun, stepsText } from "../../data/shown-run.ts";
import { isRowOf, rowValue, type TableRow } from "../../data/table.ts";
import { BASELINE_KEY } from "../../keys/annotation-keys.ts";
import { COLUMN_HINTS, COLUMN_KEYS } from "../../keys/column-keys.ts";
import { focusOn, moveKeys, outWithin, ROW_KEYS } from "../../keys/move-keys.ts";
import { bind, hint, ROWS } from "../../keys/rows.ts";
import {
  COLUMNS,
  choosing,
  markFocused,
  TABLE_CHOOSERS,
  TABLE_KEYS,
} from "../../keys/table-keys.ts";
import type { Scene } from "../../state/scene.ts";
import { adjusted, type State, say, show } from "../../state/state.ts";
import {
  aboutLine,
  cutLine,
  fitLine,
  type Line,
  lineWidth,
  type Piece,
  piece,
  restyle,
} from "../../text/line.ts";
import { chartsView } from "../charts/charts-view.ts";
import { essenceView } from "../essence/essence-view.ts";
import { briefFindings } from "../finding-lines.ts";
import { initialLossOf } from "../initial-loss.ts";
import { lookOf } from "../looks.ts";
import { nothingLines } from "../nothing.ts";
import { gridLine, lostCount, placeOf, signOfRun, toneOfRuns } from "../states.ts";
import type { Canvas, Context, Drawn, PaneRoom, Sheet, View } from "../view.ts";
import { BEFORE_NAME, cellOf, type Layout, layOut, nameLine, titleOf } from "./layout.ts";
import { pointRuns, scrollRuns } from "./runs-pointer.ts";

export const runsView: View = {
  name: "runs",
  isFlush: true,
  title: "Runs",
  key: "1",
  help: "runs",
  draw: drawRuns,
  beside: [chartsView, essenceView],
  hints: ({ column }, { focused }) =>
    column !== null
      ? COLUMN_HINTS
      : [
          hint(ROWS.enter, focused?.isGroup ? (focused.isUnfolded ? "fold" : "unfold") : "open"),
          hint(ROWS.mark),
          hint(ROWS.filter),
          hint(ROWS.sort),
          hint(ROWS.choose, "columns"),
        ],
  choosers: [COLUMNS, ...TABLE_CHOOSERS],
  keys: [
    ...moveKeys(
      (state, { scene }, by) => focusOn(state, scene, scene.focusAt + by),
      ({ rows }) => Math.max(1, rows - 1),
    ),
    ...ROW_KEYS,
    bind(ROWS.left, (state, { scene }) => fold(state, scene, false)),
    bind(ROWS.right, (state, { scene }) => fold(state, scene, true)),
    bind(ROWS.enter, enter),
    bind(ROWS.mark, (state, { scene }) =>
      focusOn(markFocused(state, scene), scene, scene.focusAt + 1),
    ),
    bind(ROWS.back, (state, { scene }) => outWithin(state) ?? outermost(state, scene)),
    ...COLUMN_KEYS,
    ...TABLE_KEYS,
    choosing(COLUMNS),
    BASELINE_KEY,
  ],
  point: pointRuns,
  scroll: scrollRuns,
  settle: (state, scene, room) => {
    const top = firstRow({ state, scene }, listRowsOf(room));
    return top === state.top ? state : { ...state, top };
  },
};

function enter(state: State, { scene }: Context): State {
  const { focused } = scene;
  if (focused === undefined) return say(state, "there is no run to open");
  if (focused.isGroup) return fold(state, scene, !focused.isUnfolded);
  return { ...show(state, "run"), opened: focused.key };
}

/** Shows or hides the runs of the group under the cursor, or of the one that the run there is in. */
function fold(state: State, { focused, table }: Scene, isOpen: boolean): State {
  if (focused === undefined) return state;
  const group = focused.isInGroup
    ? table.rows.find((row) => row.isGroup && isRowOf(row, focused.key))
    : focused;
  if (group?.isGroup !== true)
    return say(state, "this run is in no group; g chooses what runs are grouped by");
  const others = state.unfolded.filter((key) => key !== group.key);
  return {
    ...state,
    unfolded: isOpen ? [...others, group.key] : others,
    focus: isOpen ? state.focus : group.key,
  };
}

/** What `esc` takes back where nothing is open: the filter, then the marks, then it goes out to the list of grids. */
function outermost(state: State, { snapshot, table }: Scene): State {
  const { filter, marks } = state.settings;
  if (state.column !== null) return { ...state, column: null };
  if (filter !== "") return say(adjusted(state, { filter: "" }), "the filter is cleared");
  if (marks.length > 0) return say(adjusted(state, { marks: [] }), "nothing is marked");
  if (!areOfSeveralGrids(snapshot.runs)) return say(state, "this is the top level; q quits");
  return { ...show(state, "grids"), gridFocus: table.grid ?? "" };
}

const STRIP_ROWS = 3;
/** On fewer rows the strip would take the room of the table. */
const LEAST_WITH_STRIP = 10;
/** Rows, beside those on the screen, on which widths are measured, so that scrolling hardly changes them. */
const MEASURED = 200;

function drawRuns(canvas: Canvas): Drawn {
  const { scene, columns } = canvas;
  const listRows = listRowsOf(canvas);
  const top = firstRow(canvas, listRows);
  const visible = scene.table.rows.slice(top, top + listRows);
  const layout = layOut(canvas, [...scene.table.rows.slice(0, MEASURED), ...visible]);
  const drawn = visible.map((row) => drawRow(canvas, row, layout));
  const lines = [header(canvas, layout), ...(drawn.length === 0 ? nothingLines(canvas) : drawn)];
  while (lines.length < 1 + listRows) lines.push([]);
  lines.length = 1 + listRows; // words in place of a list may be more than there is room for
  const rule = piece("─".repeat(columns), "muted");
  const strip = hasStrip(canvas) ? [[rule], ...detail(canvas)] : [];
  return { lines: [...lines, ...strip], listRows, sheet: () => sheetOf(canvas) };
}

/** Counts the rows of the table between its titles and the strip. */
function listRowsOf(room: PaneRoom): number {
  return Math.max(1, room.rows - 1 - (hasStrip(room) ? STRIP_ROWS : 0));
}

/** Whether two lines about the row under the cursor stand below the table: else a pane beside it says more. */
function hasStrip({ rows, isPane }: PaneRoom): boolean {
  return !isPane && rows >= LEAST_WITH_STRIP;
}

/** Returns the first row on the screen, which moves only as far as the focus needs. */
function firstRow({ state, scene }: Pick<Canvas, "state" | "scene">, listRows: number): number {
  const last = Math.max(0, scene.table.rows.length - listRows);
  const lowest = Math.max(0, scene.focusAt - listRows + 1);
  return Math.min(Math.max(Math.min(state.top, last), lowest), Math.max(0, scene.focusAt));
}

/** Draws the title of a column; of the one under the cursor inverted. */
function headOf(canvas: Canvas, column: Column): Piece {
  const title = titleOf(canvas, column);
  return canvas.state.column === column.id
    ? { text: title || column.id, tone: "accent", inverse: true }
    : piece(title, "muted");
}

function header(canvas: Canvas, { nameWidth, cells, left }: Layout): Line {
  const titles = cells.flatMap(({ column, width }) => [
    piece("  "),
    ...aboutLine(fitLine([headOf(canvas, column)], width, column.align), `column:${column.id}`),
  ]);
  const more = left === 0 ? [] : [piece(`  +${left}`, "muted")];
  const run = fitLine([piece(`${" ".repeat(BEFORE_NAME)}run`, "muted")], nameWidth);
  const titled = [...run, ...titles];
  const fits = lineWidth(titled) + lineWidth(more) <= canvas.columns;
  return cutLine(fits ? [...titled, ...more] : titled, canvas.columns);
}

function drawRow(canvas: Canvas, row: TableRow, { nameWidth, names, cells }: Layout): Line {
  const { state, scene, columns } = canvas;
  const marks = new Set(state.settings.marks);
  const marked = row.members.filter(({ name }) => marks.has(name)).length;
  const someMarked = marked > 0 ? piece("╎", "accent") : piece(" ");
  const sign = marked === row.members.length ? piece("▌", "accent") : someMarked;
  const look = swatch(lookOf(canvas, row));
  const called = nameLine(names.get(row.key) ?? "", toneOfRuns(row.members));
  const opens = row.isGroup ? aboutLine(signOf(row), `group:${row.key}`) : signOf(row);
  const name = [sign, look, piece(" "), ...opens, piece(" "), ...called];
  const values = cells.flatMap((cell) => [
    piece("  "),
    ...fitLine(cellOf(canvas, row, cell), cell.width, cell.column.align),
  ]);
  const drawn = fitLine([...fitLine(name, nameWidth), ...values], columns);
  const full = aboutLine(drawn, `row:${row.key}`);
  return scene.focused?.key === row.key ? restyle(full, { selected: true }) : full;
}

function signOf({ members, isGroup, isUnfolded }: TableRow): Line {
  const [first] = members;
  if (first === undefined) return [];
  if (isGroup) return [piece(isUnfolded ? "▾" : "▸", toneOfRuns(members))];
  const { sign, tone } = signOfRun(first);
  return [piece(sign, tone)];
}

/** Draws two lines about the row under the cursor. */
function detail(canvas: Canvas): Line[] {
  const row = canvas.scene.focused;
  const [first] = row?.members ?? [];
  if (row === undefined || first === undefined) return [[], []];
  const { mean, guess } = initialLossOf(canvas.stored, row.members);
  const name = row.isGroup ? row.title : first.name;
  const of = guess === "" ? "" : ` (${guess})`;
  const place = placeOf(canvas, row.members);
  const parts = [
    ...(place === "" ? [] : [piece(place)]),
    ...(mean === null ? [] : [piece(`loss at init ${loss(mean)}${of}`)]),
    ...(row.isGroup ? [piece(groupResult(row.members))] : []),
    ...(first.tags.length > 0 ? [piece(`tags: ${first.tags.join(", ")}`, "accent")] : []),
  ];
  const head = [{ text: name, bold: true }, ...parts.flatMap((part) => [DOT, part])];
  return [head, secondLine(canvas, row, first)].map((one) =>
    cutLine([piece(" "), ...one], canvas.columns),
  );
}

const DOT = piece(" · ", "muted");

function groupResult(members: readonly ShownRun[]): string {
  const { n, mean, std } = momentsOf(members.map(VALID_LOSS.value));
  const text = lostText(members, VALID_LOSS);
  const lost = text === "" ? "" : `, ${text}`;
  if (n === 0) return `${members.length} runs${lost}`;
  const around = std === null ? "" : ` ± ${std.toFixed(4)}`;
  return `valid ${loss(mean)}${around} over ${n} of ${members.length} runs${lost}`;
}

/** Says how a run failed, else what rules have found in it, what was noted of it, or which names it makes up. */
function secondLine(canvas: Canvas, { members }: TableRow, run: ShownRun): Line {
  if (run.error !== null) return [piece(run.error, "bad")];
  const found = briefFindings(canvas, members);
  if (found.length > 0) return found;
  const { samples } = canvas.stored.facts(run);
  const grid = gridLine(canvas, run.grid);
  const before = grid.length === 0 ? [] : [...grid, DOT];
  if (run.note !== null) return [...before, piece("note: ", "muted"), piece(run.note)];
  if (samples.length === 0) {
    const steps = `${run.state}, ${stepsText(run)}`;
    return [...before, piece(steps, "muted")];
  }
  const names = toldApart(samples.map(({ text }) => text)).join(" ");
  return [...before, piece("names: ", "muted"), piece(names)];
}

function sheetOf({ scene }: Canvas): Sheet {
  const columns = scene.table.shown.filter(({ id }) => id !== "curve");
  return {
    columns: ["run", "n", "lost", ...columns.map(({ id }) => id)],
    rows: scene.table.rows.map((row) => [
      row.isGroup ? row.title : row.key,
      row.members.length,
      lostCount(row.members),
      ...columns.map((column) => rowValue(column, row.members)),
    ]),
  };
}
