/** What the state and the data amount to: rows, curves and axes of the frame that is to be drawn. */
import type { Scale } from "../chart/scale.ts";
import type { CurveReader } from "../data/curves.ts";
import type { StoreSnapshot } from "../data/feed.ts";
import { type ChartPanel, panelId } from "../data/panels.ts";
import type { RunReader } from "../data/run-reader.ts";
import { isRecorded, type ShownRun } from "../data/shown-run.ts";
import { defaultParameters, defaultSeries, parametersOf, seriesOf } from "../data/shown-series.ts";
import { isRowOf, type Table, type TableRow, tableOf } from "../data/table.ts";
import { currentFilter } from "./prompt.ts";
import type { ViewSettings, XAxis } from "./settings.ts";
import type { State } from "./state.ts";

/** What reads the store for scenes and views, and keeps what it has read. */
export type Readers = {
  readonly curves: CurveReader;
  readonly stored: RunReader;
};

export type Scene = {
  readonly state: State;
  readonly snapshot: StoreSnapshot;
  readonly readers: Readers;
  readonly table: Table;
  /** Index of the focus in the table; -1 in an empty one. */
  readonly focusAt: number;
  readonly focused: TableRow | undefined;
  /** What charts and comparisons show: the marked runs, else the first of the table, grouped. */
  readonly chosen: readonly TableRow[];
  /** How many runs were left out because none is marked. */
  readonly unmarked: number;
  /** The run that views of one run are about. */
  readonly run: ShownRun | undefined;
  /** Series that have charts, and all that could have. */
  readonly metrics: readonly string[];
  readonly allMetrics: readonly string[];
  /** Parameters of `run`, and those that are shown. */
  readonly parameters: readonly string[];
  readonly allParameters: readonly string[];
  /** What the x axis counts: steps, where a run is recorded from a log, which need not say when they were. */
  readonly axis: XAxis;
  readonly isOfLogs: boolean;
  /** The whole x axis of the charts and what is shown of it. */
  readonly wholeX: Scale;
  readonly x: Scale;
};

/** Rows of the table, and runs in them, that are shown where nothing is marked: as many curves as can be told apart. */
const UNMARKED = 8;
const UNMARKED_RUNS = 120;

/** Place of step 0 on a logarithmic axis. */
export const LOG_ZERO = 0.5;

export type SceneMaker = (
  state: State,
  snapshot: StoreSnapshot,
  view: { readonly isOfOneRun?: boolean },
) => Scene;

/** Makes scenes; a table is built anew only when something has changed that it depends on. */
export function sceneMaker(readers: Readers): SceneMaker {
  const { curves } = readers;
  const makeTable = memoizeLast(tableOf);
  return (state, snapshot, { isOfOneRun = false }) => {
    const { settings, unfolded } = state;
    const filter = currentFilter(state, "filter");
    const { runs, dataHashes } = snapshot;
    const table = makeTable(runs, { settings, unfolded, filter, dataHashes });
    const focusAt = focusIndex(table.rows, state.focus);
    const focused = table.rows[focusAt];
    const { chosen, unmarked } = chosenRows(table, settings.marks);
    const run =
      state.opened === null ? focused?.members[0] : runs.find(({ name }) => name === state.opened);
    const ofOne = run === undefined ? [] : [run];
    const shownRuns = isOfOneRun ? ofOne : chosen.flatMap(({ members }) => members);
    const ofRuns = seriesOf(shownRuns, curves);
    const isThere = ({ series }: ChartPanel): boolean => series.some((one) => ofRuns.includes(one));
    const allMetrics = [...ofRuns, ...settings.panels.filter(isThere).map(panelId)];
    const metrics = settings.metrics?.filter((name) => allMetrics.includes(name));
    const allParameters = ofOne.flatMap((one) => parametersOf(curves.series(one)));
    const isOfLogs = shownRuns.some(isRecorded);
    const axis = isOfLogs ? "step" : settings.axis;
    const wholeX = wholeAxis(shownRuns, { axis, isLogX: settings.isLogX }, curves);
    return {
      ...{ state, snapshot, readers, table, focusAt, focused, chosen, unmarked, run },
      metrics: metrics ?? defaultSeries(ofRuns, shownRuns, curves),
      allMetrics,
      parameters:
        settings.parameters === null
          ? defaultParameters(allParameters, ofOne, curves)
          : allParameters.filter((name) => settings.parameters?.includes(name)),
      allParameters,
      ...{ axis, isOfLogs, wholeX },
      x: state.zoom === null ? wholeX : { ...wholeX, ...state.zoom },
    };
  };
}

/** Makes a part of the scene that one view needs when it is first asked for, and keeps it as long as the scene. */
export function scenePart<T extends object>(make: (scene: Scene) => T): (scene: Scene) => T {
  const made = new WeakMap<Scene, T>();
  return (scene) => {
    const known = made.get(scene) ?? make(scene);
    made.set(scene, known);
    return known;
  };
}

/** Returns the index of a row by its key, else of the group of that run; the first where both are gone. */
function focusIndex(rows: readonly TableRow[], key: string | null): number {
  const at = rows.findIndex((row) => row.key === key);
  if (at >= 0 || rows.length === 0) return at;
  const group = rows.findIndex((row) => row.isGroup && isRowOf(row, key));
  return Math.max(0, group);
}

function chosenRows(
  { rows, matches }: Table,
  marks: readonly string[],
): Pick<Scene, "chosen" | "unmarked"> {
  const marked = new Set(marks);
  const some = matches.filter(({ name }) => marked.has(name));
  const top = rows.filter(({ isInGroup }) => !isInGroup);
  const first = top.slice(0, UNMARKED).flatMap(({ members }) => members);
  const shown = some.length > 0 ? some : first.slice(0, UNMARKED_RUNS);
  const wanted = new Set(shown.map(({ name }) => name));
  const chosen = top.flatMap((row): TableRow[] => {
    const members = row.members.filter(({ name }) => wanted.has(name));
    const [only] = members;
    if (only === undefined) return [];
    if (members.length > 1) return [{ ...row, members }];
    const title = row.isGroup ? only.title : row.title;
    return [{ ...row, key: only.name, title, members, isGroup: false }];
  });
  return { chosen, unmarked: some.length > 0 ? 0 : matches.length - wanted.size };
}

function wholeAxis(
  runs: readonly ShownRun[],
  { axis, isLogX }: Pick<ViewSettings, "axis" | "isLogX">,
  curves: CurveReader,
): Scale {
  const high = runs.reduce((most, run) => Math.max(most, curves.end(run, axis)), 0);
  if (!isLogX) return { low: 0, high: Math.max(high, 1), log: false };
  const low = axis === "time" ? 0.01 : LOG_ZERO;
  return { low, high: Math.max(high, low * 4), log: true };
}

/** Wraps a function so that it returns its last result again while its arguments are the same. */
function memoizeLast<A, B extends object, R>(make: (a: A, b: B) => R): (a: A, b: B) => R {
  let last: { readonly values: readonly unknown[]; readonly result: R } | null = null;
  return (a, b) => {
    const values: readonly unknown[] = [a, ...Object.values(b)];
    if (last === null || !values.every((value, i) => value === last?.values[i]))
      last = { values, result: make(a, b) };
    return last.result;
  };
}
