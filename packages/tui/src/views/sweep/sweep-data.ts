/** What the view Sweep draws: runs as points, settings and results as axes, and what each setting does. */
import {
  type Effect,
  effectsOf,
  type Factor,
  type Importance,
  importanceOf,
  isLost,
  METRICS,
  type Metric,
  recordedMetrics,
  usualMetric,
  withData,
} from "@ablate/store";
import { type Column, settingText, type Value } from "../../data/columns.ts";
import { compareValues } from "../../data/compare-values.ts";
import type { ShownRun } from "../../data/shown-run.ts";
import { isRowOf, type Table, type TableRow } from "../../data/table.ts";
import type { Scene } from "../../state/scene.ts";
import type { SweepPanel } from "../../state/settings.ts";
import type { Box } from "../plots.ts";
import { type Axis, axisOf } from "./axis.ts";

/** A setting or a result with the axis of its values. */
export type Dimension = {
  readonly id: string;
  readonly title: string;
  readonly isSetting: boolean;
  readonly value: (run: ShownRun) => Value;
  readonly text: (value: Value) => string;
  readonly axis: Axis;
};

export type Point = {
  readonly run: ShownRun;
  /** The row of the table that the run is in: its colour is that of the row. */
  readonly row: TableRow;
  /** Null where it has no result. */
  readonly y: number | null;
  /** Whether it diverged, failed or ended on what is no number. */
  readonly isLost: boolean;
};

export type Sweep = {
  /** The settings that differ. */
  readonly settings: readonly Dimension[];
  /** What x may be, and what y may be. */
  readonly choices: readonly Dimension[];
  readonly results: readonly Metric[];
  readonly x: Dimension | undefined;
  readonly metric: Metric;
  readonly y: Dimension;
  /** The best first, then those without a result. */
  readonly points: readonly Point[];
  /** What each setting does to the result, the largest effect first. */
  readonly effects: () => readonly Effect<ShownRun>[];
  /** How much each setting decides, the largest share first. */
  readonly importance: () => Importance;
  /** How many runs these are said of, the first that were planned. */
  readonly effectRuns: number;
};

/** Where a panel is drawn, and what has the cursor. */
export type PanelPlace = {
  readonly box: Box;
  readonly current: Point | undefined;
  readonly isFocused: boolean;
};

/** Counts the runs of which effects and importance are computed: more would keep keys waiting. */
const MOST_RUNS = 5000;

const known = new WeakMap<Table, Map<string, Sweep>>();

/** Returns the sweep of the runs that the filter leaves, made once for as long as these and the axes stay. */
export function sweepOf(scene: Scene): Sweep {
  const { table, state } = scene;
  const { sweepX, sweepY } = state.settings;
  const all = known.get(table) ?? new Map<string, Sweep>();
  known.set(table, all);
  const id = JSON.stringify([sweepX, sweepY]);
  const found = all.get(id) ?? makeSweep(scene);
  all.set(id, found);
  return found;
}

function makeSweep({ table, state, snapshot }: Scene): Sweep {
  const runs = table.matches;
  const { sweepX, sweepY, group } = state.settings;
  const results = [...METRICS, ...recordedMetrics(runs)].filter((metric) =>
    runs.some((run) => metric.value(run) !== null),
  );
  const metric = results.find(({ name }) => name === sweepY) ?? usualMetric(runs);
  const settings = table.columns
    .filter(({ isSetting, id }) => isSetting === true && !(id === "seed" && group === "seed"))
    .map((column) => dimensionOf(column, runs));
  const seed = table.differing.includes("seed") && group === "seed" ? [seedOf(runs)] : [];
  const choices = [...settings, ...seed, ...results.map((one) => resultOf(one, runs))];
  const chosen = choices.find(({ id }) => id === sweepX);
  const x = chosen ?? settings.toSorted((a, b) => many(b) - many(a))[0] ?? choices[0];
  return {
    ...{ settings, choices, results, x, metric },
    y: resultOf(metric, runs),
    points: pointsOf(table, metric),
    effectRuns: Math.min(runs.length, MOST_RUNS),
    effects: once(() => sorted(runs.slice(0, MOST_RUNS), metric, snapshot.dataHashes)),
    importance: once(() =>
      importanceOf(withData(runs.slice(0, MOST_RUNS), snapshot.dataHashes), metric),
    ),
  };
}

