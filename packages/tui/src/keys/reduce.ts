/** From a key to the next state, and to what has to be done outside of it. */
import { BANDS } from "../chart/band.ts";
import { position, valueAt } from "../chart/scale.ts";
import { adjusted, clamp, say, wrap } from "../state/change.ts";
import { openChooser } from "../state/chooser.ts";
import type { Context, Handler } from "../state/context.ts";
import { inChooser, inHelp, scrolled } from "../state/in-lists.ts";
import { openPrompt } from "../state/prompt.ts";
import type { Scene } from "../state/scene.ts";
import { SMOOTHINGS, VIEWS, type ViewName, X_AXES } from "../state/settings.ts";
import type { ChooserKind, Size, State } from "../state/state.ts";
import { IN_FINDINGS } from "../views/findings/findings-view.ts";
import { IN_LAYERS } from "../views/layers/layers-view.ts";
import { annotated, gridOf, subject } from "./annotate.ts";
import { pan, snap, zoom } from "./curve-keys.ts";
import type { Action } from "./rows.ts";

/** What the program does beside drawing. */
export type Effect =
  | { readonly type: "quit" }
  | { readonly type: "suspend" }
  | { readonly type: "copy" }
  | { readonly type: "csv" };

export type Step = { readonly state: State; readonly effect: Effect | null };

/** Carries out an action. */
export function reduce(before: State, action: Action, context: Context): Step {
  const state: State = { ...before, message: null };
  const effect = EFFECTS[action];
  if (effect !== undefined) return { state, effect: { type: effect } };
  if (state.isHelp) return still(inHelp(state, action, context));
  if (state.chooser !== null) return still(inChooser(state, action, context));
  const handler = IN_VIEW[state.settings.view]?.[action] ?? ACTIONS[action];
  return still(handler?.(state, context) ?? state);
}

/** The state under another size of the terminal. */
export function resize(state: State, size: Size): State {
  return { ...state, size };
}

const EFFECTS: Readonly<Partial<Record<Action, Effect["type"]>>> = {
  quit: "quit",
  suspend: "suspend",
  copy: "copy",
  csv: "csv",
};

/** Views in which some keys do something of their own. */
const IN_VIEW: Readonly<Partial<Record<ViewName, Readonly<Partial<Record<Action, Handler>>>>>> = {
  layers: IN_LAYERS,
  findings: IN_FINDINGS,
};

const ACTIONS: Readonly<Partial<Record<Action, Handler>>> = {
  up: (state, context) => vertical(state, context, -1),
  down: (state, context) => vertical(state, context, 1),
  left: (state, context) => horizontal(state, context, -1),
  right: (state, context) => horizontal(state, context, 1),
  "page-up": (state, context) => byPage(state, context, -1),
  "page-down": (state, context) => byPage(state, context, 1),
  first: (state, context) => toEnd(state, context, -1),
  last: (state, context) => toEnd(state, context, 1),
  enter,
  back,
  filter: (state) => openPrompt(state, "filter", { targets: [], text: state.settings.filter }),
  mark,
  sort: (state) => openChooser(state, "sort"),
  reverse: (state) => {
    const { sort } = state.settings;
    if (sort === null) return say(state, "nothing is sorted yet: s chooses a column");
    return adjusted(state, { sort: { ...sort, isDescending: !sort.isDescending } });
  },
  group: (state) => openChooser(state, "group"),
  choose: (state) => openChooser(state, CHOOSERS[state.settings.view]),
  smoother: (state) => smoothing(state, 1),
  rougher: (state) => smoothing(state, -1),
  raw: (state) => say(adjusted(state, { smoothing: 0 }), "no smoothing"),
  band: (state) => {
    const band = BANDS[(BANDS.indexOf(state.settings.band) + 1) % BANDS.length] ?? "std";
    return adjusted(state, { band });
  },
  "log-y": (state) => adjusted(state, { isLogY: !state.settings.isLogY }),
  axis: (state) => {
    const axis = X_AXES[(X_AXES.indexOf(state.settings.axis) + 1) % X_AXES.length] ?? "step";
    return { ...adjusted(state, { axis }), zoom: null, crosshair: null };
  },
  "log-x": (state) => ({
    ...adjusted(state, { isLogX: !state.settings.isLogX }),
    zoom: null,
    crosshair: null,
  }),
  "zoom-in": (state, context) => zoom(state, context, 0.5),
  "zoom-out": (state, context) => zoom(state, context, 2),
  "pan-left": (state, context) => pan(state, context, -0.25),
  "pan-right": (state, context) => pan(state, context, 0.25),
  crosshair: (state, { scene }) => ({
    ...state,
    crosshair: state.crosshair === null ? snap(valueAt(scene.x, 0.5), state) : null,
  }),
  next: (state, context) => toMatch(state, context, 1),
  previous: (state, context) => toMatch(state, context, -1),
  baseline: (state, { scene }) => {
    const run = subject(state, scene)?.run ?? null;
    if (run === null) return say(state, "there is no run to compare with");
    const isSame = state.settings.baseline === run;
    const said = isSame ? "compared with nothing" : `the others are compared with ${run}`;
    return say(adjusted(state, { baseline: isSame ? null : run }), said);
  },
  tag: (state, { scene }) => openPrompt(state, "tag", annotated(state, scene)),
  "tag-grid": (state, { scene }) => openPrompt(state, "grid-tag", gridOf(state, scene)),
  note: (state, { scene }) => {
    const run = subject(state, scene);
    return openPrompt(state, "note", {
      targets: run === undefined ? [] : [run.run],
      text: run?.note ?? "",
    });
  },
  "note-grid": (state, { scene }) => openPrompt(state, "grid-note", gridOf(state, scene)),
  rename: (state, { scene }) => {
    const run = subject(state, scene);
    return openPrompt(state, "rename", {
      targets: run === undefined ? [] : [run.run],
      text: run?.title ?? "",
    });
  },
  pane,
  "next-view": (state) =>
    show(state, VIEWS[(VIEWS.indexOf(state.settings.view) + 1) % VIEWS.length]),
  "previous-view": (state) => show(state, VIEWS.at(VIEWS.indexOf(state.settings.view) - 1)),
  runs: (state) => show(state, "runs"),
  charts: (state) => show(state, "charts"),
  run: (state) => show(state, "run"),
  compare: (state) => show(state, "compare"),
  layers: (state) => show(state, "layers"),
  findings: (state) => show(state, "findings"),
  help: (state) => ({ ...state, isHelp: true, scroll: 0 }),
};

