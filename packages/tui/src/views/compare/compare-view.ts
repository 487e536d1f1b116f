/** The view Compare: the marked runs side by side. */
import { BASELINE_KEY } from "../../keys/annotation-keys.ts";
import { focusOn, PAGE_KEYS, ROW_KEYS } from "../../keys/move-keys.ts";
import { bind, ROWS } from "../../keys/rows.ts";
import {
  COLUMNS,
  choosing,
  markFocused,
  TABLE_CHOOSERS,
  TABLE_KEYS,
} from "../../keys/table-keys.ts";
import type { Scene } from "../../state/scene.ts";
import { clamp, type State, show } from "../../state/state.ts";
import type { View } from "../view.ts";
import { drawCompare } from "./draw-compare.ts";

export const compareView: View = {
  name: "compare",
  title: "Compare",
  key: "4",
  help: "the marked runs side by side",
  draw: drawCompare,
  choosers: [COLUMNS, ...TABLE_CHOOSERS],
  keys: [
    ...PAGE_KEYS,
    ...ROW_KEYS,
    bind(ROWS.left, (state, { scene }) => toCompared(state, scene, -1)),
    bind(ROWS.right, (state, { scene }) => toCompared(state, scene, 1)),
    bind(ROWS.mark, (state, { scene }) => markFocused(state, scene)),
    bind(ROWS.enter, (state, { scene }) => ({
      ...show(state, "run"),
      opened: scene.focused?.members[0]?.name ?? null,
    })),
    ...TABLE_KEYS,
    choosing(COLUMNS),
    BASELINE_KEY,
  ],
};

/** Puts the cursor on the next or previous of those that are compared. */
function toCompared(state: State, scene: Scene, by: number): State {
  const { chosen, table, focusAt } = scene;
  const at = chosen.findIndex(({ key }) => key === table.rows[focusAt]?.key);
  const key = chosen[clamp(at + by, 0, chosen.length - 1)]?.key;
  const row = table.rows.findIndex(
    (one) => one.key === key || one.members.some(({ name }) => name === key),
  );
  return focusOn(state, scene, row < 0 ? focusAt : row);
}