/** Returns the settings that a panel lists; null where it lists none. */
export function listedIn(sweep: Sweep, panel: SweepPanel): readonly Factor[] | null {
  if (panel === "effects") return sweep.effects().map(({ factor }) => factor);
  return panel === "importance" ? sweep.importance().factors.map(({ factor }) => factor) : null;
}

/** More values than a grid has, as of a random search. */
const MANY = 1000;

/** Counts the values of a setting. */
function many({ axis }: Dimension): number {
  if (axis.kind === "texts") return axis.values.length;
  return axis.few.length === 0 ? MANY : axis.few.length;
}

function dimensionOf({ id, title, value, text }: Column, runs: readonly ShownRun[]): Dimension {
  const axis = axisOf(runs.map(value), text);
  return { id, title, isSetting: true, value, text, axis };
}

function seedOf(runs: readonly ShownRun[]): Dimension {
  const value = ({ seed }: ShownRun): Value => (typeof seed === "bigint" ? String(seed) : seed);
  const text = settingText("seed", runs);
  return {
    ...{ id: "seed", title: "seed", isSetting: true, value, text },
    axis: axisOf(runs.map(value), text),
  };
}

function resultOf({ name, title, value }: Metric, runs: readonly ShownRun[]): Dimension {
  const text = (one: Value): string => (one === null ? "" : String(one));
  return {
    ...{ id: name, title, isSetting: false, value, text },
    axis: axisOf(runs.map(value), text),
  };
}

function pointsOf({ rows, matches }: Table, metric: Metric): Point[] {
  const top = rows.filter(({ isInGroup }) => !isInGroup);
  const rowOfRun = new Map(
    top.flatMap((row) => row.members.map((run) => [run.name, row] as const)),
  );
  const points = matches.flatMap((run): Point[] => {
    const row = rowOfRun.get(run.name);
    if (row === undefined) return [];
    return [{ run, row, y: metric.value(run), isLost: isLost(run, metric) }];
  });
  return points.toSorted((a, b) => compareValues(a.y, b.y, metric.isLessBetter === false));
}

/** Returns the effects of all settings, the largest first; last are those without a pair. */
function sorted(
  runs: readonly ShownRun[],
  metric: Metric,
  dataHashes: ReadonlyMap<string, string>,
): readonly Effect<ShownRun>[] {
  const effects = effectsOf(withData(runs, dataHashes), { metric });
  return effects.toSorted((a, b) => sizeOf(b) - sizeOf(a));
}

/** Returns the largest difference that a setting makes alone; -1 where no pair of runs says it. */
export function sizeOf(effect: Effect<ShownRun>): number {
  const strongest = strongestOf(effect)?.difference?.mean ?? null;
  return strongest === null ? -1 : Math.abs(strongest);
}

/** Returns the value of a setting that differs most from the one that it is compared with. */
export function strongestOf({
  values,
}: Effect<ShownRun>): Effect<ShownRun>["values"][number] | undefined {
  const size = (one: Effect<ShownRun>["values"][number]): number =>
    Math.abs(one.difference?.mean ?? Number.NaN);
  return values
    .filter((one) => Number.isFinite(size(one)))
    .reduce<Effect<ShownRun>["values"][number] | undefined>(
      (best, one) => (best === undefined || size(one) > size(best) ? one : best),
      undefined,
    );
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Returns the point under the cursor: that of the run, else the first of its row, else the best. */
export function currentPoint(
  { state: { focus }, focused }: Scene,
  points: readonly Point[],
): Point | undefined {
  return (
    points.find(({ run }) => run.name === focus) ??
    points.find(({ row }) => focused !== undefined && isRowOf(row, focused.key)) ??
    points[0]
  );
}
