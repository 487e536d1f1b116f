/** What is on the screen besides the data, and small changes of it that many keys make. */
import type { Annotation } from "@ablate/store";
import type { Range } from "../chart/scale.ts";
import type { Background } from "../text/theme.ts";
import type { PaperChart } from "./paper-chart.ts";
import { DEFAULT_SETTINGS, type ViewSettings } from "./settings.ts";

export type Size = { readonly columns: number; readonly rows: number };

/** What the program does beside drawing. */
export type Effect =
  | { readonly type: "quit" | "suspend" | "copy" | "csv" | "mouse" }
  /** Gives what is under the cursor the next colour that nothing beside it has. */
  | { readonly type: "colour" }
  /** Puts a text on the clipboard and says so. */
  | { readonly type: "clip"; readonly text: string; readonly said: string }
  /** Writes charts to a file and says where. */
  | { readonly type: "paper"; readonly chart: PaperChart }
  | { readonly type: "theme"; readonly background: Background }
  | { readonly type: "annotate"; readonly change: Annotation };

/** A line of text that is being typed. */
export type Typed = {
  readonly text: string;
  /** Place of the cursor, in characters. */
  readonly at: number;
};

/** Which setting a filter is, and the words beside it. */
export type FilterField = {
  readonly setting: "filter" | "findingFilter";
  readonly label: string;
  readonly hint: string;
};

/** A line that is completed while it is typed, and what was typed before can be called back. */
type Completed = Typed & {
  /** What was typed before candidates took its place one by one, and which of them it is. */
  readonly choice?: Choice | null;
  /** Which line of the history it is, counted from the last one; null for none. */
  readonly past?: number | null;
};

export type Choice = { readonly typed: Typed; readonly index: number };

/** A filter takes effect while it is typed. */
export type FilterPrompt = Completed & FilterField & { readonly kind: "filter" };

/** A command is carried out when it is complete. */
export type CommandPrompt = Completed & { readonly kind: "command" };

/** A tag, a note or a name is written to its targets, runs or a grid, when it is complete. */
export type AnnotationPrompt = Typed & {
  readonly kind: "annotation";
  readonly annotation: AnnotationName;
  readonly targets: readonly string[];
};

export type Prompt = FilterPrompt | CommandPrompt | AnnotationPrompt;

export type AnnotationName = "tag" | "grid-tag" | "note" | "grid-note" | "rename";

/** A part of the x axis from where the button was pressed to where the mouse is, in the order of dragging. */
export type Selected = { readonly from: number; readonly to: number };

/** A list to choose from: what is typed to narrow it, and the row under the cursor among those that are left. */
export type OpenChooser = {
  readonly name: string;
  readonly text: string;
  /** Null until it is moved: on what is chosen. */
  readonly at: number | null;
};

