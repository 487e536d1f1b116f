/** The whole frame: header, tabs, the view, and the line of keys, prompt or message at the bottom. */
import { basename } from "node:path";
import { bytes, middleEllipsis } from "@ablate/text";
import type { StoreSnapshot } from "../data/feed.ts";
import { readingText } from "../data/log-source.ts";
import { openedChooser } from "../keys/table.ts";
import {
  cutLine,
  fitLine,
  justify,
  type Line,
  lineWidth,
  type Piece,
  piece,
  visibleLine,
} from "../text/line.ts";
import { VIEWS } from "../views/registry.ts";
import { countStates, STATE_SIGNS } from "../views/states.ts";
import {
  type Canvas,
  type Drawn,
  type Extent,
  type FrameCanvas,
  frameRows,
  NO_SHEET,
  type Room,
  type Sheet,
  type View,
  type Zone,
} from "../views/view.ts";
import { borderZones } from "./border-zones.ts";
import { chartZones } from "./chart-zones.ts";
import { drawChooser } from "./chooser.ts";
import { bottomLine } from "./footer.ts";
import { drawHelp } from "./help.ts";
import type { Placed } from "./layout.ts";
import { withSelection } from "./selection.ts";

/** A frame: from top to bottom its header, its panes side by side, and its footer; together they fill the terminal. */
export type Frame = {
  readonly header: readonly Line[];
  readonly panes: readonly Pane[];
  /** The panes in their places. */
  readonly body: readonly Line[];
  readonly footer: readonly Line[];
  /** How much fits into the pane that has the keys. */
  readonly extent: Extent;
  readonly sheet: () => Sheet;
};

/** What is drawn of a view, in lines that fill its rectangle; its zones count from the upper left corner of the screen. */
export type Pane = Placed & {
  readonly lines: readonly Line[];
  readonly zones: readonly Zone[];
  /** How much fits into it. */
  readonly extent: Extent;
  readonly sheet: () => Sheet;
};

type FrameSpec = {
  readonly store: string;
  /** The view that is shown, and its panes. */
  readonly view: View;
  readonly placed: readonly Placed[];
  /** The one that has the keys. */
  readonly active: View;
  /** Makes the canvas of a pane's view. */
  readonly canvasOf: (view: View) => FrameCanvas;
};

/** Draws the frame of a store in a view. */
export function drawFrame({ store, view, placed, active, canvasOf }: FrameSpec): Frame {
  const canvas = canvasOf(active);
  const { size } = canvas.state;
  const { header, view: pageRows, footer } = frameRows(size);
  const panes = placed.map((one) => drawPane(one, { header, active, placed, canvasOf }));
  const own = panes.find(({ view: one }) => one === active) ?? panes[0];
  return {
    header: [headLine(canvas, store), tabs(canvas, view)].slice(0, header).map(visibleLine),
    panes,
    body: besideEachOther(panes, pageRows),
    footer: [bottomLine(canvas, active)].slice(0, footer).map(visibleLine),
    extent: own?.extent ?? extentOf({ ...size, rows: pageRows }, NOTHING),
    sheet: own?.sheet ?? NOTHING.sheet,
  };
}

const NOTHING: Drawn = { lines: [], sheet: () => NO_SHEET };

/** Says how much fits into a pane of so much room. */
function extentOf(room: Room, of: Drawn): Extent {
  return {
    rows: of.listRows ?? room.rows,
    pageRows: room.rows,
    pageLength: of.pageLength ?? room.rows,
    parts: of.parts ?? [0],
    xCells: of.xCells ?? room.columns,
    plots: of.plots ?? [],
    legend: of.legend ?? [],
    units: of.units ?? { all: 0, shown: 0 },
  };
}

type PaneSpec = Pick<FrameSpec, "placed" | "active" | "canvasOf"> & { readonly header: number };

/** Draws a pane; where there are several, under a title and beside a rule. */
function drawPane(one: Placed, { header, active, placed, canvasOf }: PaneSpec): Pane {
  const { view, rect } = one;
  const room = roomOf(one, placed);
  const isPane = placed.length > 1;
  const canvas = { ...canvasOf(view), ...room, isPane };
  const of = drawBody(canvas, view);
  const shown = withSelection(of, canvas);
  const filled = Array.from({ length: room.rows }, (_, row) =>
    fitLine(cutLine(visibleLine(shown[row] ?? []), room.columns), room.columns),
  );
  const [left, top] = [rect.columns - room.columns, rect.rows - room.rows];
  const ruled = filled.map((drawn) => (left === 0 ? drawn : [piece("│", "muted"), ...drawn]));
  const title = top === 0 ? [] : [paneTitle(one, view === active)];
  const zones = [...(of.zones ?? []), ...chartZones(of)].map((zone) => {
    const column = zone.rect.column + rect.column + left;
    const row = zone.rect.row + rect.row + header + top;
    return { ...zone, rect: { ...zone.rect, column, row } };
  });
  const all = [...zones, ...borderZones(one, { placed, header })];
  const extent = extentOf(room, of);
  return { ...one, lines: [...title, ...ruled], zones: all, extent, sheet: of.sheet };
}

