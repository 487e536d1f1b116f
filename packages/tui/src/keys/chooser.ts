/** An open list: what is typed narrows it, and what its keys do. */
import { edit } from "../state/prompt.ts";
import type { Scene } from "../state/scene.ts";
import { clamp, type OpenChooser, type State } from "../state/state.ts";
import { type Found, narrow } from "../text/narrow.ts";
import type { Chooser, ChooserItem, Context, KeyRow, View } from "../views/view.ts";

/** The keys of every list, in words. */
export const LIST_ROWS: readonly KeyRow[] = [
  {
    keys: ["a", "b", "…"],
    help: "typing narrows a list: a part of a name, or letters in their order",
  },
  { keys: ["/"], help: "typed first: a regular expression, as /^train.*loss$" },
  { keys: [" "], help: "select or deselect the item under the cursor" },
  { keys: ["ctrl-a"], help: "select all items left in the list, again: none of them" },
  { keys: ["<", ">"], help: "in a list of columns: move the column" },
  { keys: ["enter"], help: "choose and close" },
  { keys: ["escape"], help: "show all again, then close" },
];

/** What is to be seen of an open list. */
export type ShownChooser = {
  readonly chooser: Chooser;
  readonly items: readonly Found<ChooserItem>[];
  /** How many items there are without what is typed. */
  readonly all: number;
  readonly at: number;
  /** What is wrong with what is typed. */
  readonly mistake: string | null;
};

/** Returns the list of a view that is open; undefined where none is. */
export function shownChooser(
  state: State,
  { choosers }: View,
  scene: Scene,
): ShownChooser | undefined {
  const open = state.chooser;
  const chooser = choosers?.find(({ name }) => name === open?.name);
  if (open === null || chooser === undefined) return undefined;
  const all = chooser.items(state, scene);
  const { found, mistake } = narrow(all, open.text, { textOf: titleOf, isRanked: false });
  const chosen = found.findIndex(({ item }) => item.isChosen);
  const usual = chooser.isSingle === true ? chosen : 0;
  const at = clamp(open.at ?? usual, 0, found.length - 1);
  return { chooser, items: found, all: all.length, at, mistake };
}

const titleOf = ({ title }: ChooserItem): string => title;

const CLOSING = { chooser: null } as const;

/** Handles a key of an open list; null where the list is not one of this view. */
export function inChooser(state: State, key: string, context: Context): State | null {
  const shown = shownChooser(state, context.view, context.scene);
  const open = state.chooser;
  if (shown === undefined || open === null) return null;
  const { chooser, items, at } = shown;
  const item = items[at]?.item;
  const moved = movedTo(key, { at, length: items.length, page: context.extent.rows });
  if (moved !== null) return { ...state, chooser: { ...open, at: moved } };
  if (key === "escape")
    return {
      ...state,
      ...(open.text === "" ? CLOSING : { chooser: { ...open, text: "", at: null } }),
    };
  if (key === "enter" && chooser.isSingle !== true) return { ...state, ...CLOSING };
  // Where one alone is chosen, a space is a part of what is looked for.
  if (key === "enter" || (key === " " && chooser.isSingle !== true))
    return chosen(state, { item, chooser, at }, context);
  if (key === "ctrl-a") return allChosen(state, shown, context.scene);
  const by = key === "<" ? -1 : 1;
  if (chooser.move !== undefined && (key === "<" || key === ">"))
    return item === undefined ? state : itemMoved(state, { shown, id: item.id, by }, context);
  return typed(state, open, key);
}

function movedTo(
  key: string,
  { at, length, page }: { readonly at: number; readonly length: number; readonly page: number },
): number | null {
  const to = new Map([
    ["up", at - 1],
    ["ctrl-p", at - 1],
    ["shift-tab", at - 1],
    ["down", at + 1],
    ["ctrl-n", at + 1],
    ["tab", at + 1],
    ["pageup", at - page],
    ["ctrl-b", at - page],
    ["pagedown", at + page],
    ["ctrl-f", at + page],
    ["home", 0],
    ["end", length - 1],
  ]).get(key);
  return to === undefined ? null : clamp(to, 0, length - 1);
}

type Chosen = {
  readonly item: ChooserItem | undefined;
  readonly chooser: Chooser;
  readonly at: number;
};

/** Chooses an item, or no longer; where one alone can be chosen the list closes. */
function chosen(state: State, { item, chooser, at }: Chosen, { scene }: Context): State {
  if (item === undefined) return state;
  const open = state.chooser;
  const next = chooser.isSingle || open === null ? null : { ...open, at };
  const choice = { ids: [item.id], isChosen: !item.isChosen };
  return chooser.choose({ ...state, chooser: next }, scene, choice);
}

/** Chooses all that is left in the list; where all of it is chosen, none. */
function allChosen(state: State, { chooser, items }: ShownChooser, scene: Scene): State {
  if (chooser.isSingle === true || items.length === 0) return state;
  const isChosen = !items.every(({ item }) => item.isChosen);
  return chooser.choose(state, scene, { ids: items.map(({ item }) => item.id), isChosen });
}

type Moving = { readonly shown: ShownChooser; readonly id: string; readonly by: number };

/** Moves an item; the cursor goes with it. */
function itemMoved(state: State, { shown, id, by }: Moving, { scene }: Context): State {
  const { chooser, items, at } = shown;
  const moved = chooser.move?.(state, scene, { id, by }) ?? state;
  const isMoved = moved.settings !== state.settings && items.length === shown.all;
  const to = isMoved ? clamp(at + by, 0, items.length - 1) : at;
  return { ...moved, chooser: state.chooser && { ...state.chooser, at: to } };
}

/** Narrows the list by what is typed. */
function typed(state: State, open: OpenChooser, key: string): State {
  const edited = edit({ text: open.text, at: [...open.text].length }, key);
  if (edited === null || edited.text === open.text) return state;
  return { ...state, chooser: { ...open, text: edited.text, at: null } };
}
