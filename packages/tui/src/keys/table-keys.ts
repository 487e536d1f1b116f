/** Keys and lists of views that show rows of the table of runs: columns, order and groups. */
import { isShown, type Table, type TableRow } from "../data/table.ts";
import type { Scene } from "../state/scene.ts";
import { adjusted, openChooser, type State, say } from "../state/state.ts";
import type { BoundKey, Chooser, ChooserItem, ItemChoice, ItemMove } from "../views/view.ts";
import { bind, ROWS } from "./rows.ts";

/** What the keys of a list do in which several items are chosen. */
export const SHOWS_OR_HIDES = "space shows or hides · ctrl-a all · enter closes";

export const COLUMNS: Chooser = {
  name: "columns",
  title: "columns",
  hint: "space shows or hides · < > move · ctrl-a all · enter closes",
  items: (_, scene) =>
    columnItems(scene, (id) => scene.table.shown.some((column) => column.id === id)),
  choose: withColumns,
  move: (state, { table }, { id, by }) => columnMoved(state, table, { id, by }),
};

export const SORT: Chooser = {
  name: "sort",
  title: "sort by",
  hint: "enter chooses, again reverses · esc closes",
  isSingle: true,
  items: ({ settings }, scene) =>
    columnItems(scene, (id) => settings.sort?.column === id).filter(({ id }) => id !== "curve"),
  choose: (state, _, { ids: [id = ""] }) => sortedBy(state, id),
};

export const GROUP: Chooser = {
  name: "group",
  title: "group by",
  hint: "enter chooses · esc closes",
  isSingle: true,
  items: ({ settings: { group } }, { table }) => {
    const own = [
      { id: "seed", title: "everything except the seed" },
      { id: "", title: "nothing: no groups" },
      { id: "grid", title: "grid" },
    ];
    const differing = table.differing.filter((key) => key !== "seed");
    const keys = differing.map((key) => ({ id: key, title: key }));
    return [...own, ...keys].map((item) => ({ ...item, isChosen: item.id === (group ?? "") }));
  },
  choose: (state, _, { ids: [id = ""] }) => adjusted(state, { group: id === "" ? null : id }),
};

/** The lists that TABLE_KEYS open. */
export const TABLE_CHOOSERS: readonly Chooser[] = [SORT, GROUP];

export const GROUP_KEY: BoundKey = bind(ROWS.group, (state) => openChooser(state, GROUP.name));

export const TABLE_KEYS: readonly BoundKey[] = [
  bind(ROWS.sort, (state) => openChooser(state, SORT.name)),
  bind(ROWS.reverse, (state) => {
    const { sort } = state.settings;
    if (sort === null) return say(state, "nothing is sorted yet: s chooses a column");
    return adjusted(state, { sort: { ...sort, isDescending: !sort.isDescending } });
  }),
  GROUP_KEY,
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

/** Returns what is chosen of all when some of it changes, in the order of all. */
export function chosenOf<T extends string>(
  all: readonly T[],
  chosen: readonly string[],
  { ids, isChosen }: ItemChoice,
): T[] {
  const [before, changed] = [new Set(chosen), new Set(ids)];
  return all.filter((one) => (changed.has(one) ? isChosen : before.has(one)));
}

/** Lets a column change places with the one before or after it, of those that are shown or of all. */
export function columnMoved(state: State, { columns, shown }: Table, move: ItemMove): State {
  const among = state.chooser === null ? shown : columns;
  const { id } = move;
  const other = among[among.findIndex((column) => column.id === id) + move.by]?.id;
  if (other === undefined) return state;
  const swapped = new Map([
    [id, other],
    [other, id],
  ]);
  return adjusted(state, { columnOrder: columns.map((one) => swapped.get(one.id) ?? one.id) });
}

function columnItems({ table }: Scene, isChosen: (id: string) => boolean): ChooserItem[] {
  return table.columns.map(({ id, title }) => ({
    id,
    title: title === "" || title === id ? id : `${title}  (${id})`,
    isChosen: isChosen(id),
  }));
}

/** Shows or hides columns. */
export function withColumns(state: State, { table }: Scene, { ids, isChosen }: ItemChoice): State {
  const changed = table.columns
    .filter((column) => ids.includes(column.id) && isShown(column, state.settings) !== isChosen)
    .map(({ id }) => id);
  const { shown, hidden } = state.settings;
  const without = (some: readonly string[]) => some.filter((one) => !changed.includes(one));
  return isChosen
    ? adjusted(state, { shown: [...without(shown), ...changed], hidden: without(hidden) })
    : adjusted(state, { shown: without(shown), hidden: [...without(hidden), ...changed] });
}