const CHOOSERS: Readonly<Record<ViewName, ChooserKind>> = {
  runs: "columns",
  charts: "metrics",
  run: "parameters",
  compare: "columns",
  layers: "kinds",
  findings: "columns",
};

function still(state: State): Step {
  return { state, effect: null };
}

function show(state: State, view: ViewName | undefined): State {
  if (view === undefined) return state;
  return {
    ...adjusted(state, { view }),
    scroll: 0,
    zoom: null,
    crosshair: null,
    isAlone: false,
    cameFrom: null,
    spotlight: null,
    isPanelFirst: false,
  };
}

function vertical(state: State, { scene, extent }: Context, by: number): State {
  switch (state.settings.view) {
    case "runs":
      return focusOn(state, scene, scene.focusAt + by);
    case "charts":
      return { ...state, curve: wrap(state.curve + by, scene.chosen.length) };
    case "run":
    case "compare":
    case "layers":
    case "findings":
      return scrolled(state, by, extent);
  }
}

/** The row of the table that is the next or previous of those that are compared. */
function nextChosen({ chosen, table, focusAt }: Scene, by: number): number {
  const at = chosen.findIndex(({ key }) => key === table.rows[focusAt]?.key);
  const key = chosen[clamp(at + by, 0, chosen.length - 1)]?.key;
  const row = table.rows.findIndex(
    (one) => one.key === key || one.members.some(({ run }) => run === key),
  );
  return row < 0 ? focusAt : row;
}

function horizontal(state: State, context: Context, by: number): State {
  const { scene, extent } = context;
  if (state.settings.view === "runs") return fold(state, scene, by > 0);
  if (state.settings.view === "compare") return focusOn(state, scene, nextChosen(scene, by));
  if (state.crosshair === null) return pan(state, context, by * 0.25);
  const cell = 1 / Math.max(1, extent.xCells);
  const moved = snap(valueAt(scene.x, position(scene.x, state.crosshair) + by * cell), state);
  const least = state.settings.axis === "step" ? 1 : 0;
  const next = moved === state.crosshair ? moved + by * least : moved;
  return { ...state, crosshair: clamp(next, Math.ceil(scene.x.low), scene.x.high) };
}

function byPage(state: State, { scene, extent }: Context, by: number): State {
  if (state.settings.view === "runs")
    return focusOn(state, scene, scene.focusAt + by * Math.max(1, extent.rows - 1));
  return scrolled(state, by * Math.max(1, extent.pageRows - 1), extent);
}

