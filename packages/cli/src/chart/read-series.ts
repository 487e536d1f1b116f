/** Series of runs along an x axis, at the resolution at which they are drawn. */
import type { Value } from "@ablate/figures";
import {
  type ComparedRun,
  isMetric,
  joinRows,
  type MetricSummary,
  metricOf,
  metricSeries,
  momentsOf,
  type SeriesRows,
  type StoreReader,
  settingOf,
  spansOf,
  twoSidedT,
} from "@ablate/store";
import type { Band, ChartRequest } from "./request.ts";

export type Window = Pick<ChartRequest, "axis" | "epochs" | "isLogX" | "smooth" | "band"> & {
  /** Steps. */
  readonly from: number;
  readonly to: number;
};

/** Of how many runs a value is the mean. */
type Averaged = Value & { readonly n: number };

/** One number of a run; of how many steps it is the mean. */
type Sample = Readonly<Record<"x" | "y" | "n", number>>;

/** How many places of the x axis a line has at most. */
export const COLUMNS = 150;

const RATIO = "log10_ratio:";
const SPLIT = /^(train|valid|test)_loss$/;

/** Returns what one series comes to in each place: over the steps of a run, then over runs. */
export function valuesOf(
  reader: StoreReader,
  runs: readonly ComparedRun[],
  { series, window }: { readonly series: string; readonly window: Window },
): readonly Averaged[] {
  const all = runs.map((run) => samplesOf(reader, run, { series, window }));
  const longest = Math.max(0, ...all.map(({ length }) => length));
  const isExact = longest <= COLUMNS && window.axis !== "time";
  const placed = isExact ? all : inColumns(all, window);
  const smooth = placed.map((samples) => smoothed(samples, smoothingOf(runs[0], window)));
  const byPlace = Map.groupBy(smooth.flat(), ({ x }) => x);
  return [...byPlace]
    .map(([x, samples]) => {
      const values = samples.map(({ y }) => y);
      return { x, ...bandOf(values, window.band) };
    })
    .filter(({ n }) => n > 0)
    .sort((a, b) => a.x - b.x);
}

function bandOf(values: readonly number[], band: Band): Omit<Averaged, "x"> {
  const { n, mean, std } = momentsOf(values);
  const middle = mean ?? Number.NaN;
  if (band === "range") {
    const finite = values.filter(Number.isFinite);
    return { n, mean: middle, low: Math.min(...finite), high: Math.max(...finite) };
  }
  const error = (std ?? 0) / Math.sqrt(Math.max(1, n));
  const halves: Readonly<Record<Exclude<Band, "range">, number>> = {
    std: std ?? 0,
    se: error,
    ci95: n > 1 ? twoSidedT(0.95, n - 1) * error : 0,
    none: 0,
  };
  return { n, mean: middle, low: middle - halves[band], high: middle + halves[band] };
}

/** Reads what a run has of a series within a window. */
function samplesOf(
  reader: StoreReader,
  run: ComparedRun,
  { series, window }: { readonly series: string; readonly window: Window },
): readonly Sample[] {
  const { from, to, isLogX } = window;
  const toX = axisOf(reader, run, window);
  const split = SPLIT.exec(series)?.[1];
  const evaluated = reader
    .evaluations(run.name)
    .filter((one) => one.split === split && /^(none|running)$/.test(one.statistics));
  if (evaluated.length > 0) {
    return evaluated
      .filter(({ step }) => step >= from && step <= to + 1)
      .map(({ step, loss }) => ({
        x: isLogX ? Math.max(toX(step - 1), toX(0)) : Math.max(toX(step), 0),
        y: loss ?? Number.NaN,
        n: 1,
      }));
  }
  const rows = readRows(reader, run, { series, window });
  return Array.from(rows.x, (step, i): Sample => {
    const n = rows.n[i] ?? 0;
    const y = n === 0 ? Number.NaN : (rows.mean[i] ?? Number.NaN);
    return { x: toX(step + ((rows.width[i] ?? 1) - 1) / 2), y, n: Math.max(1, n) };
  });
}

function readRows(
  reader: StoreReader,
  run: ComparedRun,
  { series, window: { from, to, isLogX } }: { readonly series: string; readonly window: Window },
): SeriesRows {
  const metric = metricOfRole(run, series);
  const stored =
    metric === undefined || metric.role === "loss" || metric.role === "lr"
      ? series
      : metricSeries(metric.name);
  const last = Math.min(to, run.lastStep ?? to);
  const perColumn = Math.log((to + 1) / (from + 1)) / COLUMNS;
  const widest = isLogX
    ? (step: number) => Math.max(1, (step + 1) * perColumn)
    : () => Math.max(1, (to - from + 1) / COLUMNS);
  const spans = last < from ? [] : spansOf({ from, to: last }, widest);
  const [rows] = joinRows(spans.map((span) => reader.curves(run.name, [stored], span)));
  return rows ?? EMPTY;
}

const NONE = new Float64Array();
const EMPTY: SeriesRows = {
  ...{ x: NONE, width: NONE, min: NONE, mean: NONE, max: NONE },
  n: new Uint32Array(),
};

