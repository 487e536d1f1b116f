/** The one table of keys, made from the rows of the registered views, which footer, help and documentation read; and what a key does. */
import { openFilter } from "../state/prompt.ts";
import {
  adjusted,
  clamp,
  type Effect,
  type FilterField,
  type State,
  say,
  scrolled,
  show,
  wrap,
} from "../state/state.ts";
import { VIEWS } from "../views/registry.ts";
import type {
  BoundKey,
  Chooser,
  ChooserItem,
  Context,
  Handler,
  KeyRow,
  View,
} from "../views/view.ts";
import { ANNOTATION_KEYS } from "./annotation-keys.ts";
import { goBack, moveKeys } from "./move-keys.ts";
import { PANE_KEYS, PANE_SIZE_KEYS } from "./pane-keys.ts";
import { bind, bindBoth, isSameRow, ROWS } from "./rows.ts";

export type KeyBinding = KeyRow & {
  /** The views where it acts; everywhere unless given. */
  readonly views?: readonly string[];
};

const RUN_FILTER: FilterField = {
  setting: "filter",
  label: "filter",
  hint: "words, state:running, train.lr>=0.1, has:tag, and, or, not",
};

/** Keys that act in every view; a view may have a handler of its own for some of them. */
const EVERYWHERE: readonly BoundKey[] = [
  bind(ROWS.back, goBack),
  bind(ROWS.filter, (state) => openFilter(state, RUN_FILTER)),
  bind(ROWS.all, (state) => {
    const isAll = !state.settings.isAll;
    const said = `${isAll ? "with" : "without"} runs left from earlier plans`;
    return say(adjusted(state, { isAll }), said);
  }),
  ...ANNOTATION_KEYS,
  ...PANE_KEYS,
  ...PANE_SIZE_KEYS,
  ...bindBoth([ROWS.previousView, ROWS.nextView], (state, _, by) => {
    const at = VIEWS.findIndex(({ name }) => name === state.settings.view);
    return show(state, VIEWS[wrap(at + by, VIEWS.length)]?.name ?? state.settings.view);
  }),
  ...VIEWS.map(({ key, help, name }) => bind({ keys: [key], help }, (state) => show(state, name))),
  bind(ROWS.copy, { type: "copy" }),
  bind(ROWS.csv, { type: "csv" }),
  bind(ROWS.mouse, { type: "mouse" }),
  bind(ROWS.help, (state) => ({ ...state, isHelp: true, scroll: 0 })),
  bind(ROWS.suspend, { type: "suspend" }),
  bind(ROWS.quit, { type: "quit" }),
];

/** All keys, each with the views where it acts. */
export const KEYS: readonly KeyBinding[] = orderedRows().map(({ keys, label, help }) => {
  const row = { keys, help, ...(label === undefined ? {} : { label }) };
  const views = VIEWS.filter((view) => isBound(row, view.keys)).map(({ name }) => name);
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
function actAmong(row: KeyRow, keys: readonly BoundKey[]): Handler | Effect | undefined {
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

type Step = { readonly state: State; readonly effect: Effect | null };

/** Handles a key: on the help screen, in an open list, or in the view. */
export function reduce(before: State, key: string, context: Context): Step {
  const row = rowOf(key);
  const chooser = openedChooser(before, context.view);
  const isCovered = before.isHelp || chooser !== undefined;
  if (row === undefined) {
    const said = say(before, `${keyName(key)} does nothing; ? lists the keys`);
    return { state: isCovered ? before : said, effect: null };
  }
  const ofPanes = context.panes.length > 1 ? actAmong(row, PANE_KEYS) : undefined;
  const act = ofPanes ?? actAmong(row, context.view.keys) ?? actAmong(row, EVERYWHERE);
  const state: State = { ...before, message: null };
  if (typeof act === "object") return { state, effect: act };
  if (!isCovered)
    return { state: act?.(state, context) ?? say(before, whyIdle(key, row)), effect: null };
  const covering = actAmong(row, before.isHelp ? HELP_KEYS : chooserKeys(chooser));
  if (typeof covering === "function") return { state: covering(state, context), effect: null };
  const said = say(state, "space chooses, enter closes, esc goes back");
  return { state: before.isHelp ? state : said, effect: null };
}

const closeHelp = (state: State): State => ({ ...state, isHelp: false, scroll: 0 });

const HELP_KEYS: readonly BoundKey[] = [
  ...moveKeys(
    (state, { extent }, by) => scrolled(state, by, extent),
    ({ pageRows }) => pageRows,
  ),
  bind(ROWS.help, closeHelp),
  bind(ROWS.back, closeHelp),
  bind(ROWS.enter, closeHelp),
];

/** Returns the list of a view that is open. */
export function openedChooser({ chooser }: State, { choosers }: View): Chooser | undefined {
  return choosers?.find(({ name }) => name === chooser?.name);
}

/** Returns the keys of an open list. */
function chooserKeys(chooser: Chooser | undefined): readonly BoundKey[] {
  if (chooser === undefined) return [];
  const close = (state: State): State => ({ ...state, chooser: null });
  const chosen = (state: State, { scene }: Context): ChooserItem | undefined =>
    chooser.items(state, scene)[state.chooser?.at ?? 0];
  const choose = (state: State, context: Context, isLast: boolean): State => {
    const item = chosen(state, context);
    if (item === undefined || (isLast && chooser.isSingle !== true)) return close(state);
    return chooser.choose(chooser.isSingle ? close(state) : state, context.scene, item.id);
  };
  const move = (state: State, { scene }: Context, by: number): State =>
    chooser.move?.(state, scene, by) ?? say(state, "only columns have an order of their own");
  return [
    ...moveKeys(
      (state, { scene }, by) => {
        const { length } = chooser.items(state, scene);
        const at = clamp((state.chooser?.at ?? 0) + by, 0, length - 1);
        return { ...state, chooser: { name: chooser.name, at } };
      },
      ({ pageRows }) => pageRows,
    ),
    bind(ROWS.back, close),
    bind(ROWS.choose, close),
    bind(ROWS.mark, (state, context) => choose(state, context, false)),
    bind(ROWS.enter, (state, context) => choose(state, context, true)),
    ...bindBoth([ROWS.panLeft, ROWS.panRight], move),
    bind(ROWS.sort, (state, context) => {
      const item = chosen(state, context);
      if (chooser.sort === undefined) return say(state, "only columns sort the table");
      return item === undefined ? state : chooser.sort(state, item.id);
    }),
  ];
}