/** Returns the room that a view has in its pane, without rule and title. */
export function roomOf({ rect }: Placed, { length }: readonly Placed[]): Room {
  if (length === 1) return rect;
  return { columns: rect.columns - (rect.column === 0 ? 0 : 1), rows: rect.rows - 1 };
}

/** Draws the title of a pane in a rule. */
function paneTitle({ view: { title }, rect }: Placed, isActive: boolean): Line {
  const { columns, column } = rect;
  const start = column === 0 ? "─" : "┬";
  const name = { ...piece(` ${title} `, isActive ? "accent" : "muted"), bold: isActive };
  const rest = "─".repeat(Math.max(0, columns - 1 - lineWidth([name])));
  return fitLine([piece(start, "muted"), name, piece(rest, "muted")], columns);
}

/** Puts panes in their places, as lines of the whole width. */
function besideEachOther(panes: readonly Pane[], rows: number): Line[] {
  return Array.from({ length: rows }, (_, row) => panes.flatMap(({ lines }) => lines[row] ?? []));
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
  const trouble = snapshot.trouble ?? snapshot.logs?.trouble ?? null;
  if (trouble !== null) return fitLine([piece(` ${trouble}`, "bad")], columns);
  if (snapshot.waiting !== null) return fitLine([piece(` ${snapshot.waiting}`, "accent")], columns);
  const grids = new Set(table.matches.map(({ grid }) => grid));
  const [grid] = grids;
  const several = table.matches.length === 0 && snapshot.logs !== null ? "" : `${grids.size} grids`;
  const name = grids.size === 1 && grid !== null && grid !== undefined ? grid : several;
  const counts = countStates(table.matches).flatMap(([one, n]): Piece[] => [
    piece(" · ", "muted"),
    piece(`${n} ${one}`, STATE_SIGNS[one].tone),
  ]);
  const n = table.matches.length;
  const runs =
    n === table.all.length
      ? `${n} ${n === 1 ? "run" : "runs"}`
      : `${n} of ${table.all.length} runs`;
  const live = livePiece(snapshot);
  const shown = snapshot.logs?.title ?? basename(store);
  const size = snapshot.bytes === 0 ? "" : ` ${bytes(snapshot.bytes)}`;
  const file = piece(`${middleEllipsis(shown, WIDEST_STORE)}${size}  `, "muted");
  const left: Line = [{ text: ` ${name}`, bold: true }, piece(`  ${runs}`), ...counts];
  const right: Line = [file, live, piece(" ")];
  const room = columns - lineWidth(left);
  const said = [...left, leftPiece(table.left, room - lineWidth(right.slice(1)))];
  const fits = lineWidth(said) + lineWidth(right) <= columns;
  return justify(said, fits ? right : right.slice(1), columns);
}

/** Cells of what is shown, a file or a folder, in the header. */
const WIDEST_STORE = 40;

/** Says whether a run goes on, or how far logs are read before that is known. */
function livePiece({ isLive, logs }: StoreSnapshot): Piece {
  if (logs?.isReading === true) return piece(`◌ ${readingText(logs)}`, "accent");
  return isLive ? piece("● live", "good") : piece("○ idle", "muted");
}

/** Counts the runs that are left from earlier plans, and names the key that shows them. */
function leftPiece(count: number, room: number): Piece {
  if (count === 0) return piece("");
  const [long, short] = ["left from earlier plans", "left"].map(
    (text) => ` · ${count} ${text} (a)`,
  );
  return piece((long !== undefined && long.length < room ? long : short) ?? "", "warn");
}

function tabs({ state, scene }: FrameCanvas, view: View): Line {
  const { columns } = state.size;
  const { settings } = state;
  const names = VIEWS.map((one) => {
    const isShown = one === view;
    const text = ` ${one.key} ${one.title} `;
    return { text, bold: isShown, inverse: isShown, press: one.key };
  });
  const all = new Set(settings.marks);
  const marked = scene.table.all.filter(({ name }) => all.has(name)).length;
  const marks = marked === 0 ? "" : `${marked} marked  `;
  const filter =
    settings.filter === "" || state.prompt?.kind === "filter" ? "" : `/ ${settings.filter} `;
  const { mistake } = scene.table;
  const usual = [piece(marks, "accent"), piece(filter, "warn")];
  return justify(names, mistake === null ? usual : [piece(`${mistake} `, "bad")], columns);
}
