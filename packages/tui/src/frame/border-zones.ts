/** The borders between panes answer to the mouse: dragging moves them, a double click on a title shows that pane alone. */
import { widened } from "../keys/pane-keys.ts";
import type { Zone } from "../views/view.ts";
import type { Placed } from "./layout.ts";

/** Returns the zones of a pane's title and of the rule at its left; rows count from the top of the screen. */
export function borderZones(
  { view, rect }: Placed,
  { placed, header }: { readonly placed: readonly Placed[]; readonly header: number },
): Zone[] {
  if (placed.length === 1) return [];
  const place = { column: rect.column, row: rect.row + header };
  const title: Zone = {
    rect: { ...place, columns: rect.columns, rows: 1 },
    act: (state, _, { kind }) =>
      kind === "double" ? { ...state, isMaximised: true, pane: view.name } : null,
  };
  return rect.column === 0 ? [title] : [title, borderZone(view.name, rect, { placed, header })];
}

/** The rule at the left of a pane: it has the width that the panes at its sides share. */
function borderZone(
  name: string,
  rect: Placed["rect"],
  { placed, header }: { readonly placed: readonly Placed[]; readonly header: number },
): Zone {
  const isRight = placed.length > 2 && placed.at(-1)?.view.name === name;
  const panes = placed.map(({ view }) => view.name);
  return {
    rect: { column: rect.column, row: rect.row + header, columns: 1, rows: rect.rows },
    holds: `border of ${name}`,
    act: (state, _, { kind, column }) => {
      if (kind !== "press" && kind !== "drag" && kind !== "release") return null;
      const by = kind === "drag" ? column : 0;
      if (by === 0) return state;
      return widened(state, isRight ? "right" : "left", { by: isRight ? -by : by, panes });
    },
  };
}