export type State = {
  readonly size: Size;
  /** The terminal's background, on which colours have their names. */
  readonly background: Background;
  readonly settings: ViewSettings;
  /** Key of the row under the cursor. */
  readonly focus: string | null;
  /** The grid under the cursor of the list of grids, "" for the line of all; null for the one that was entered. */
  readonly gridFocus: string | null;
  /** First row of the table on the screen. */
  readonly top: number;
  /** Keys of groups whose runs are shown. */
  readonly unfolded: readonly string[];
  /** The run that views of one run are about; null for the one under the cursor. */
  readonly opened: string | null;
  /** The part of the x axis that is shown; null for all of it. */
  readonly zoom: Range | null;
  /** On the x axis; null where there is none. */
  readonly crosshair: number | null;
  /** Whether the crosshair follows the mouse, and goes where that leaves the charts. */
  readonly isHovering: boolean;
  /** The part of the x axis that the mouse is dragged over; null where it is not. */
  readonly selected: Selected | null;
  /** The curve whose line in a legend was clicked last: that line has moved when a double click ends. */
  readonly clicked: string | null;
  /** Which curve is on top, which chart has the keys, whether it is alone. */
  readonly curve: number;
  readonly chart: number;
  readonly isAlone: boolean;
  /** First line of a page that is longer than the screen. */
  readonly scroll: number;
  /** The probe that is shown, by its step; null for the last there is. */
  readonly probeStep: number | null;
  /** Name of the layer under the cursor. */
  readonly layer: string | null;
  /** The first unit on a saturation map. */
  readonly unit: number;
  /** The effect under the cursor of Sweep, by its place. */
  readonly sweepAt: number;
  /** Whether Compare shows the settings, too, that are the same in all runs. */
  readonly isWholeConfig: boolean;
  /** Key of the finding under the cursor. */
  readonly finding: string | null;
  /** Keys of lines of findings whose runs are shown: they are none of the table, which is costly to build. */
  readonly openFindings: readonly string[];
  /** The view that `esc` goes back to, after a jump to evidence. */
  readonly cameFrom: string | null;
  /** The parameter that a jump was about. */
  readonly spotlight: string | null;
  /** Whether a jump was about the panel below the layers: it then gets its rows before they do. */
  readonly isPanelFirst: boolean;
  readonly isHelp: boolean;
  /** What is looked for in the help. */
  readonly helpText: string;
  readonly prompt: Prompt | null;
  /** The open list of the view. */
  readonly chooser: OpenChooser | null;
  /** The column of the table under the cursor, by its id; null where none is. */
  readonly column: string | null;
  /** Name of the view whose pane has the keys; null for the view that is shown. */
  readonly pane: string | null;
  /** Whether that pane alone is on the screen. */
  readonly isMaximised: boolean;
  /** Stays until the next key. */
  readonly message: string | null;
};

export function initialState(
  size: Size,
  settings: ViewSettings = DEFAULT_SETTINGS,
  background: Background = "dark",
): State {
  return {
    size,
    background,
    settings,
    focus: null,
    gridFocus: null,
    top: 0,
    unfolded: [],
    opened: null,
    zoom: null,
    crosshair: null,
    isHovering: false,
    selected: null,
    clicked: null,
    curve: 0,
    chart: 0,
    isAlone: false,
    scroll: 0,
    probeStep: null,
    layer: null,
    unit: 0,
    sweepAt: 0,
    isWholeConfig: false,
    finding: null,
    openFindings: [],
    cameFrom: null,
    spotlight: null,
    isPanelFirst: false,
    isHelp: false,
    helpText: "",
    prompt: null,
    chooser: null,
    column: null,
    pane: null,
    isMaximised: false,
    message: null,
  };
}

export function say(state: State, message: string): State {
  return { ...state, message };
}

export function adjusted(state: State, change: Partial<ViewSettings>): State {
  return { ...state, settings: { ...state.settings, ...change } };
}

/** Shows a view, by its name, as a whole and from its beginning. */
export function show(state: State, view: string): State {
  return {
    ...adjusted(state, { view }),
    scroll: 0,
    zoom: null,
    crosshair: null,
    isHovering: false,
    selected: null,
    isAlone: false,
    cameFrom: null,
    spotlight: null,
    isPanelFirst: false,
    pane: null,
    isMaximised: false,
  };
}

export function openChooser(state: State, name: string): State {
  return { ...state, chooser: { name, text: "", at: null } };
}

/** Scrolls the page `by` lines down. */
export function scrolled(
  state: State,
  by: number,
  { pageRows, pageLength }: { readonly pageRows: number; readonly pageLength: number },
): State {
  return { ...state, scroll: clamp(state.scroll + by, 0, Math.max(0, pageLength - pageRows)) };
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), Math.max(low, high));
}

/** Returns an index that goes on at the other end. */
export function wrap(index: number, length: number): number {
  return length === 0 ? 0 : ((index % length) + length) % length;
}

/** Returns the item after one of them, after the last one the first. */
export function after<T>(all: readonly T[], one: T): T {
  return all[wrap(all.indexOf(one) + 1, all.length)] ?? one;
}
