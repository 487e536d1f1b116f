/** What keys do on the help screen and in lists to choose from, and how pages scroll. */
import type { Action } from "../keys/rows.ts";
import { clamp, say } from "./change.ts";
import { choose, chooserItems, moveItem, sortByItem } from "./chooser.ts";
import type { Context, Extent } from "./context.ts";
import type { State } from "./state.ts";

/** A key while the help screen is open. */
export function inHelp(state: State, action: Action, { extent }: Context): State {
  if (action === "help" || action === "back" || action === "enter") {
    return { ...state, isHelp: false, scroll: 0 };
  }
  const move = MOVES[action];
  return move === undefined ? state : scrolled(state, move(extent.pageRows), extent);
}

/** Lines by which an action moves a page of so many rows. */
const MOVES: Readonly<Partial<Record<Action, (rows: number) => number>>> = {
  up: () => -1,
  down: () => 1,
  "page-up": (rows) => -rows,
  "page-down": (rows) => rows,
  first: () => Number.NEGATIVE_INFINITY,
  last: () => Number.POSITIVE_INFINITY,
};

/** A key while a list is open. */
export function inChooser(state: State, action: Action, { scene, extent }: Context): State {
  const { chooser } = state;
  if (chooser === null) return state;
  const items = chooserItems(state, scene);
  const move = MOVES[action];
  if (move !== undefined) {
    const at = clamp(chooser.at + move(extent.pageRows), 0, items.length - 1);
    return { ...state, chooser: { ...chooser, at } };
  }
  if (action === "back" || action === "choose") return { ...state, chooser: null };
  if (action === "mark" || action === "enter") return choose(state, scene, action === "enter");
  if (action === "pan-left" || action === "pan-right")
    return moveItem(state, scene, action === "pan-left" ? -1 : 1);
  if (action === "sort") return sortByItem(state, scene);
  return say(state, "space chooses, enter closes, esc goes back");
}

/** The page, so many lines further down. */
export function scrolled(state: State, by: number, { pageRows, pageLength }: Extent): State {
  return { ...state, scroll: clamp(state.scroll + by, 0, Math.max(0, pageLength - pageRows)) };
}
