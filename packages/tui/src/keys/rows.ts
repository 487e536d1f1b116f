/** The one table of keys: the dispatcher, the footer, the help screen and the documentation read it. */
import type { ViewName } from "../state/settings.ts";

export type Action =
  | "up"
  | "down"
  | "left"
  | "right"
  | "page-up"
  | "page-down"
  | "first"
  | "last"
  | "enter"
  | "back"
  | "filter"
  | "mark"
  | "sort"
  | "reverse"
  | "group"
  | "smoother"
  | "rougher"
  | "raw"
  | "log-y"
  | "band"
  | "axis"
  | "log-x"
  | "zoom-in"
  | "zoom-out"
  | "pan-left"
  | "pan-right"
  | "crosshair"
  | "next"
  | "previous"
  | "choose"
  | "baseline"
  | "tag"
  | "tag-grid"
  | "note"
  | "note-grid"
  | "rename"
  | "pane"
  | "next-view"
  | "previous-view"
  | "runs"
  | "charts"
  | "run"
  | "compare"
  | "layers"
  | "findings"
  | "beside"
  | "copy"
  | "csv"
  | "help"
  | "suspend"
  | "quit";

export type KeyBinding = {
  /** A character, or the name of a key: `up`, `enter`, `ctrl-z`. */
  readonly keys: readonly string[];
  readonly action: Action;
  /** One or two words for the footer; none where it is not worth the room. */
  readonly label?: string;
  readonly help: string;
  /** Where it acts; everywhere unless given. */
  readonly views?: readonly ViewName[];
};

const CURVES: readonly ViewName[] = ["charts", "run"];
const LISTS: readonly ViewName[] = ["runs", "run", "compare", "layers", "findings"];
const TABLES: readonly ViewName[] = ["runs", "charts", "compare"];

