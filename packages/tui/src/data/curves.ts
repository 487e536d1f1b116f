/** Reads the curves of runs at the resolution at which they are drawn, and keeps them. */
import {
  joinRows,
  metricSeries,
  NO_ROWS,
  type SeriesInfo,
  type SeriesRows,
  type Span,
  type StoredEvaluation,
  type StoreReader,
  spansOf,
} from "@ablate/store";
import type { Scale } from "../chart/scale.ts";
import type { XAxis } from "../state/settings.ts";
import { ExactReader } from "./exact-values.ts";
import { LruCache, RunCache } from "./lru-cache.ts";
import { attemptOf, batchSize, isRecorded, type ShownRun, updates } from "./shown-run.ts";
import { metricBehind } from "./titles.ts";

/** What part of the x axis is drawn in how many columns of dots. */
export type Window = {
  readonly axis: XAxis;
  /** Values in the unit of the axis. */
  readonly scale: Scale;
  readonly columns: number;
  /** Steps to read before the window, for smoothing. */
  readonly lead: number;
};

/** Columns of dots that a row may be wide: one cell of braille. */
const WIDEST_ROW = 2;

/** Runs whose ends and series are kept: a table of all runs asks for each in every frame. */
const KEPT_RUNS = 100_000;

/** Runs whose times are kept: more than are charted. */
const KEPT_TIMES = 512;

/** Values of what was drawn, 48 bytes each. */
const KEPT_VALUES = 1_000_000;

/** Values as they were read, 28 bytes each. */
const KNOWN_VALUES = 2_000_000;

/** Rows that are only added to while a run goes on. */
type Known = {
  readonly attempt: string;
  readonly stamp: string;
  readonly to: number;
  readonly rows: readonly SeriesRows[];
};

type Kept = {
  readonly stamp: string;
  readonly low: number;
  readonly high: number;
  readonly samples: ReadonlyMap<string, SeriesRows>;
};

function valuesIn(series: Iterable<SeriesRows>): number {
  return [...series].reduce((sum, { x }) => sum + x.length, 0);
}

