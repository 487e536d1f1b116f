/** The one table of keys, made from the rows of the registered views, which footer, help and documentation read; and what a key does. */
import { writeShown } from "../commands/paper-command.ts";
import { openCommand, openFilter } from "../state/prompt.ts";
import {
  adjusted,
  type Effect,
  type FilterField,
  type State,
  say,
  show,
  wrap,
} from "../state/state.ts";
import { VIEWS } from "../views/registry.ts";
import type { BoundKey, Context, KeyRow, View } from "../views/view.ts";
import { ANNOTATION_KEYS } from "./annotation-keys.ts";
import { inChooser } from "./chooser.ts";
import { inHelp } from "./help.ts";
import { goBack } from "./move-keys.ts";
import { PANE_KEYS, PANE_SIZE_KEYS } from "./pane-keys.ts";
import { bind, bindBoth, isSameRow, ROWS } from "./rows.ts";
import { type Section, sectionOf } from "./sections.ts";

export type KeyBinding = KeyRow & {
  readonly section: Section;
  /** The views where it acts; everywhere unless given. */
  readonly views?: readonly string[];
};

const RUN_FILTER: FilterField = {
  setting: "filter",
  label: "filter",
  hint: "words, state:running, train.lr>=0.1, has:tag, and, or, not",
};

/** Shows a view; one of one run is about the run that the view before it was about, or that was under its cursor. */
function toView(state: State, { view, scene }: Context, next: View = view): State {
  const shown = show(state, next.name);
  if (next.isOfOneRun !== true || view.isOfOneRun === true) return shown;
  const subject = view.subject?.(scene) ?? scene.focused?.members[0];
  return { ...shown, opened: subject?.name ?? null };
}

/** Keys that act in every view; a view may have a handler of its own for some of them. */
const EVERYWHERE: readonly BoundKey[] = [
  bind(ROWS.back, goBack),
  bind(ROWS.filter, (state) => openFilter(state, RUN_FILTER)),
  bind(ROWS.command, openCommand),
  bind(ROWS.all, (state) => {
    const isAll = !state.settings.isAll;
    const said = `${isAll ? "with" : "without"} runs left from earlier plans`;
    return say(adjusted(state, { isAll }), said);
  }),
  ...ANNOTATION_KEYS,
  bind(ROWS.colour, { type: "colour" }),
  ...PANE_KEYS,
  ...PANE_SIZE_KEYS,
  ...bindBoth([ROWS.previousView, ROWS.nextView], (state, context, by) => {
    const at = VIEWS.findIndex(({ name }) => name === state.settings.view);
    return toView(state, context, VIEWS[wrap(at + by, VIEWS.length)]);
  }),
  ...VIEWS.map((view) =>
    bind({ keys: [view.key], help: view.help }, (state, context) => toView(state, context, view)),
  ),
  bind(ROWS.copy, { type: "copy" }),
  bind(ROWS.csv, { type: "csv" }),
  bind(ROWS.picture, writeShown),
  bind(ROWS.mouse, { type: "mouse" }),
  bind(ROWS.help, (state) => ({ ...state, isHelp: true, helpText: "", scroll: 0 })),
  bind(ROWS.suspend, { type: "suspend" }),
  bind(ROWS.quit, { type: "quit" }),
];

/** All keys, each with the views where it acts. */
export const KEYS: readonly KeyBinding[] = orderedRows().map(({ keys, label, help }) => {
  const labelled = { keys, help, ...(label === undefined ? {} : { label }) };
  const views = VIEWS.filter((view) => isBound(labelled, view.keys)).map(({ name }) => name);
  const row = { ...labelled, section: sectionOf(labelled, views) };
  const isGeneral = isBound(row, EVERYWHERE) || views.length === VIEWS.length;
  return isGeneral ? row : { ...row, views };
});

/** Returns the shared rows, with the views' digits and own keys in their places. */
function orderedRows(): KeyRow[] {
  const digits = VIEWS.map(({ key, help }) => ({ keys: [key], help, after: ROWS.previousView }));
  const shared = Object.values(ROWS);
  const own = VIEWS.flatMap(({ keys }) => keys)
    .filter((key) => !isBound(key, shared))
    .map((key) => ({ after: ROWS.rename, ...key }));
  const placed = [...digits, ...own];
  return shared.flatMap((row) => [row, ...placed.filter(({ after }) => isSameRow(after, row))]);
}

function isBound(row: KeyRow, rows: readonly KeyRow[]): boolean {
  return rows.some((one) => isSameRow(one, row));
}

const BY_KEY: ReadonlyMap<string, KeyBinding> = new Map(
  KEYS.flatMap((binding) => binding.keys.map((key) => [key, binding] as const)),
);

/** Returns the row of a key; undefined where the key does nothing anywhere. */
export function rowOf(key: string): KeyBinding | undefined {
  return BY_KEY.get(key);
}

/** Returns what a row does among these keys. */
function actAmong(row: KeyRow, keys: readonly BoundKey[]): BoundKey["act"] | undefined {
  return keys.find((one) => isSameRow(one, row))?.act;
}

/** Says why a key does nothing in a view: where it would do something. */
function whyIdle(key: string, { help, views = [] }: KeyBinding): string {
  const where = VIEWS.filter(({ name }) => views.includes(name));
  return `${keyName(key)} (${help}) works in ${where.map((view) => `${view.key} ${view.name}`).join(", ")}`;
}

/** Whether a row acts in a view. */
export function actsIn({ views }: KeyBinding, { name }: View): boolean {
  return views?.includes(name) ?? true;
}

const KEY_NAMES: Readonly<Record<string, string>> = {
  " ": "space",
  up: "↑",
  down: "↓",
  left: "←",
  right: "→",
  pageup: "PgUp",
  pagedown: "PgDn",
  home: "Home",
  end: "End",
  "shift-left": "shift-←",
  "shift-right": "shift-→",
  escape: "esc",
};

/** Writes a key for people. */
export function keyName(key: string): string {
  return KEY_NAMES[key] ?? key;
}

export type Step = { readonly state: State; readonly effect: Effect | null };

/** Handles a key: on the help screen, in an open list, or in the view. */
export function reduce(before: State, key: string, context: Context): Step {
  const isCovered = before.isHelp || before.chooser !== null;
  const row = rowOf(key);
  if (isCovered && key !== "ctrl-z" && key !== "ctrl-c") {
    const state = before.isHelp
      ? inHelp(before, key, context)
      : (inChooser(before, key, context) ?? { ...before, chooser: null });
    return { state, effect: null };
  }
  if (row === undefined)
    return { state: say(before, `${keyName(key)} does nothing; ? lists the keys`), effect: null };
  const ofPanes = context.panes.length > 1 ? actAmong(row, PANE_KEYS) : undefined;
  const act = ofPanes ?? actAmong(row, context.view.keys) ?? actAmong(row, EVERYWHERE);
  const state: State = { ...before, message: null };
  const done = typeof act === "function" ? act(state, context) : act;
  if (done === undefined) return { state: say(before, whyIdle(key, row)), effect: null };
  return "type" in done ? { state, effect: done } : { state: done, effect: null };
}
