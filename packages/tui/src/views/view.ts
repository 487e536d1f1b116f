/** What a view of the UI is, what it draws from, and what its keys are told. */
import type { Glyphs } from "../chart/raster.ts";
import type { Range, Scale } from "../chart/scale.ts";
import type { ShownRun } from "../data/shown-run.ts";
import type { PaperFigure } from "../state/paper-chart.ts";
import type { Readers, Scene } from "../state/scene.ts";
import type { Effect, Size, State } from "../state/state.ts";
import { type Line, line, piece } from "../text/line.ts";
import type { ColourDepth } from "../text/theme.ts";

/** A view: an object of the registry. All that belongs to it lies in its folder. */
export type View = {
  /** Its name for the command line, the memory and the names of CSV files. */
  readonly name: string;
  /** Its name among the tabs. */
  readonly title: string;
  /** The key that shows it. */
  readonly key: string;
  /** What it shows, in the help. */
  readonly help: string;
  /** The keys that act in it beside those that act everywhere. */
  readonly keys: readonly BoundKey[];
  /** The keys that one needs in it, most of all first; else those that have a label. */
  readonly hints?: (state: State, scene: Scene) => readonly Hint[];
  /** Lists that its keys open. */
  readonly choosers?: readonly Chooser[];
  readonly draw: (canvas: Canvas) => Drawn;
  /** Returns the charts that it shows, for a figure in a file, or says why there are none. */
  readonly paper?: (scene: Scene) => PaperFigure | string;
  /** Whether it draws to the edges: the first cell of its rows is a margin in which marks hang. */
  readonly isFlush?: boolean;
  /** Whether its curves are those of the opened run alone, not of the marked runs. */
  readonly isOfOneRun?: boolean;
  /** The runs of which it draws what was recorded: they are compared with their digests while they are shown. */
  readonly recorded?: (scene: Scene) => readonly ShownRun[];
  /** The runs that tags are for, where the cursor may be on several that are no row of the table. */
  readonly subjects?: (scene: Scene) => readonly ShownRun[];
  /** The run that notes and names are for, and tags where it is alone, where it is not the one under the cursor of the table. */
  readonly subject?: (scene: Scene) => ShownRun | undefined;
  /** Brings the state in line with a new scene or size, before the next key. */
  readonly settle?: (state: State, scene: Scene, room: PaneRoom) => State;
  /** Handles clicks on what is about something; null where it has no use for one. */
  readonly point?: PointHandler;
  /** Scrolls its list by so many rows; without it the wheel does what the keys for a row do. */
  readonly scroll?: (state: State, context: Context, by: number) => State;
  /** Views that stand at its right where the terminal is wide enough, each in a pane of its own. */
  readonly beside?: readonly View[];
};

/** How much room a view has, in cells. */
export type Room = { readonly columns: number; readonly rows: number };

/** The room of a view, and whether it is one pane among others, not the whole screen. */
export type PaneRoom = Room & { readonly isPane: boolean };

/** A rectangle of cells, counted from the upper left corner of what it lies in. */
export type Rect = Room & { readonly column: number; readonly row: number };

/** What the mouse did, at a cell. */
export type Pointer = {
  readonly kind: "press" | "release" | "drag" | "move" | "wheel" | "double";
  readonly button: "left" | "middle" | "right" | "none";
  /** Of the wheel: -1 is up. */
  readonly by: number;
  readonly column: number;
  readonly row: number;
  readonly isShift: boolean;
  readonly isAlt: boolean;
  readonly isCtrl: boolean;
};

/** A part of the screen that answers to the mouse. */
export type Zone = {
  readonly rect: Rect;
  /** What the zone is called, where it keeps the mouse from a press to the release, also outside of it. */
  readonly holds?: string;
  /** Handles what happened at a cell of the zone; null where it has no use for it, and what lies below is asked. */
  readonly act: (state: State, context: Context, pointer: Pointer) => State | Effect | null;
};

/** Handles a click on a piece of text that is about something: `kind` of what, and its `key`. */
export type PointHandler = (
  state: State,
  context: Context,
  click: { readonly pointer: Pointer; readonly kind: string; readonly key: string },
) => Clicked | null;

/** The state after a click, and a key that is pressed then. */
export type Clicked = { readonly state: State; readonly press?: string };

/** A row of the table of keys: the keys and the words for them. */
export type KeyRow = {
  /** A character, or the name of a key: `up`, `enter`, `ctrl-z`. The first one tells rows apart. */
  readonly keys: readonly string[];
  /** One or two words for the footer; none where it is not worth the room. */
  readonly label?: string;
  readonly help: string;
};

/** Keys in the footer, and a word for what they do now. */
export type Hint = { readonly keys: readonly string[]; readonly label: string };

