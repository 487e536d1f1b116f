/** Keys of the column under the cursor: sorting by it, moving and hiding it. */
import type { Column } from "../data/columns.ts";
import type { Scene } from "../state/scene.ts";
import { clamp, openChooser, type State, say } from "../state/state.ts";
import type { BoundKey, Hint } from "../views/view.ts";
import { bind, bindBoth, hint, ROWS } from "./rows.ts";
import { columnMoved, SORT, sortedBy, withColumns } from "./table-keys.ts";

const NONE = "no column is under the cursor: shift and ← or → choose one";

export const COLUMN_KEYS: readonly BoundKey[] = [
  ...bindBoth([ROWS.farLeft, ROWS.farRight], toColumn),
  bind(ROWS.sort, (state, { scene }) => {
    const column = columnUnder(state, scene);
    return column === undefined ? openChooser(state, SORT.name) : sortedBy(state, column.id);
  }),
  bind(ROWS.hideColumn, (state, { scene }) => {
    const column = columnUnder(state, scene);
    if (column === undefined) return say(state, NONE);
    const [next, before] = [1, -1].map((by) => toColumn(state, { scene }, by));
    const other = next?.column === column.id ? before : next;
    const hidden = withColumns(other ?? state, scene, { ids: [column.id], isChosen: false });
    return say(hidden, `${column.id} is hidden; v shows it again`);
  }),
  ...bindBoth([ROWS.panLeft, ROWS.panRight], (state, { scene }, by) => {
    const column = columnUnder(state, scene);
    if (column === undefined) return say(state, NONE);
    return columnMoved(state, scene.table, { id: column.id, by });
  }),
];

/** What can be done with the column under the cursor. */
export const COLUMN_HINTS: readonly Hint[] = [
  hint(ROWS.sort, "sort by it"),
  { keys: ["<", ">"], label: "move it" },
  hint(ROWS.hideColumn, "hide it"),
  { keys: ["shift-left", "shift-right"], label: "other column" },
  { keys: ["escape"], label: "leave it" },
];

/** Returns the column of the table under the cursor. */
function columnUnder({ column }: State, { table }: Scene): Column | undefined {
  return table.shown.find(({ id }) => id === column);
}

/** Goes to another column; before there is a cursor, to the last or the first one. */
function toColumn(state: State, { scene }: { readonly scene: Scene }, by: number): State {
  const { shown } = scene.table;
  if (shown.length === 0) return say(state, "no column is shown; v chooses some");
  const at = shown.findIndex(({ id }) => id === state.column);
  const to = at < 0 ? (by < 0 ? shown.length - 1 : 0) : clamp(at + by, 0, shown.length - 1);
  const column = shown[to];
  if (column === undefined) return state;
  const said = `${column.id}: s sorts by it, < and > move it, H hides it, esc leaves it`;
  return say({ ...state, column: column.id }, said);
}
