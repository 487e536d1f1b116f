/** The whole frame: header, tabs, the view, and the line of keys, prompt or message at the bottom. */
import { completionOf } from "../commands/completion.ts";
import { shownChooser } from "../keys/chooser.ts";
import { cutLine, fitLine, type Line, lineWidth, piece, visibleLine } from "../text/line.ts";
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
import { chooserBox } from "./chooser.ts";
import { bottomLine } from "./footer.ts";
import { headerLines } from "./header.ts";
import { drawHelp } from "./help.ts";
import type { Placed } from "./layout.ts";
import { belowHeader, coveredLines, type Overlay } from "./overlay.ts";
import { popup } from "./popup.ts";
import { typedColumn } from "./prompt-line.ts";
import { withSelection } from "./selection.ts";

/** A frame: from top to bottom its header, its panes side by side, and its footer; together they fill the terminal. */
export type Frame = {
  readonly header: readonly Line[];
  readonly panes: readonly Pane[];
  /** The panes in their places. */
  readonly body: readonly Line[];
  readonly footer: readonly Line[];
  /** What is over the panes; rows count from the first one of the screen. */
  readonly box: Overlay | null;
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
  const drawn = placed.map((one) => drawPane(one, { header, active, placed, canvasOf }));
  const own = drawn.find(({ view: one }) => one === active) ?? drawn[0];
  const box = boxOver(canvas, active, { columns: size.columns, rows: pageRows });
  const panes = box === null ? drawn : coveredPanes(drawn, box);
  return {
    header: headerLines(canvas, store, view).slice(0, header).map(visibleLine),
    panes,
    body: besideEachOther(panes, pageRows),
    footer: [bottomLine(canvas, active)].slice(0, footer).map(visibleLine),
    box: box && belowHeader(box, header),
    extent: {
      ...(own?.extent ?? extentOf({ ...size, rows: pageRows }, NOTHING)),
      ...(box === null ? {} : { rows: box.listRows }),
    },
    sheet: own?.sheet ?? NOTHING.sheet,
  };
}

const NOTHING: Drawn = { lines: [], sheet: () => NO_SHEET };

/** Says how much fits into a pane of so much room. */
function extentOf(room: Room, of: Drawn): Extent {
  return {
    rows: of.listRows ?? room.rows,
    pageRows: room.rows,
    pageColumns: room.columns,
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
  const top = rect.rows - room.rows;
  const margin = marginOf(one);
  const rule = ruleOf(one) === 0 ? [] : [piece("│", "muted")];
  const edge = margin === 0 ? rule : [...rule, piece(" ".repeat(margin))];
  const left = lineWidth(edge);
  const ruled = filled.map((drawn) => fitLine([...edge, ...drawn], rect.columns));
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

/** Returns the room that a view has in its pane, without rule, margins and title. */
export function roomOf(one: Placed, { length }: readonly Placed[]): Room {
  const { columns, rows } = one.rect;
  return {
    columns: columns - ruleOf(one) - 2 * marginOf(one),
    rows: length === 1 ? rows : rows - 1,
  };
}

/** Counts the cells of the rule at the left of a pane. */
function ruleOf({ rect }: Placed): number {
  return rect.column === 0 ? 0 : 1;
}

/** Panes of fewer columns have no margins. */
const LEAST_WITH_MARGIN = 24;

/** Counts the cells at either side of what a view draws, beside those that it leaves free itself. */
function marginOf({ view, rect }: Placed): number {
  return view.isFlush === true || rect.columns < LEAST_WITH_MARGIN ? 0 : 1;
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
  return canvas.state.isHelp ? drawHelp(canvas) : view.draw(canvas);
}

/** Draws what is over the panes: a list to choose from, or what completes the line that is typed. */
function boxOver(canvas: FrameCanvas, active: View, room: Room): Overlay | null {
  const { state, scene } = canvas;
  const { prompt } = state;
  const isTyped = prompt !== null && prompt.kind !== "annotation" && (prompt.past ?? null) === null;
  const completion = isTyped ? completionOf(prompt, { scene }) : null;
  if (completion !== null) return popup(completion, typedColumn(prompt, completion.from), room);
  const shown = shownChooser(state, active, scene);
  return shown === undefined ? null : chooserBox(shown, state.chooser?.text ?? "", room);
}

/** Puts a box over panes. */
function coveredPanes(panes: readonly Pane[], box: Overlay): Pane[] {
  return panes.map((pane) => ({ ...pane, lines: coveredLines(pane, box) }));
}