export const KEYS: readonly KeyBinding[] = [
  {
    keys: ["up", "k"],
    action: "up",
    help: "row above; in charts the curve before, in layers the layer",
  },
  {
    keys: ["down", "j"],
    action: "down",
    help: "row below; in charts the next curve, in layers the layer",
  },
  {
    keys: ["left", "h"],
    action: "left",
    help: "fold a group; move the crosshair or the window; earlier look inside",
  },
  {
    keys: ["right", "l"],
    action: "right",
    help: "unfold a group; move the crosshair or the window; later look inside",
  },
  { keys: ["pageup", "ctrl-b"], action: "page-up", help: "a screen up", views: LISTS },
  { keys: ["pagedown", "ctrl-f"], action: "page-down", help: "a screen down", views: LISTS },
  { keys: ["home"], action: "first", help: "first row, first steps, initialisation" },
  { keys: ["end", "G"], action: "last", help: "last row, last steps, the last look inside" },
  {
    keys: [" "],
    action: "mark",
    label: "mark",
    help: "mark or unmark what is under the cursor",
    views: ["runs", "compare", "layers"],
  },
  {
    keys: ["enter"],
    action: "enter",
    label: "open",
    help: "open the run, unfold the group, show one chart alone, go to the evidence",
  },
  { keys: ["escape"], action: "back", help: "out by one layer" },
  {
    keys: ["/"],
    action: "filter",
    label: "filter",
    help: "filter runs, as in: v5 or state:running -has:tag lr>=0.1; in findings: level:error",
  },
  {
    keys: ["s"],
    action: "sort",
    label: "sort",
    help: "choose the column to sort by",
    views: TABLES,
  },
  {
    keys: ["S"],
    action: "reverse",
    help: "sort the other way round",
    views: TABLES,
  },
  {
    keys: ["g"],
    action: "group",
    label: "group",
    help: "choose what runs are grouped by",
    views: TABLES,
  },
  {
    keys: ["v"],
    action: "choose",
    label: "choose",
    help: "choose columns, charts, parameters or histograms",
    views: ["runs", "charts", "run", "compare", "layers"],
  },
  {
    keys: ["+", "="],
    action: "smoother",
    label: "smooth",
    help: "smooth over more steps",
    views: CURVES,
  },
  { keys: ["-"], action: "rougher", help: "smooth over fewer steps", views: CURVES },
  { keys: ["0"], action: "raw", help: "no smoothing", views: CURVES },
  {
    keys: ["m"],
    action: "band",
    label: "band",
    help: "band around a mean: std, standard error, min to max, 95 %",
    views: ["charts"],
  },
  {
    keys: ["L"],
    action: "log-y",
    label: "log",
    help: "logarithmic losses; in layers: values in octaves",
    views: [...CURVES, "layers"],
  },
  {
    keys: ["x"],
    action: "axis",
    label: "x axis",
    help: "steps, examples or seconds",
    views: CURVES,
  },
  { keys: ["X"], action: "log-x", help: "logarithmic x axis", views: CURVES },
  {
    keys: ["z"],
    action: "zoom-in",
    label: "zoom",
    help: "zoom in, down to single steps",
    views: CURVES,
  },
  { keys: ["Z"], action: "zoom-out", help: "zoom out", views: CURVES },
  {
    keys: ["<", ","],
    action: "pan-left",
    help: "earlier steps; units of a saturation map; in a list of columns: move it up",
    views: [...CURVES, "layers"],
  },
  {
    keys: [">", "."],
    action: "pan-right",
    help: "later steps; units of a saturation map; in a list of columns: move it down",
    views: [...CURVES, "layers"],
  },
  {
    keys: ["c"],
    action: "crosshair",
    label: "crosshair",
    help: "read every curve at a step",
    views: CURVES,
  },
  { keys: ["n"], action: "next", help: "next run that the filter finds; in findings the next one" },
  { keys: ["N"], action: "previous", help: "the one before" },
  {
    keys: ["b"],
    action: "baseline",
    label: "baseline",
    help: "compare with this run; again: with none",
    views: ["runs", "compare", "layers"],
  },
  {
    keys: ["w"],
    action: "beside",
    label: "two runs",
    help: "the baseline or a marked run beside this one, or not",
    views: ["layers"],
  },
  {
    keys: ["t"],
    action: "tag",
    label: "tag",
    help: "tag the marked runs, or the one under the cursor; -tag removes",
  },
  { keys: ["T"], action: "tag-grid", help: "tag its grid" },
  { keys: ["e"], action: "note", label: "note", help: "write a note to the run" },
  { keys: ["E"], action: "note-grid", help: "write a note to its grid" },
  { keys: ["R"], action: "rename", help: "rename the run" },
  {
    keys: ["tab"],
    action: "pane",
    help: "next chart, panel or part of the page; findings of one run or of all",
    views: [...CURVES, "layers", "findings"],
  },
  { keys: ["]"], action: "next-view", help: "next view" },
  { keys: ["["], action: "previous-view", help: "previous view" },
  { keys: ["1"], action: "runs", help: "runs" },
  { keys: ["2"], action: "charts", help: "charts of the marked runs" },
  { keys: ["3"], action: "run", help: "one run in full" },
  { keys: ["4"], action: "compare", help: "the marked runs side by side" },
  { keys: ["5"], action: "layers", help: "inside a network: histograms of every layer" },
  { keys: ["6"], action: "findings", help: "what the rules say of the runs" },
  {
    keys: ["y"],
    action: "copy",
    label: "copy",
    help: "copy what is shown, as CSV, to the clipboard",
  },
  { keys: ["Y"], action: "csv", help: "write what is shown to a CSV file in the working folder" },
  { keys: ["?"], action: "help", label: "help", help: "this page" },
  { keys: ["ctrl-z"], action: "suspend", help: "back to the shell; fg returns" },
  { keys: ["q", "ctrl-c"], action: "quit", label: "quit", help: "quit" },
];

const BY_KEY: ReadonlyMap<string, KeyBinding> = new Map(
  KEYS.flatMap((binding) => binding.keys.map((key) => [key, binding] as const)),
);

/** What a key does in a view: its action, or a sentence that says where it would do something. */
export function bindingOf(
  key: string,
  view: ViewName,
): { readonly action: Action } | { readonly why: string } {
  const binding = BY_KEY.get(key);
  if (binding === undefined) return { why: `${keyName(key)} does nothing; ? lists the keys` };
  const { action, help, views } = binding;
  if (views === undefined || views.includes(view)) return { action };
  const digits = views.map((name) => `${KEYS.find((one) => one.action === name)?.keys[0]} ${name}`);
  return { why: `${keyName(key)} (${help}) works in ${digits.join(", ")}` };
}

/** How a key is written for people. */
export function keyName(key: string): string {
  const names: Readonly<Record<string, string>> = {
    " ": "space",
    up: "↑",
    down: "↓",
    left: "←",
    right: "→",
    pageup: "PgUp",
    pagedown: "PgDn",
    home: "Home",
    end: "End",
    escape: "esc",
  };
  return names[key] ?? key;
}