function toEnd(state: State, { scene, extent }: Context, by: number): State {
  if (state.settings.view === "runs")
    return focusOn(state, scene, by < 0 ? 0 : scene.table.rows.length - 1);
  if (state.settings.view !== "charts")
    return scrolled(state, by * Number.POSITIVE_INFINITY, extent);
  return pan(state, { scene }, by * Number.POSITIVE_INFINITY);
}

function enter(state: State, { scene }: Context): State {
  const { focused, chosen } = scene;
  switch (state.settings.view) {
    case "runs":
      if (focused === undefined) return say(state, "there is no run to open");
      if (focused.isGroup) return fold(state, scene, !focused.isUnfolded);
      return { ...show(state, "run"), opened: focused.key };
    case "charts":
      return scene.metrics.length > 1
        ? { ...state, isAlone: !state.isAlone }
        : openCurve(state, chosen);
    case "compare":
      return { ...show(state, "run"), opened: focused?.members[0]?.run ?? null };
    case "run":
    case "layers":
    case "findings":
      return { ...state, isAlone: !state.isAlone };
  }
}

function openCurve(state: State, chosen: Scene["chosen"]): State {
  const run = chosen[state.curve]?.members[0]?.run;
  return run === undefined ? state : { ...show(state, "run"), opened: run };
}

function back(state: State): State {
  if (state.cameFrom !== null && !state.isAlone) return show(state, state.cameFrom);
  if (state.crosshair !== null) return { ...state, crosshair: null };
  if (state.zoom !== null) return { ...state, zoom: null };
  if (state.isAlone) return { ...state, isAlone: false };
  if (state.settings.view === "findings" && state.settings.findingFilter !== "")
    return say(adjusted(state, { findingFilter: "" }), "the filter of findings is off");
  if (state.settings.view !== "runs") return show(state, "runs");
  if (state.settings.filter !== "")
    return say(adjusted(state, { filter: "" }), "the filter is off");
  if (state.settings.marks.length > 0)
    return say(adjusted(state, { marks: [] }), "nothing is marked");
  return say(state, "this is the outermost view; q quits");
}

function mark(state: State, { scene }: Context): State {
  const names = scene.focused?.members.map(({ run }) => run) ?? [];
  if (names.length === 0) return say(state, "there is no run to mark");
  const marks = new Set(state.settings.marks);
  const areMarked = names.every((name) => marks.has(name));
  for (const name of names) {
    if (areMarked) marks.delete(name);
    else marks.add(name);
  }
  const marked = adjusted(state, { marks: [...marks] });
  return state.settings.view === "runs" ? focusOn(marked, scene, scene.focusAt + 1) : marked;
}

function fold(state: State, { focused, table }: Scene, isOpen: boolean): State {
  if (focused === undefined) return state;
  const group = focused.isInGroup
    ? table.rows.find((row) => row.isGroup && row.members.some(({ run }) => run === focused.key))
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

function smoothing(state: State, by: number): State {
  const at = SMOOTHINGS.findIndex((steps) => steps >= state.settings.smoothing);
  const steps = SMOOTHINGS[clamp(at + by, 0, SMOOTHINGS.length - 1)] ?? 0;
  return adjusted(state, { smoothing: steps });
}

function toMatch(state: State, { scene }: Context, by: number): State {
  const { rows, matches } = scene.table;
  if (state.settings.view === "run" || state.settings.view === "layers") {
    const at = matches.findIndex(({ run }) => run === scene.run?.run);
    const next = matches[wrap(at + by, matches.length)]?.run;
    return next === undefined
      ? say(state, "the filter finds no run")
      : { ...state, opened: next, focus: next };
  }
  if (rows.length === 0) return say(state, "the filter finds no run");
  if (state.settings.view === "charts")
    return { ...state, curve: wrap(state.curve + by, scene.chosen.length) };
  return focusOn(state, scene, wrap(scene.focusAt + by, rows.length));
}

function pane(state: State, { scene, extent }: Context): State {
  if (state.settings.view === "charts")
    return { ...state, chart: wrap(state.chart + 1, scene.metrics.length) };
  const next = extent.parts.find((start) => start > state.scroll && start <= extent.pageLength - 1);
  return scrolled({ ...state, scroll: 0 }, next ?? 0, extent);
}

function focusOn(state: State, { table }: Scene, index: number): State {
  const row = table.rows[clamp(index, 0, table.rows.length - 1)];
  return row === undefined ? state : { ...state, focus: row.key, opened: null };
}
