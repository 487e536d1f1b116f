/** What the mouse does in the table of runs. */
import { sortedBy } from "../../keys/table-keys.ts";
import { clamp, type State } from "../../state/state.ts";
import type { Context, PointHandler } from "../view.ts";

/** A click on a title sorts, on a row puts the cursor there, on the sign of a group unfolds it; a double click opens. */
export const pointRuns: PointHandler = (state, { scene }, { pointer, kind, key }) => {
  if (pointer.button !== "left") return null;
  if (kind === "column") return { state: sortedBy(state, key) };
  const row = scene.table.rows.find((one) => one.key === key);
  if (row === undefined) return null;
  const focused = { ...state, focus: key, opened: null };
  if (kind === "group") return { state: focused, press: row.isUnfolded ? "left" : "right" };
  return pointer.kind === "double" ? { state: focused, press: "enter" } : { state: focused };
};

/** Scrolls the table; the cursor stays on the screen. */
export function scrollRuns(state: State, { scene, extent }: Context, by: number): State {
  const { rows } = scene.table;
  const top = clamp(state.top + by, 0, rows.length - extent.rows);
  if (top === state.top) return state;
  const at = clamp(scene.focusAt, top, Math.min(rows.length, top + extent.rows) - 1);
  const focus = rows[at]?.key ?? state.focus;
  return { ...state, top, focus, opened: focus === state.focus ? state.opened : null };
}