/** A row of the table of keys with its handler. */
export type BoundKey = KeyRow & {
  readonly act: Handler | Effect | ((state: State, context: Context) => State | Effect);
  /** The row that a view's own key follows in the help; without one it follows those about runs. */
  readonly after?: KeyRow;
};

export type Handler = (state: State, context: Context) => State;

/** What a key has to know beside the state. */
export type Context = {
  /** The view that has the keys: the one of the focused pane. */
  readonly view: View;
  /** Path of the store. */
  readonly store: string;
  /** The panes on the screen, by the names of their views. */
  readonly panes: readonly string[];
  readonly scene: Scene;
  /** Draws the frame where it has not been drawn: only for keys that depend on how much fits. */
  readonly extent: Extent;
};

/** How much fits on the screen. */
export type Extent = {
  /** Rows of a list, and of a page. */
  readonly rows: number;
  readonly pageRows: number;
  /** Columns of a page. */
  readonly pageColumns: number;
  /** Lines of the page that is open. */
  readonly pageLength: number;
  /** First lines of its parts. */
  readonly parts: readonly number[];
  /** Cells of a chart's x axis. */
  readonly xCells: number;
  /** Where charts have their plots, and the curves of a legend, in the order in which they stand there. */
  readonly plots: readonly PlotPlace[];
  readonly legend: readonly LegendPlace[];
  /** Units of a saturation map, and those of them that are on the screen. */
  readonly units: { readonly all: number; readonly shown: number };
};

/** The cells of a chart between its axes, and what they stand for. */
export type PlotPlace = {
  readonly series: string;
  readonly rect: Rect;
  readonly x: Scale;
  readonly y: Scale;
};

/** The line of a curve in a legend. */
export type LegendPlace = {
  /** The key of its row: that of a run or a group. */
  readonly key: string;
  readonly rect: Rect;
};

/** A list to choose from, in a box over the view. */
export type Chooser = {
  readonly name: string;
  readonly title: string;
  /** What its keys do, in the border of the box. */
  readonly hint: string;
  /** Whether one item alone is chosen: choosing it closes the list. */
  readonly isSingle?: boolean;
  readonly items: (state: State, scene: Scene) => readonly ChooserItem[];
  readonly choose: (state: State, scene: Scene, choice: ItemChoice) => State;
  /** Moves an item up or down, where they have an order of their own. */
  readonly move?: (state: State, scene: Scene, item: ItemMove) => State;
};

/** Items that become chosen, or no longer are. */
export type ItemChoice = { readonly ids: readonly string[]; readonly isChosen: boolean };

export type ItemMove = { readonly id: string; readonly by: number };

export type ChooserItem = {
  readonly id: string;
  readonly title: string;
  readonly isChosen: boolean;
  /** Whether it stands below an item that chooses several. */
  readonly isInGroup?: boolean;
};

/** What a view draws from and how much room it has. */
export type Canvas = Readers &
  PaneRoom & {
    readonly state: State;
    readonly scene: Scene;
    readonly glyphs: Glyphs;
    readonly depth: ColourDepth;
    /** The y range that each chart had in the frame before. */
    readonly ranges: Map<string, Range>;
  };

/** What the parts of a frame around the views draw from. */
export type FrameCanvas = Omit<Canvas, keyof PaneRoom>;

/** Values of what is shown, exact, for the clipboard and for files; those of long runs are read as they are asked for. */
export type Sheet = {
  readonly columns: readonly string[];
  readonly rows: Iterable<readonly (string | number | null)[]>;
};

export const NO_SHEET: Sheet = { columns: [], rows: [] };

/** What a view has drawn: its lines, and what the keys have to know about them. */
export type Drawn = Partial<
  Pick<Extent, "pageLength" | "parts" | "xCells" | "units" | "plots" | "legend">
> & {
  readonly lines: readonly Line[];
  /** Rows of a list on the screen. */
  readonly listRows?: number;
  /** Parts of it that answer to the mouse; of those that overlap the last one is on top. */
  readonly zones?: readonly Zone[];
  readonly sheet: () => Sheet;
};

/** Returns the rows of header, view and footer of a frame; on low terminals the view gets them all. */
export function frameRows({ rows }: Size): { header: number; view: number; footer: number } {
  const [header, footer] = [rows > 4 ? 2 : 0, rows > 2 ? 1 : 0];
  return { header, view: Math.max(0, rows - header - footer), footer };
}

/** Says in place of a view why it has nothing to draw. */
export function emptyView(text: string, sheet: Sheet = NO_SHEET): Drawn {
  return { lines: [line(" ", piece(text, "muted"))], sheet: () => sheet };
}

/** Returns as many items as there is room for, with one of them in the middle, and the index of the first. */
export function around<T>(
  items: readonly T[],
  at: number,
  room: number,
): { readonly items: readonly T[]; readonly first: number } {
  const first = Math.max(0, Math.min(at - Math.floor(room / 2), items.length - room));
  return { items: items.slice(first, first + room), first };
}
