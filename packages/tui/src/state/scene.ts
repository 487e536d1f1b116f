/** What the state and the data amount to: rows, curves and axes of the frame that is to be drawn. */
import type { Scale } from "../chart/scale.ts";
import type { CurveReader } from "../data/curves.ts";
import type { FactReader } from "../data/facts.ts";
import type { StoreSnapshot } from "../data/feed.ts";
import type { FindingReader } from "../data/findings.ts";
import type { ProbeReader } from "../data/probes.ts";
import { RATIO } from "../data/series.ts";
import type { ShownRun } from "../data/shown-run.ts";
import { type Table, type TableRow, tableOf } from "../data/table.ts";
import { currentFilter } from "./prompt.ts";
import type { State } from "./state.ts";

/** What reads the store for scenes and views, and keeps what it has read. */
export type Readers = {
  readonly curves: CurveReader;
  readonly facts: FactReader;
  readonly probes: ProbeReader;
  readonly findings: FindingReader;
};

export type Scene = {
  readonly state: State;
  readonly snapshot: StoreSnapshot;
  readonly readers: Readers;
  readonly table: Table;
  /** Where the focus is in the table; -1 in an empty one. */
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
  /** The whole x axis of the charts and what is shown of it. */
  readonly wholeX: Scale;
  readonly x: Scale;
};

/** Rows of the table, and runs in them, that are shown where nothing is marked: as many curves as can be told apart. */
const UNMARKED = 8;
const UNMARKED_RUNS = 120;

/** Where step 0 stands on a logarithmic axis. */
export const LOG_ZERO = 0.5;

/** Makes scenes; a table is built anew only when something has changed that it depends on. */
export function sceneMaker(
  readers: Readers,
): (
  state: State,
  snapshot: StoreSnapshot,
  view: { readonly isOfOneRun?: boolean | undefined },
) => Scene {
  const { curves } = readers;
  const table = memoizeLast(tableOf);
  return (state, snapshot, { isOfOneRun = false }) => {
    const { settings, unfolded } = state;
    const filter = currentFilter(state, "filter");
    const { runs, dataHashes } = snapshot;
    const made = table(runs, { settings, unfolded, filter, dataHashes });
    const focusAt = focusIndex(made.rows, state.focus);
    const focused = made.rows[focusAt];
    const { chosen, unmarked } = chosenRows(made, settings.marks);
    const run = runOf(state, snapshot, focused);
    const shownRuns = isOfOneRun
      ? [run].filter((one) => one !== undefined)
      : chosen.flatMap(({ members }) => members);
    const series = seriesOf(shownRuns, curves);
    const allParameters = run === undefined ? [] : parametersOf(curves.series(run));
    const wholeX = wholeAxis(shownRuns, state, curves);
    return {
      state,
      snapshot,
      readers,
      table: made,
      focusAt,
      focused,
      chosen,
      unmarked,
      run,
      metrics:
        settings.metrics?.filter((name) => series.includes(name)) ??
        defaultMetrics(series, shownRuns, curves),
      allMetrics: series,
      parameters: allParameters.filter((name) => settings.parameters?.includes(name) ?? true),
      allParameters,
      wholeX,
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

/** Returns the index of a row by its key; the first where it is gone. */
function focusIndex(rows: readonly TableRow[], key: string | null): number {
  if (rows.length === 0) return -1;
  const at = rows.findIndex((row) => row.key === key);
  if (at >= 0) return at;
  return Math.max(
    0,
    rows.findIndex((row) => row.isGroup && row.members.some(({ name }) => name === key)),
  );
}

function chosenRows(
  { rows, matches }: Table,
  marks: readonly string[],
): { readonly chosen: readonly TableRow[]; readonly unmarked: number } {
  const marked = new Set(marks);
  const some = matches.filter(({ name }) => marked.has(name));
  const top = rows.filter(({ isInGroup }) => !isInGroup);
  const first = top
    .slice(0, UNMARKED)
    .flatMap(({ members }) => members)
    .slice(0, UNMARKED_RUNS);
  const wanted = new Set((some.length > 0 ? some : first).map(({ name }) => name));
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

function runOf(
  { opened }: State,
  { runs }: StoreSnapshot,
  focused: TableRow | undefined,
): ShownRun | undefined {
  return runs.find(({ name }) => name === opened) ?? focused?.members[0] ?? runs[0];
}

/** Returns the series that any of the runs has. */
function seriesOf(runs: readonly ShownRun[], curves: CurveReader): string[] {
  const evaluated = [
    ["train_loss", "trainLoss"],
    ["valid_loss", "validLoss"],
    ["test_loss", "testLoss"],
  ] as const;
  const some = evaluated
    .filter(([, field]) => runs.some((run) => run[field] !== null))
    .map(([series]) => series);
  return [...new Set([...runs.flatMap((run) => curves.series(run)), ...some])];
}

function parametersOf(series: readonly string[]): string[] {
  return series.filter((name) => name.startsWith(RATIO)).map((name) => name.slice(RATIO.length));
}

/** The loss, and the first ratio that has a band: that of the first hidden layer's weights. */
function defaultMetrics(
  series: readonly string[],
  runs: readonly ShownRun[],
  curves: CurveReader,
): string[] {
  const banded = runs.flatMap((run) => curves.info(run)).find(({ low }) => low !== null);
  const ratio = banded?.series ?? series.find((name) => name.startsWith(RATIO));
  return ["loss", ...(ratio === undefined ? [] : [ratio])];
}

function wholeAxis(runs: readonly ShownRun[], { settings }: State, curves: CurveReader): Scale {
  const high = Math.max(0, ...runs.map((run) => curves.end(run, settings.axis)));
  if (!settings.isLogX) return { low: 0, high: Math.max(high, 1), log: false };
  const low = settings.axis === "time" ? 0.01 : LOG_ZERO;
  return { low, high: Math.max(high, low * 4), log: true };
}

/** Wraps a function so that it returns its last result again while its arguments are the same. */
function memoizeLast<A, B extends object, R>(make: (a: A, b: B) => R): (a: A, b: B) => R {
  let last: { readonly a: A; readonly values: readonly unknown[]; readonly result: R } | null =
    null;
  return (a, b) => {
    const values: readonly unknown[] = Object.values(b);
    const isSame =
      last !== null && last.a === a && values.every((value, i) => value === last?.values[i]);
    if (!isSame || last === null) last = { a, values, result: make(a, b) };
    return last.result;
  };
}