export class CurveReader {
  readonly #reader: () => StoreReader;
  readonly #kept: LruCache<Kept> = new LruCache(KEPT_VALUES, ({ samples }) =>
    valuesIn(samples.values()),
  );
  readonly #info: RunCache<readonly SeriesInfo[]> = new RunCache(KEPT_RUNS);
  readonly #known: LruCache<Known> = new LruCache(KNOWN_VALUES, ({ rows }) => valuesIn(rows));
  readonly #ends: RunCache<number> = new RunCache(KEPT_RUNS);
  readonly #times: RunCache<Axis> = new RunCache(KEPT_TIMES);

  /** Reads single values. */
  readonly exact: ExactReader;

  constructor(reader: () => StoreReader) {
    this.#reader = reader;
    this.exact = new ExactReader(reader);
  }

  get reader(): StoreReader {
    return this.#reader();
  }

  /** Reads several series of a run, by name; what charts drew last is kept. */
  read(run: ShownRun, series: readonly string[], window: Window): ReadonlyMap<string, SeriesRows> {
    const { axis, columns, lead, scale } = window;
    const key = [run.name, axis, columns, lead, scale.log, ...series].join("|");
    const kept = this.#kept.get(key);
    const isSame = kept?.stamp === run.stamp && kept.low === scale.low && kept.high === scale.high;
    if (isSame) return kept.samples;
    const samples = this.#load(run, series, window);
    this.#kept.set(key, { stamp: run.stamp, low: scale.low, high: scale.high, samples });
    return samples;
  }

  /** Returns the names of a run's series in the order loss, lr, then the parameters' ratios, then metrics. */
  series(run: ShownRun): readonly string[] {
    return this.info(run).map(({ series }) => series);
  }

  /** Returns how to draw each series of a run. */
  info(run: ShownRun): readonly SeriesInfo[] {
    // A run that is trained here declares its metrics when it begins; those of others may come while they go on.
    const hasAll = !isRecorded(run) && run.metrics !== undefined;
    const until = hasAll ? "restarted" : "changed";
    return this.#info.read(run, () => this.#reader().series(run.name), until);
  }

  /** Returns the evaluations of a split that are comparable from run to run. */
  evaluations(run: ShownRun, split: string): readonly StoredEvaluation[] {
    const isShown = (one: StoredEvaluation): boolean =>
      one.split === split && /^(none|running)$/.test(one.statistics);
    return this.#reader().evaluations(run.name).filter(isShown);
  }

  /** Returns where a run's last step lies on an x axis. */
  end(run: ShownRun, axis: XAxis): number {
    if (updates(run) === 0) return 0;
    const end = () => axisOf(run, axis, this.#reader()).toX(updates(run) - 1);
    return axis === "time" ? this.#ends.read(run, end) : end();
  }

  /** Returns how a run's steps lie on an x axis; the times of those on the screen are kept. */
  axis(run: ShownRun, axis: XAxis): Axis {
    const make = (): Axis => axisOf(run, axis, this.#reader());
    return axis === "time" ? this.#times.read(run, make) : make();
  }

  #load(run: ShownRun, series: readonly string[], window: Window): ReadonlyMap<string, SeriesRows> {
    const axis = this.axis(run, window.axis);
    const metric = (name: string) => metricBehind(run, name);
    const ofSteps = series.filter((name) => !EVALUATED.has(name) && metric(name) === undefined);
    // A metric has rows of its own, where it has numbers.
    const together = [ofSteps, ...series.filter(metric).map((name) => [name])];
    const spans = drawnSpans(run, window, axis);
    const least = window.scale.log ? window.scale.low : 0;
    const toX = (step: number) => Math.max(axis.toX(step), least);
    const samples = new Map(
      together.flatMap((names): [string, SeriesRows][] => {
        const stored = names.map((name) => seriesBehind(run, name));
        const rows = joinRows(spans.map((span) => this.#history(run, stored, span)));
        const placed = placedOn(rows, toX, updates(run) - 1);
        return names.map((name, s) => [name, placed[s] ?? NO_ROWS]);
      }),
    );
    for (const name of series) {
      const split = EVALUATED.get(name);
      if (split !== undefined && metric(name) === undefined)
        samples.set(name, this.#evaluated(run, split, axis));
    }
    return samples;
  }

  /** Reads several series in a span; while a run goes on only what is new. */
  #history(run: ShownRun, series: readonly string[], span: Span): readonly SeriesRows[] {
    const key = [run.name, span.level, span.from, ...series].join("|");
    const attempt = attemptOf(run);
    const known = this.#known.get(key);
    if (known?.stamp === run.stamp && known.to === span.to) return known.rows;
    const isUsable = known?.attempt === attempt && known.to <= span.to;
    const read = (from: number) => this.#reader().curves(run.name, series, { ...span, from });
    const rows = isUsable ? grown(known.rows, span.from, read) : read(span.from);
    this.#known.set(key, { attempt, stamp: run.stamp, to: span.to, rows });
    return rows;
  }

  /** Reads the losses of a split, each at the last step before its evaluation. */
  #evaluated(run: ShownRun, split: string, axis: Axis): SeriesRows {
    const rows = this.evaluations(run, split);
    const { length } = rows;
    const values = Float64Array.from(rows, ({ loss }) => loss ?? Number.NaN);
    return {
      x: Float64Array.from(rows, ({ step }) => axis.toX(Math.max(0, step - 1))),
      width: new Float64Array(length).fill(1),
      n: Uint32Array.from(rows, ({ loss }) => (loss === null ? 0 : 1)),
      ...{ min: values, mean: values, max: values },
    };
  }
}

/** Adds the rows that have come since; the last one may have been an open bucket and is read again. */
function grown(
  rows: readonly SeriesRows[],
  from: number,
  read: (from: number) => readonly SeriesRows[],
): readonly SeriesRows[] {
  const last = rows[0]?.x.at(-1);
  if (last === undefined) return read(from);
  const kept = rows.map(({ x, width, n, min, mean, max }) => ({
    x: x.subarray(0, -1),
    width: width.subarray(0, -1),
    n: n.subarray(0, -1),
    min: min.subarray(0, -1),
    mean: mean.subarray(0, -1),
    max: max.subarray(0, -1),
  }));
  return joinRows([kept, read(last)]);
}

/** Series that are evaluations of a split. */
const EVALUATED: ReadonlyMap<string, string> = new Map(
  ["train", "valid", "test"].map((split) => [`${split}_loss`, split]),
);

/** Returns the series of the store that a series of a run is read from. */
export function seriesBehind(run: ShownRun, series: string): string {
  const metric = metricBehind(run, series);
  return metric === undefined ? series : metricSeries(metric.name);
}

/** Returns the split whose evaluations a series is; undefined for one that is measured at every step. */
export function evaluatedSplit(series: string): string | undefined {
  return EVALUATED.get(series);
}

/** Both directions between steps and the x axis. */
export type Axis = {
  readonly toX: (step: number) => number;
  readonly toStep: (x: number) => number;
};

/** Returns how a run's steps lie on an x axis. */
export function axisOf(run: ShownRun, axis: XAxis, reader: StoreReader): Axis {
  if (axis === "time") return timeAxis(run, reader);
  const unit = axis === "examples" ? batchSize(run) : 1;
  return { toX: (step) => step * unit, toStep: (x) => x / unit };
}

/** Counts seconds since the run was started, between two ticks in proportion. */
function timeAxis(run: ShownRun, reader: StoreReader): Axis {
  const { steps, atMs } = reader.ticks(run.name);
  const start = run.startedAt === null ? (atMs[0] ?? 0) : Date.parse(run.startedAt);
  const knots = [-1, ...steps];
  const seconds = [0, ...Array.from(atMs, (at) => (at - start) / 1000)];
  return {
    toX: (step) => interpolate(knots, seconds, step),
    toStep: (x) => interpolate(seconds, knots, x),
  };
}

function interpolate(from: readonly number[], to: readonly number[], value: number): number {
  let low = 0;
  let high = from.length - 1;
  if (high <= 0) return to[0] ?? 0;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((from[middle] ?? 0) <= value) low = middle;
    else high = middle;
  }
  const [a = 0, b = 0, c = 0, d = 0] = [from[low], from[high], to[low], to[high]];
  return b === a ? d : c + ((value - a) / (b - a)) * (d - c);
}

