/** Lists to choose from: columns, charts, parameters, what to group and sort by. */
import { RATIO } from "../data/series.ts";
import { isShown } from "../data/table.ts";
import { DRAWN_KINDS, kindTitle } from "../data/tensor-kinds.ts";
import type { Scene } from "./scene.ts";
import type { ViewSettings } from "./settings.ts";
import type { ChooserKind, State } from "./state.ts";

export type Item = {
  readonly id: string;
  readonly title: string;
  readonly isChosen: boolean;
};

export const CHOOSER_TITLES: Readonly<
  Record<ChooserKind, { readonly title: string; readonly hint: string }>
> = {
  columns: {
    title: "columns",
    hint: "space shows or hides, < > move, s sorts by it, enter closes",
  },
  metrics: { title: "charts", hint: "space shows or hides, enter closes" },
  parameters: { title: "parameters", hint: "space shows or hides, enter closes" },
  kinds: { title: "histograms", hint: "space shows or hides, enter closes" },
  group: { title: "group by", hint: "enter chooses" },
  sort: { title: "sort by", hint: "enter chooses, again reverses" },
};

export function openChooser(state: State, kind: ChooserKind): State {
  return { ...state, chooser: { kind, at: 0 } };
}

export function chooserItems({ chooser, settings }: State, scene: Scene): Item[] {
  const { table } = scene;
  switch (chooser?.kind) {
    case "columns":
      return columnItems(scene, (id) => table.shown.some((column) => column.id === id));
    case "sort":
      return columnItems(scene, (id) => settings.sort?.column === id).filter(
        ({ id }) => id !== "curve",
      );
    case "metrics":
      return scene.allMetrics.map((id) => ({
        id,
        title: metricTitle(id),
        isChosen: scene.metrics.includes(id),
      }));
    case "parameters":
      return scene.allParameters.map((id) => ({
        id,
        title: id,
        isChosen: scene.parameters.includes(id),
      }));
    case "kinds":
      return DRAWN_KINDS.map((id) => ({
        id,
        title: kindTitle(id),
        isChosen: scene.inside.kinds.includes(id),
      }));
    case "group":
      return groupItems(settings, table.differing);
    case undefined:
      return [];
  }
}

/** How a series is called. */
export function metricTitle(series: string): string {
  const titles: Readonly<Record<string, string>> = {
    lr: "learning rate",
    train_loss: "training split, nats",
    valid_loss: "validation split, nats",
    test_loss: "test split, nats",
    loss: "loss, nats",
  };
  return titles[series] ?? series.replace(RATIO, "log10 update:data of ");
}

/** Chooses the item under the cursor; what allows one choice closes on it, as does `enter`. */
export function choose(state: State, scene: Scene, isLast: boolean): State {
  const { chooser, settings } = state;
  const item = chooser === null ? undefined : chooserItems(state, scene)[chooser.at];
  if (chooser === null || item === undefined) return { ...state, chooser: null };
  const closed: State = { ...state, chooser: null };
  switch (chooser.kind) {
    case "sort":
      return sortByItem(closed, scene, item.id);
    case "group":
      return { ...closed, settings: { ...settings, group: item.id === "" ? null : item.id } };
    case "columns":
      return isLast ? closed : { ...state, settings: toggleColumn(settings, scene, item.id) };
    case "metrics":
      return isLast
        ? closed
        : {
            ...state,
            settings: { ...settings, metrics: toggled(scene.metrics, item.id, scene.allMetrics) },
          };
    case "parameters":
      return isLast
        ? closed
        : {
            ...state,
            settings: {
              ...settings,
              parameters: toggled(scene.parameters, item.id, scene.allParameters),
            },
          };
    case "kinds":
      return isLast
        ? closed
        : { ...state, settings: { ...settings, kinds: toggledKinds(scene, item.id) } };
  }
}

/** Sorts by the column under the cursor; by the same column again in the other direction. */
export function sortByItem(state: State, scene: Scene, chosen?: string): State {
  const column =
    chosen ??
    (state.chooser === null ? undefined : chooserItems(state, scene)[state.chooser.at]?.id);
  if (column === undefined) return state;
  const { sort } = state.settings;
  const isDescending = sort?.column === column ? !sort.isDescending : false;
  return {
    ...state,
    settings: { ...state.settings, sort: { column, isDescending } },
    message: `sorted by ${column}, ${isDescending ? "largest" : "smallest"} first`,
  };
}

/** Moves a column up or down in the order. */
export function moveItem(state: State, scene: Scene, by: number): State {
  const { chooser } = state;
  if (chooser?.kind !== "columns")
    return { ...state, message: "only columns have an order of their own" };
  const ids = scene.table.columns.map(({ id }) => id);
  const to = chooser.at + by;
  const [moved, other] = [ids[chooser.at], ids[to]];
  if (moved === undefined || other === undefined) return state;
  ids[to] = moved;
  ids[chooser.at] = other;
  return {
    ...state,
    chooser: { ...chooser, at: to },
    settings: { ...state.settings, columnOrder: ids },
  };
}

function columnItems({ table }: Scene, isChosen: (id: string) => boolean): Item[] {
  return table.columns.map(({ id, title }) => ({
    id,
    title: title === "" || title === id ? id : `${title}  (${id})`,
    isChosen: isChosen(id),
  }));
}

function groupItems({ group }: ViewSettings, differing: readonly string[]): Item[] {
  const own = [
    { id: "seed", title: "everything except the seed" },
    { id: "", title: "nothing: every run for itself" },
    { id: "grid", title: "grid" },
  ];
  const keys = differing.filter((key) => key !== "seed").map((key) => ({ id: key, title: key }));
  return [...own, ...keys].map((item) => ({ ...item, isChosen: item.id === (group ?? "") }));
}

function toggleColumn(settings: ViewSettings, { table }: Scene, id: string): ViewSettings {
  const column = table.columns.find((one) => one.id === id);
  if (column === undefined) return settings;
  const without = (ids: readonly string[]) => ids.filter((one) => one !== id);
  if (isShown(column, settings))
    return {
      ...settings,
      shown: without(settings.shown),
      hidden: [...without(settings.hidden), id],
    };
  return { ...settings, shown: [...without(settings.shown), id], hidden: without(settings.hidden) };
}

function toggledKinds({ inside }: Scene, id: string): ViewSettings["kinds"] {
  return DRAWN_KINDS.filter((kind) => inside.kinds.includes(kind) !== (kind === id));
}

/** The ids with or without one of them, in the order of all. */
function toggled(chosen: readonly string[], id: string, all: readonly string[]): string[] {
  const wanted = chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id];
  return all.filter((one) => wanted.includes(one));
}
