/** The view Runs: the table of runs, its cursor, marks and groups. */
import { BASELINE_KEY } from "../../keys/annotation-keys.ts";
import { focusOn, moveKeys, outWithin, ROW_KEYS } from "../../keys/move-keys.ts";
import { bind, ROWS } from "../../keys/rows.ts";
import {
  COLUMNS,
  choosing,
  markFocused,
  TABLE_CHOOSERS,
  TABLE_KEYS,
} from "../../keys/table-keys.ts";
import type { Scene } from "../../state/scene.ts";
import { adjusted, type State, say, show } from "../../state/state.ts";
import { type Context, type View, viewRows } from "../view.ts";
import { drawRuns, firstRow, listRowsOf } from "./draw-runs.ts";

export const runsView: View = {
  name: "runs",
  title: "Runs",
  key: "1",
  help: "runs",
  draw: drawRuns,
  choosers: [COLUMNS, ...TABLE_CHOOSERS],
  keys: [
    ...moveKeys(
      (state, { scene }, by) => focusOn(state, scene, scene.focusAt + by),
      ({ rows }) => Math.max(1, rows - 1),
    ),
    ...ROW_KEYS,
    bind(ROWS.left, (state, { scene }) => fold(state, scene, false)),
    bind(ROWS.right, (state, { scene }) => fold(state, scene, true)),
    bind(ROWS.enter, enter),
    bind(ROWS.mark, (state, { scene }) =>
      focusOn(markFocused(state, scene), scene, scene.focusAt + 1),
    ),
    bind(ROWS.back, (state) => outWithin(state) ?? outermost(state)),
    ...TABLE_KEYS,
    choosing(COLUMNS),
    BASELINE_KEY,
  ],
  settle: (state, scene) => {
    const top = firstRow({ state, scene }, listRowsOf(viewRows(state.size)));
    return top === state.top ? state : { ...state, top };
  },
};

function enter(state: State, { scene }: Context): State {
  const { focused } = scene;
  if (focused === undefined) return say(state, "there is no run to open");
  if (focused.isGroup) return fold(state, scene, !focused.isUnfolded);
  return { ...show(state, "run"), opened: focused.key };
}

/** Shows or hides the runs of the group under the cursor, or of the one that the run there is in. */
function fold(state: State, { focused, table }: Scene, isOpen: boolean): State {
  if (focused === undefined) return state;
  const group = focused.isInGroup
    ? table.rows.find((row) => row.isGroup && row.members.some(({ name }) => name === focused.key))
    : focused;
  if (group?.isGroup !== true)
    return say(state, "this run is in no group; g chooses what runs are grouped by");
  const others = state.unfolded.filter((key) => key !== group.key);
  return {
    ...state,
    unfolded: isOpen ? [...others, group.key] : others,
    focus: isOpen ? state.focus : group.key,
  };
}

/** What `esc` takes back where nothing is open: the filter, then the marks. */
function outermost(state: State): State {
  const { filter, marks } = state.settings;
  if (filter !== "") return say(adjusted(state, { filter: "" }), "the filter is off");
  if (marks.length > 0) return say(adjusted(state, { marks: [] }), "nothing is marked");
  return say(state, "this is the outermost view; q quits");
}