function metricOfRole({ metrics }: ComparedRun, role: string): MetricSummary | undefined {
  return [...(metrics?.values() ?? [])].find((one) => one.role === role);
}

/** Counts from 1 on where the axis is logarithmic. */
function axisOf(reader: StoreReader, run: ComparedRun, window: Window): (step: number) => number {
  const first = window.isLogX ? 1 : 0;
  if (window.axis !== "time") {
    const unit = unitOf(run, window);
    return (step) => (step + first) * unit;
  }
  const { steps, atMs } = reader.ticks(run.name);
  const start = run.startedAt === null ? (atMs[0] ?? 0) : Date.parse(run.startedAt);
  const knots = [-1, ...steps];
  const seconds = [0, ...Array.from(atMs, (at) => (at - start) / 1000)];
  return (step) => interpolated(knots, seconds, step);
}

/** Returns how much of the axis a step is. */
function unitOf(run: ComparedRun, { axis, epochs }: Window): number {
  if (axis === "examples") return batchSize(run);
  return axis === "epochs" ? batchSize(run) / (epochs.get(run.name) ?? 1) : 1;
}

/** Returns the examples of a step; of a log, which counts steps alone, 1. */
function batchSize(run: ComparedRun): number {
  const value = run.source === null ? settingOf(run, "train.batch_size")?.value : 1;
  return typeof value === "number" && value > 0 ? value : 1;
}

function interpolated(from: readonly number[], to: readonly number[], value: number): number {
  const after = Math.max(
    1,
    from.findIndex((one) => one > value),
  );
  const high = from.at(-1) !== undefined && value >= (from.at(-1) ?? 0) ? from.length - 1 : after;
  const low = Math.max(0, high - 1);
  const [a = 0, b = 0, c = 0, d = 0] = [from[low], from[high], to[low], to[high]];
  return b === a ? d : c + ((value - a) / (b - a)) * (d - c);
}

/** Averages the samples of each run in columns of equal width on the axis. */
function inColumns(all: readonly (readonly Sample[])[], { isLogX }: Window): readonly Sample[][] {
  const xs = all.flatMap((samples) => samples.map(({ x }) => x));
  const low = xs.reduce((least, x) => Math.min(least, x), Number.POSITIVE_INFINITY);
  const high = xs.reduce((most, x) => Math.max(most, x), Number.NEGATIVE_INFINITY);
  const to = (x: number): number => (isLogX ? Math.log(x) : x);
  const back = (x: number): number => (isLogX ? Math.exp(x) : x);
  const width = (to(high) - to(low)) / COLUMNS || 1;
  const columnOf = (x: number): number =>
    Math.min(COLUMNS - 1, Math.floor((to(x) - to(low)) / width));
  const middleOf = (column: number): number => back(to(low) + (column + 0.5) * width);
  return all.map((samples) => {
    const columns = Map.groupBy(
      samples.filter(({ y }) => Number.isFinite(y)),
      ({ x }) => columnOf(x),
    );
    return [...columns].map(([column, those]) => {
      const n = those.reduce((sum, one) => sum + one.n, 0);
      return { x: middleOf(column), y: those.reduce((sum, one) => sum + one.n * one.y, 0) / n, n };
    });
  });
}

/** Returns how far a running mean reaches, in the unit of the axis; 0 where there is none, as along time. */
function smoothingOf(run: ComparedRun | undefined, window: Window): number {
  if (run === undefined || window.axis === "time" || window.smooth <= 1) return 0;
  return window.smooth * unitOf(run, window);
}

/** Takes the mean of what lies within half a reach to each side. */
function smoothed(samples: readonly Sample[], reach: number): readonly Sample[] {
  if (reach === 0) return samples;
  let [low, high] = [0, 0];
  return samples.map((sample) => {
    while ((samples[low]?.x ?? sample.x) < sample.x - reach / 2) low++;
    while (high < samples.length && (samples[high]?.x ?? 0) <= sample.x + reach / 2) high++;
    const near = samples.slice(low, high).filter(({ y }) => Number.isFinite(y));
    const n = near.reduce((sum, one) => sum + one.n, 0);
    return { ...sample, y: near.reduce((sum, one) => sum + one.n * one.y, 0) / n };
  });
}

/** Returns the series that runs have, by the names that a user gives them. */
export function knownSeries(
  reader: StoreReader,
  runs: readonly ComparedRun[],
): ReadonlyMap<string, string> {
  const known = new Map<string, string>();
  for (const run of runs) {
    const splits = reader.evaluations(run.name).map(({ split }) => `${split}_loss`);
    const roles = [...(run.metrics?.values() ?? [])].flatMap(({ role }) => role ?? []);
    for (const name of [...splits, ...roles]) known.set(name, name);
    for (const { series } of reader.series(run.name)) known.set(nameOf(series), series);
  }
  return known;
}

/** Returns what a user calls a series. */
export function nameOf(series: string): string {
  if (isMetric(series)) return metricOf(series);
  return series.startsWith(RATIO) ? `ratio:${series.slice(RATIO.length)}` : series;
}
