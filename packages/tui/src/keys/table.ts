/** The one table of keys, made from the rows of the registered views: reducer, footer, help and documentation read it. */
import { openFilter } from "../state/prompt.ts";
import { type Effect, type FilterField, type State, show } from "../state/state.ts";
import { VIEWS } from "../views/registry.ts";
import type { BoundKey, Handler, KeyRow, View } from "../views/view.ts";
import { ANNOTATION_KEYS } from "./annotation-keys.ts";
import { goBack } from "./move-keys.ts";
import { bind, isSameRow, ROWS } from "./rows.ts";

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
  ...ANNOTATION_KEYS,
  bind(ROWS.nextView, (state) => neighbour(state, 1)),
  bind(ROWS.previousView, (state) => neighbour(state, -1)),
  ...VIEWS.map(({ key, help, name }) => bind({ keys: [key], help }, (state) => show(state, name))),
  bind(ROWS.copy, { type: "copy" }),
  bind(ROWS.csv, { type: "csv" }),
  bind(ROWS.help, (state) => ({ ...state, isHelp: true, scroll: 0 })),
  bind(ROWS.suspend, { type: "suspend" }),
  bind(ROWS.quit, { type: "quit" }),
];

function neighbour(state: State, by: number): State {
  const at = VIEWS.findIndex(({ name }) => name === state.settings.view);
  return show(state, VIEWS[(at + by + VIEWS.length) % VIEWS.length]?.name ?? state.settings.view);
}

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

/** Returns what a row does among these keys, else what it does everywhere. */
export function actOf(row: KeyRow, keys: readonly BoundKey[]): Handler | Effect | undefined {
  return [keys, EVERYWHERE]
    .map((some) => some.find((one) => isSameRow(one, row))?.act)
    .find((act) => act !== undefined);
}

/** Says why a key does nothing in a view: where it would do something. */
export function whyIdle(key: string, { help, views = [] }: KeyBinding): string {
  const where = VIEWS.filter(({ name }) => views.includes(name));
  return `${keyName(key)} (${help}) works in ${where.map((view) => `${view.key} ${view.name}`).join(", ")}`;
}

/** Whether a row acts in a view. */
export function actsIn({ views }: KeyBinding, { name }: View): boolean {
  return views?.includes(name) ?? true;
}

/** Writes a key for people. */
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
