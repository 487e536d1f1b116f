/** The words of the keys that are not one view's own, in the order of the help, the footer and docs/ui.md. */
import type { State } from "../state/state.ts";
import type { BoundKey, Context, Hint, KeyRow } from "../views/view.ts";

const TEXTS = {
  up: { keys: ["up", "k"], help: "row above; in charts the curve before, in layers the layer" },
  down: { keys: ["down", "j"], help: "row below; in charts the next curve, in layers the layer" },
  left: {
    keys: ["left", "h"],
    help: "fold a group; move the crosshair or the window; previous probe",
  },
  right: {
    keys: ["right", "l"],
    help: "unfold a group; move the crosshair or the window; next probe",
  },
  farLeft: {
    keys: ["shift-left"],
    help: "move the crosshair by ten cells; in runs go to the column before",
  },
  farRight: {
    keys: ["shift-right"],
    help: "the same to the right; in runs the next column: s sorts by it, < > move it",
  },
  pageUp: { keys: ["pageup", "ctrl-b"], help: "a screen up" },
  pageDown: { keys: ["pagedown", "ctrl-f"], help: "a screen down" },
  first: { keys: ["home"], help: "first row, first steps, initialisation" },
  last: { keys: ["end", "G"], help: "last row, last steps, the last probe" },
  mark: {
    keys: [" "],
    label: "mark",
    help: "mark or unmark what is under the cursor; in charts hide or show the curve",
  },
  enter: {
    keys: ["enter"],
    label: "open",
    help: "open the run, unfold the group, show one chart alone, go to the evidence",
  },
  back: { keys: ["escape"], help: "out by one layer" },
  filter: {
    keys: ["/"],
    label: "filter",
    help: "filter runs, as in: v5 or state:running -has:tag lr>=0.1; in findings: level:error",
  },
  command: {
    keys: [":"],
    label: "command",
    help: "type a command: steps 100-300, sort valid, metrics acc, …",
  },
  hideColumn: { keys: ["H"], help: "hide the column under the cursor" },
  all: { keys: ["a"], help: "runs left from earlier plans too, or not" },
  sort: { keys: ["s"], label: "sort", help: "sort by the column under the cursor, or choose one" },
  reverse: { keys: ["S"], help: "sort the other way round" },
  group: { keys: ["g"], label: "group", help: "choose what runs are grouped by" },
  choose: {
    keys: ["v"],
    label: "choose",
    help: "choose columns, charts, parameters or histograms",
  },
  smoother: { keys: ["+", "="], label: "smooth", help: "smooth over more steps" },
  rougher: { keys: ["-"], help: "smooth over fewer steps" },
  raw: { keys: ["_"], help: "no smoothing" },
  log: { keys: ["L"], label: "log", help: "logarithmic losses; in layers: values in octaves" },
  axis: {
    keys: ["x"],
    label: "x axis",
    help: "steps, examples or seconds; in a sweep what is across",
  },
  logX: { keys: ["X"], help: "logarithmic x axis" },
  zoomIn: { keys: ["z"], label: "zoom", help: "zoom in, down to single steps" },
  zoomOut: { keys: ["Z"], help: "zoom out" },
  panLeft: {
    keys: ["<", ","],
    help: "earlier steps; units of a saturation map; in a list of columns: move it up",
  },
  panRight: {
    keys: [">", "."],
    help: "later steps; units of a saturation map; in a list of columns: move it down",
  },
  yIn: { keys: ["i"], help: "zoom in on the values of a chart" },
  yOut: { keys: ["I"], help: "zoom out of them" },
  yWhole: { keys: ["u"], help: "the range of the values from the data again" },
  crosshair: { keys: ["c"], label: "crosshair", help: "read every curve at a step" },
  next: { keys: ["n"], help: "next run that the filter finds; in findings the next one" },
  previous: { keys: ["N"], help: "the one before" },
  baseline: { keys: ["b"], label: "baseline", help: "compare with this run; again: with none" },
  tag: {
    keys: ["t"],
    label: "tag",
    help: "tag the marked runs, or the one under the cursor; -tag removes",
  },
  tagGrid: { keys: ["T"], help: "tag its grid" },
  note: { keys: ["e"], label: "note", help: "write a note to the run" },
  noteGrid: { keys: ["E"], help: "write a note to its grid" },
  rename: { keys: ["R"], help: "rename the run" },
  colour: { keys: ["C"], help: "the next free colour for the run or group under the cursor" },
  pane: {
    keys: ["tab"],
    help: "next pane; else the next chart, panel or part of the page; findings of one run or of all",
  },
  previousPane: { keys: ["shift-tab"], help: "the pane before" },
  maximise: {
    keys: ["f"],
    label: "full",
    help: "the pane that has the keys alone, or again with the others",
  },
  narrower: { keys: ["{"], help: "a narrower pane" },
  wider: { keys: ["}"], help: "a wider pane" },
  hidePane: { keys: ["|"], help: "hide the pane; in the table: show all again" },
  nextView: { keys: ["]"], help: "next view" },
  previousView: { keys: ["["], help: "previous view" },
  copy: { keys: ["y"], label: "copy", help: "copy what is shown, as CSV, to the clipboard" },
  csv: { keys: ["Y"], help: "write what is shown to a CSV file in the working folder" },
  picture: { keys: ["P"], help: "write the charts that are shown to an SVG in the working folder" },
  mouse: { keys: ["M"], help: "the mouse is the terminal's, to select text, or again the UI's" },
  help: { keys: ["?"], label: "help", help: "this page" },
  suspend: { keys: ["ctrl-z"], help: "back to the shell; fg returns" },
  quit: { keys: ["q", "ctrl-c"], label: "quit", help: "quit" },
} as const;

export const ROWS: Readonly<Record<keyof typeof TEXTS, KeyRow>> = TEXTS;

/** Names a key in the footer, by the label of its row or by a better word. */
export function hint({ keys, label = "" }: KeyRow, word: string = label): Hint {
  return { keys: keys.slice(0, 1), label: word };
}

/** Gives a row its handler. */
export function bind(row: KeyRow, act: BoundKey["act"]): BoundKey {
  return { ...row, act };
}

/** Binds a backward and a forward row to one handler, called with -by and +by. */
export function bindBoth(
  [back, on]: readonly [KeyRow, KeyRow],
  move: (state: State, context: Context, by: number) => State,
  by = 1,
): BoundKey[] {
  return [
    bind(back, (state, context) => move(state, context, -by)),
    bind(on, (state, context) => move(state, context, by)),
  ];
}

/** Whether two rows are the same, whatever their handlers. */
export function isSameRow(a: KeyRow, b: KeyRow): boolean {
  return a.keys[0] === b.keys[0];
}
