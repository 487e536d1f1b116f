/** Where the panes of a view are: side by side from a width on, else the view alone. */
import type { State } from "../state/state.ts";
import type { Rect, View } from "../views/view.ts";
import { frameRows } from "../views/view.ts";

/** A view in a part of the screen; rows count from the first one below the header. */
export type Placed = { readonly view: View; readonly rect: Rect };

/** From so many columns and rows on, panes stand side by side. */
const LEAST_COLUMNS = 120;
const LEAST_ROWS = 12;

/** What a pane at the side may have: its share of the width, and between how many cells that is. */
const SIDES = {
  left: { share: 0.3, least: 40, most: 64 },
  right: { share: 0.24, least: 32, most: 48 },
} as const;

/** The narrowest pane that can be made by hand. */
export const NARROWEST = 24;

/** Returns the panes of a view from left to right; what is maximised fills the screen. */
export function placePanes(view: View, state: State): readonly Placed[] {
  const { columns } = state.size;
  const rows = frameRows(state.size).view;
  const whole = (one: View): Placed => ({ view: one, rect: { column: 0, row: 0, columns, rows } });
  const all = [view, ...(view.beside ?? [])];
  const focused = all.find(({ name }) => name === state.pane) ?? view;
  const isOne = columns < LEAST_COLUMNS || rows < LEAST_ROWS || all.length === 1;
  if (isOne || state.isHelp) return [whole(view)];
  if (state.isMaximised) return [whole(focused)];
  const { hidden } = state.settings.panes;
  const shown = all.filter((one) => one === view || !hidden.includes(one.name));
  if (shown.length === 1) return [whole(view)];
  const widths = widthsOf(shown.length, state);
  let column = 0;
  return shown.map((one, i) => {
    const width = widths[i] ?? 0;
    const placed = { view: one, rect: { column, row: 0, columns: width, rows } };
    column += width;
    return placed;
  });
}

/** Returns the cells of an outer pane that nobody has resized. */
export function usualWidth(side: "left" | "right", columns: number): number {
  const { share, least, most } = SIDES[side];
  return Math.min(most, Math.max(least, Math.round(columns * share)));
}

/** Shares the width: the sides have theirs, what is between them the rest. */
function widthsOf(panes: number, { size: { columns }, settings }: State): number[] {
  const most = columns - NARROWEST * (panes - 1);
  const wanted = (side: "left" | "right"): number =>
    Math.min(most, Math.max(NARROWEST, settings.panes[side] ?? usualWidth(side, columns)));
  const left = wanted("left");
  if (panes === 2) return [left, columns - left];
  const right = Math.min(wanted("right"), columns - left - NARROWEST);
  return [left, columns - left - right, right];
}