/** Chooses what to read: for each step rows that are no wider than what is drawn of it. */
function drawnSpans(run: ShownRun, { scale, columns, lead }: Window, { toStep }: Axis): Span[] {
  const from = Math.max(0, Math.floor(toStep(scale.low)) - lead - 1);
  // A metric may have a number after the last update.
  const to = Math.min(updates(run), Math.ceil(toStep(scale.high)) + 1);
  if (!(to >= from)) return [];
  if (!scale.log) {
    const widest = ((toStep(scale.high) - toStep(scale.low)) / columns) * WIDEST_ROW;
    return spansOf({ from, to }, () => widest);
  }
  const perColumn = Math.log(scale.high / scale.low) / columns;
  const columnsOfOne = Math.ceil(1 / perColumn); // so many times narrower is a column at step s than s
  return spansOf({ from, to }, (step) => step / columnsOfOne);
}

/** Moves rows to the middles of their steps on the x axis. */
function placedOn(rows: readonly SeriesRows[], toX: Axis["toX"], last: number): SeriesRows[] {
  const [first] = rows;
  if (first === undefined) return [];
  const x = first.x.map((step, i) =>
    toX((step + Math.min(last, step + (first.width[i] ?? 1) - 1)) / 2),
  );
  return rows.map((series) => ({ ...series, x }));
}
