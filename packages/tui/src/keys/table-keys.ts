/** Keys and lists of views that show rows of the table of runs: columns, order and groups. */
import { isShown, type TableRow } from "../data/table.ts";
import type { Scene } from "../state/scene.ts";
import { adjusted, openChooser, type State, say } from "../state/state.ts";
import type { BoundKey, Chooser, ChooserItem } from "../views/view.ts";
import { bind, ROWS } from "./rows.ts";

export const COLUMNS: Chooser = {
  name: "columns",
  title: "columns",
  hint: "space shows or hides, < > move, s sorts by it, enter closes",
  items: (_, scene) =>
    columnItems(scene, (id) => scene.table.shown.some((column) => column.id === id)),
  choose: columnToggled,
  move: moveColumn,
  sort: sortedBy,
};

const SORT: Chooser = {
  name: "sort",
  title: "sort by",
  hint: "enter chooses, again reverses",
  isSingle: true,
  items: ({ settings }, scene) =>
    columnItems(scene, (id) => settings.sort?.column === id).filter(({ id }) => id !== "curve"),
  choose: (state, _, id) => sortedBy(state, id),
};

const GROUP: Chooser = {
  name: "group",
  title: "group by",
  hint: "enter chooses",
  isSingle: true,
  items: ({ settings: { group } }, { table }) => {
    const own = [
      { id: "seed", title: "everything except the seed" },
      { id: "", title: "nothing: every run for itself" },
      { id: "grid", title: "grid" },
    ];
    const differing = table.differing.filter((key) => key !== "seed");
    const keys = differing.map((key) => ({ id: key, title: key }));
    return [...own, ...keys].map((item) => ({ ...item, isChosen: item.id === (group ?? "") }));
  },
  choose: (state, _, id) => adjusted(state, { group: id === "" ? null : id }),
};

/** The lists that TABLE_KEYS open. */
export const TABLE_CHOOSERS: readonly Chooser[] = [SORT, GROUP];

export const TABLE_KEYS: readonly BoundKey[] = [
  bind(ROWS.sort, (state) => openChooser(state, SORT.name)),
  bind(ROWS.reverse, (state) => {
    const { sort } = state.settings;
    if (sort === null) return say(state, "nothing is sorted yet: s chooses a column");
    return adjusted(state, { sort: { ...sort, isDescending: !sort.isDescending } });
  }),
  bind(ROWS.group, (state) => openChooser(state, GROUP.name)),
];

/** Marks the runs under the cursor; where all are marked they are unmarked. */
export function markFocused(state: State, { focused }: Scene): State {
  return markRow(state, focused);
}

/** Marks the runs of a row; where all are marked they are unmarked. */
export function markRow(state: State, row: Pick<TableRow, "members"> | undefined): State {
  const names = row?.members.map(({ name }) => name) ?? [];
  if (names.length === 0) return say(state, "there is no run to mark");
  const marks = new Set(state.settings.marks);
  const own = new Set(names);
  const others = [...marks].filter((name) => !own.has(name));
  const areMarked = names.every((name) => marks.has(name));
  return adjusted(state, { marks: areMarked ? others : [...new Set([...marks, ...own])] });
}

/** Binds the key that opens a view's list. */
export function choosing({ name }: Chooser): BoundKey {
  return bind(ROWS.choose, (state) => openChooser(state, name));
}

/** Sorts by a column; by the same one again in the other direction. */
export function sortedBy(state: State, column: string): State {
  const { sort } = state.settings;
  const isDescending = sort?.column === column ? !sort.isDescending : false;
  const said = `sorted by ${column}, ${isDescending ? "largest" : "smallest"} first`;
  return say(adjusted(state, { sort: { column, isDescending } }), said);
}

/** Returns the ids with or without one of them, in the order of all. */
export function toggled<T extends string>(
  chosen: readonly T[],
  id: string,
  all: readonly T[],
): T[] {
  return all.filter((one) => chosen.includes(one) !== (one === id));
}

function moveColumn(state: State, { table }: Scene, by: number): State {
  const { chooser } = state;
  if (chooser === null) return state;
  const ids = table.columns.map(({ id }) => id);
  const to = chooser.at + by;
  const [moved, other] = [ids[chooser.at], ids[to]];
  if (moved === undefined || other === undefined) return state;
  ids[to] = moved;
  ids[chooser.at] = other;
  return { ...adjusted(state, { columnOrder: ids }), chooser: { ...chooser, at: to } };
}

function columnItems({ table }: Scene, isChosen: (id: string) => boolean): ChooserItem[] {
  return table.columns.map(({ id, title }) => ({
    id,
    title: title === "" || title === id ? id : `${title}  (${id})`,
    isChosen: isChosen(id),
  }));
}

function columnToggled(state: State, { table }: Scene, id: string): State {
  const { shown, hidden } = state.settings;
  const column = table.columns.find((one) => one.id === id);
  if (column === undefined) return state;
  const without = (ids: readonly string[]) => ids.filter((one) => one !== id);
  return isShown(column, state.settings)
    ? adjusted(state, { shown: without(shown), hidden: [...without(hidden), id] })
    : adjusted(state, { shown: [...without(shown), id], hidden: without(hidden) });
}
