/** The view Grids: every grid of the store with how far it is and what came out; enter goes in. */
import {
  GRID_COLUMNS,
  gridsOf,
  type ListedGrid,
  type ListedGrids,
  sortedGrids,
} from "../../data/grids.ts";
import { moveKeys, outWithin } from "../../keys/move-keys.ts";
import { bind, bindBoth, hint, ROWS } from "../../keys/rows.ts";
import { openAnnotation } from "../../state/prompt.ts";
import { type Scene, scenePart } from "../../state/scene.ts";
import { adjusted, clamp, openChooser, type State, say, show, wrap } from "../../state/state.ts";
import type { Chooser, Context, PointHandler, View } from "../view.ts";
import { drawGrids } from "./draw-grids.ts";

const SORT: Chooser = {
  name: "sort-grids",
  title: "sort by",
  hint: "enter chooses, again reverses · esc closes",
  isSingle: true,
  items: ({ settings }) =>
    GRID_COLUMNS.map((id) => ({ id, title: id, isChosen: settings.gridSort?.column === id })),
  choose: (state, _, { ids: [id = ""] }) => sortedBy(state, id),
};

export const gridsView: View = {
  name: "grids",
  isFlush: true,
  title: "Grids",
  key: "0",
  help: "grids, each with its progress and its best run",
  draw: (canvas) => drawGrids(canvas, listed(canvas.scene)),
  hints: () => [hint(ROWS.enter, "its runs"), hint(ROWS.sort), hint(ROWS.tag), hint(ROWS.note)],
  choosers: [SORT],
  point: pointGrids,
  keys: [
    ...moveKeys(move, ({ rows }) => Math.max(1, rows - 1)),
    ...bindBoth([ROWS.previous, ROWS.next], (state, { scene }, by) => {
      const { grids, at } = listed(scene);
      return focusOn(state, scene, wrap(at + by, grids.length));
    }),
    bind(ROWS.right, enter),
    bind(ROWS.enter, enter),
    bind(ROWS.left, (state) => say(state, "this is the top level; enter opens a grid")),
    bind(ROWS.back, (state) => outWithin(state) ?? withoutFilter(state)),
    bind(ROWS.sort, (state) => openChooser(state, SORT.name)),
    bind(ROWS.reverse, (state) => {
      const { gridSort } = state.settings;
      if (gridSort === null) return say(state, "nothing is sorted yet: s chooses a column");
      return adjusted(state, { gridSort: { ...gridSort, isDescending: !gridSort.isDescending } });
    }),
    ...[ROWS.tag, ROWS.tagGrid].map((row) =>
      bind(row, (state, { scene }) => annotated(state, scene, "grid-tag")),
    ),
    ...[ROWS.note, ROWS.noteGrid].map((row) =>
      bind(row, (state, { scene }) => annotated(state, scene, "grid-note")),
    ),
  ],
};

/** Lists the grids, and finds the one under the cursor. */
const listed: (scene: Scene) => ListedGrids = scenePart(({ state, table }) => {
  const grids = sortedGrids(gridsOf(table.everywhere), state.settings.gridSort);
  const { gridFocus } = state;
  if (gridFocus === ALL_GRIDS) return { grids, at: -1 };
  const wanted = gridFocus ?? state.settings.grid;
  const at = grids.findIndex(({ grid }) => grid === wanted);
  return { grids, at: at < 0 && grids.length > 0 ? 0 : at };
});

/** What the state calls the line for all grids. */
const ALL_GRIDS = "";

function focusedGrid(scene: Scene): ListedGrid | undefined {
  const { grids, at } = listed(scene);
  return grids[at];
}

function focusOn(state: State, scene: Scene, at: number): State {
  return { ...state, gridFocus: listed(scene).grids[at]?.grid ?? ALL_GRIDS };
}

function move(state: State, { scene }: Context, by: number): State {
  const { grids, at } = listed(scene);
  if (grids.length === 0) return say(state, "there is no grid");
  return focusOn(state, scene, clamp(at + by, -1, grids.length - 1));
}

/** Shows the runs of the grid under the cursor, or of all of them. */
function enter(state: State, { scene }: Context): State {
  const grid = focusedGrid(scene)?.grid ?? null;
  return {
    ...show(adjusted(state, { grid }), "runs"),
    ...{ focus: null, opened: null, top: 0, unfolded: [], curve: 0, chart: 0 },
  };
}

function withoutFilter(state: State): State {
  if (state.settings.filter !== "")
    return say(adjusted(state, { filter: "" }), "the filter is cleared");
  return say(state, "this is the top level; q quits");
}

function sortedBy(state: State, column: string): State {
  const { gridSort } = state.settings;
  const isDescending = gridSort?.column === column ? !gridSort.isDescending : false;
  const said = `sorted by ${column}, ${isDescending ? "largest" : "smallest"} first`;
  return say(adjusted(state, { gridSort: { column, isDescending } }), said);
}

function annotated(state: State, scene: Scene, annotation: "grid-tag" | "grid-note"): State {
  const grid = focusedGrid(scene)?.grid;
  const targets = grid === undefined ? [] : [grid];
  const note = annotation === "grid-note" ? scene.snapshot.grids.get(grid ?? "")?.note : null;
  return openAnnotation(state, annotation, { targets, text: note ?? "" });
}

/** A click on a title sorts, on a grid puts the cursor there; a double click goes in. */
function pointGrids(
  ...[state, , { pointer, kind, key }]: Parameters<PointHandler>
): ReturnType<PointHandler> {
  if (pointer.button !== "left") return null;
  if (kind === "column") return { state: sortedBy(state, key) };
  if (kind !== "grid") return null;
  const focused = { ...state, gridFocus: key };
  return pointer.kind === "double" ? { state: focused, press: "enter" } : { state: focused };
}
