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
  pageUp: { keys: ["pageup", "ctrl-b"], help: "one screen up" },
  pageDown: { keys: ["pagedown", "ctrl-f"], help: "one screen down" },
  first: { keys: ["home"], help: "first row, first steps, initialisation" },
  last: { keys: ["end", "G"], help: "last row, last steps, the last probe" },
  mark: {
    keys: [" "],
    label: "mark",
    help: "mark or unmark the run under the cursor; in charts hide or show the curve",
  },
  enter: {
    keys: ["enter"],
    label: "open",
    help: "open the run, unfold the group, show one chart alone, go to the evidence",
  },
  back: { keys: ["escape"], help: "go back one level" },
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
  all: { keys: ["a"], help: "show or hide runs left from earlier plans" },
  sort: { keys: ["s"], label: "sort", help: "sort by the column under the cursor, or choose one" },
  reverse: { keys: ["S"], help: "reverse the order" },
  group: { keys: ["g"], label: "group", help: "choose the key by which runs are grouped" },
  choose: {
    keys: ["v"],
    label: "choose",
    help: "choose columns, charts, parameters or histograms",
  },
  smoother: { keys: ["+", "="], label: "smooth", help: "smooth over more steps" },
  rougher: { keys: ["-"], help: "smooth over fewer steps" },
  raw: { keys: ["_"], help: "no smoothing" },
  log: { keys: ["L"], label: "log", help: "logarithmic values; in layers: values in octaves" },
  axis: {
    keys: ["x"],
    label: "x axis",
    help: "steps, examples or seconds; in a sweep the setting across",
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
  yOut: { keys: ["I"], help: "zoom out of the values of a chart" },
  yWhole: { keys: ["u"], help: "automatic range of values" },
  crosshair: { keys: ["c"], label: "crosshair", help: "show the value of every curve at a step" },
  next: { keys: ["n"], help: "next run of the filter; in findings the next finding" },
  previous: { keys: ["N"], help: "previous run or finding" },
  baseline: {
    keys: ["b"],
    label: "baseline",
    help: "make this run the baseline; again: no baseline",
  },
  tag: {
    keys: ["t"],
    label: "tag",
    help: "tag the marked runs, or the one under the cursor; -tag removes",
  },
  tagGrid: { keys: ["T"], help: "tag its grid" },
  note: { keys: ["e"], label: "note", help: "attach a note to the run" },
  noteGrid: { keys: ["E"], help: "attach a note to its grid" },
  rename: { keys: ["R"], help: "rename the run" },
  colour: { keys: ["C"], help: "give the run or group under the cursor the next free colour" },
  pane: {
    keys: ["tab"],
    help: "next pane, chart, panel or part of the page; findings of one run or of all",
  },
  previousPane: { keys: ["shift-tab"], help: "previous pane" },
  maximise: {
    keys: ["f"],
    label: "full",
    help: "show the focused pane alone, or all panes again",
  },
  narrower: { keys: ["{"], help: "make the pane narrower" },
  wider: { keys: ["}"], help: "make the pane wider" },
  hidePane: { keys: ["|"], help: "hide the pane; in the table: show all again" },
  nextView: { keys: ["]"], help: "next view" },
  previousView: { keys: ["["], help: "previous view" },
  copy: {
    keys: ["y"],
    label: "copy",
    help: "copy the data on the screen to the clipboard, as CSV",
  },
  csv: { keys: ["Y"], help: "write the data on the screen to a CSV file in the working folder" },
  picture: { keys: ["P"], help: "write the charts on the screen to an SVG in the working folder" },
  mouse: { keys: ["M"], help: "give the mouse to the terminal, to select text, or back to the UI" },
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
