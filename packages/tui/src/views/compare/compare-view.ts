/** The view Compare: the marked runs side by side: what differs in their configs, what came out, what each factor does. */

import { VALID_LOSS } from "@ablate/store";
import { isRowOf, type TableRow } from "../../data/table.ts";
import { focusOn, PAGE_KEYS, ROW_KEYS } from "../../keys/move-keys.ts";
import { bind, bindBoth, ROWS } from "../../keys/rows.ts";
import { COLUMNS, choosing, markRow, TABLE_CHOOSERS, TABLE_KEYS } from "../../keys/table-keys.ts";
import type { Scene } from "../../state/scene.ts";
import { adjusted, clamp, type State, say, show } from "../../state/state.ts";
import { chosenGroups } from "../paper.ts";
import type { Context, View } from "../view.ts";
import { pointCompare } from "./compare-pointer.ts";
import { comparisonOf, titleOf } from "./comparison.ts";
import { drawCompare } from "./draw-compare.ts";

export const compareView: View = {
  name: "compare",
  title: "Compare",
  key: "4",
  help: "the marked runs side by side",
  draw: drawCompare,
  paper: (scene) => {
    const groups = chosenGroups(scene).map((one) => ({ ...one, isHidden: false }));
    if (groups.length < 2)
      return "one run or group alone has no effects: space in 1 Runs marks others";
    return { name: "effects", groups, parts: [{ kind: "effects", result: VALID_LOSS.name }] };
  },
  point: pointCompare,
  subject: (scene) => comparisonOf(scene).current?.members[0],
  subjects: (scene) => comparisonOf(scene).current?.members ?? [],
  recorded: ({ chosen }) => chosen.flatMap(({ members }) => members),
  choosers: [COLUMNS, ...TABLE_CHOOSERS],
  keys: [
    ...PAGE_KEYS,
    ...ROW_KEYS,
    ...bindBoth([ROWS.left, ROWS.right], toColumn),
    bind(
      ROWS.mark,
      withColumn((state, _, row) => markRow(state, row)),
    ),
    bind(ROWS.enter, withColumn(open)),
    {
      keys: ["d"],
      label: "all settings",
      help: "only the settings that differ, or all of them",
      after: ROWS.choose,
      act: (state) => {
        const isWholeConfig = !state.isWholeConfig;
        const said = isWholeConfig ? "all settings" : "the settings that differ";
        return say({ ...state, isWholeConfig, scroll: 0 }, said);
      },
    },
    ...TABLE_KEYS,
    choosing(COLUMNS),
    bind(ROWS.baseline, withColumn(pin)),
  ],
};

/** Puts the cursor on the next or previous column. */
function toColumn(state: State, { scene }: Context, by: number): State {
  const { rows, current } = comparisonOf(scene);
  const at = current === undefined ? 0 : rows.indexOf(current);
  const row = rows[clamp(at + by, 0, rows.length - 1)];
  if (row === undefined) return state;
  const place = scene.table.rows.findIndex((one) => isRowOf(one, row.key));
  // A pinned run may be one that the table does not show.
  return place < 0 ? { ...state, focus: row.key } : focusOn(state, scene, place);
}

/** Makes a handler of a key that is about the column under the cursor. */
function withColumn(act: (state: State, scene: Scene, row: TableRow) => State) {
  return (state: State, { scene }: Context): State => {
    const { current } = comparisonOf(scene);
    return current === undefined
      ? say(state, "there is nothing to compare")
      : act(state, scene, current);
  };
}

/** Opens the page of a run, of a group its runs in the table. */
function open(state: State, _: Scene, { key, members, isGroup }: TableRow): State {
  const [first] = members;
  if (!isGroup) return { ...show(state, "run"), opened: first?.name ?? null };
  const unfolded = state.unfolded.includes(key) ? state.unfolded : [...state.unfolded, key];
  return { ...show(state, "runs"), focus: key, unfolded };
}

/** Pins a column; the pinned one is let go. */
function pin(state: State, scene: Scene, row: TableRow): State {
  const { baseline } = comparisonOf(scene);
  if (row === baseline) return say(adjusted(state, { baseline: null }), "compared with nothing");
  const run = row.members[0]?.name ?? null;
  return say(
    { ...adjusted(state, { baseline: run }), focus: row.key },
    `the others are compared with ${titleOf(row)}`,
  );
}
