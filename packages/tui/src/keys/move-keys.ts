/** Keys that move: through rows, through the lines of a page, from run to run, and out by one layer. */
import type { Scene } from "../state/scene.ts";
import { clamp, type State, say, scrolled, show, wrap } from "../state/state.ts";
import type { BoundKey, Context, Extent } from "../views/view.ts";
import { bindBoth, ROWS } from "./rows.ts";

/** Binds the keys that go a row, a page or all the way up or down. */
export function moveKeys(
  move: (state: State, context: Context, by: number) => State,
  page: (extent: Extent) => number,
): BoundKey[] {
  return [
    ...bindBoth([ROWS.up, ROWS.down], move),
    ...bindBoth([ROWS.pageUp, ROWS.pageDown], (state, context, by) =>
      move(state, context, by * page(context.extent)),
    ),
    ...bindBoth([ROWS.first, ROWS.last], move, Number.POSITIVE_INFINITY),
  ];
}

/** Scrolls a page that may be longer than the screen. */
export const PAGE_KEYS: readonly BoundKey[] = moveKeys(
  (state, { extent }, by) => scrolled(state, by, extent),
  ({ pageRows }) => Math.max(1, pageRows - 1),
);

/** Goes through the runs that the filter finds, in a view of one run. */
export const RUN_KEYS: readonly BoundKey[] = bindBoth(
  [ROWS.previous, ROWS.next],
  (state, { scene: { table, run } }, by) => {
    const at = table.matches.findIndex((one) => one.name === run?.name);
    const next = table.matches[wrap(at + by, table.matches.length)]?.name;
    if (next === undefined) return say(state, "the filter finds no run");
    return { ...state, opened: next, focus: next };
  },
);

/** Goes through the rows of the table, from the last one to the first. */
export const ROW_KEYS: readonly BoundKey[] = bindBoth(
  [ROWS.previous, ROWS.next],
  (state, { scene }, by) => {
    const { length } = scene.table.rows;
    if (length === 0) return say(state, "the filter finds no run");
    return focusOn(state, scene, wrap(scene.focusAt + by, length));
  },
);

/** Puts the cursor on a row of the table, or on the nearest one there is. */
export function focusOn(state: State, { table }: Scene, index: number): State {
  const row = table.rows[clamp(index, 0, table.rows.length - 1)];
  return row === undefined ? state : { ...state, focus: row.key, opened: null };
}

/** Shows one chart or panel alone, or again with the others. */
export function toggleAlone(state: State): State {
  return { ...state, isAlone: !state.isAlone };
}

/** Scrolls to the next part of a page, after the last one to the first. */
export function nextPart(state: State, { extent }: Context): State {
  const { parts, pageLength } = extent;
  const next = parts.find((start) => start > state.scroll && start <= pageLength - 1);
  return scrolled({ ...state, scroll: 0 }, next ?? 0, extent);
}

/** Goes out of what is open within a view, else back to the runs. */
export function goBack(state: State): State {
  return outWithin(state) ?? show(state, "runs");
}

/** Goes out of a jump, the crosshair, the zoom or a chart alone; null where none of them is open. */
export function outWithin(state: State): State | null {
  if (state.cameFrom !== null && !state.isAlone) return show(state, state.cameFrom);
  if (state.crosshair !== null) return { ...state, crosshair: null };
  if (state.zoom !== null) return { ...state, zoom: null };
  return state.isAlone ? { ...state, isAlone: false } : null;
}
