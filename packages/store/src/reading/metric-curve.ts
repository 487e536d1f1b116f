/** Reads metrics as series: number by number, or summed up over the buckets of a level. */
import type { Statements } from "../file/statements.ts";
import { DamageError } from "../file/store-error.ts";
import {
  Bucket,
  decodeSummary,
  METRIC_LEVELS,
  type Points,
  type Summary,
} from "../writing/metric-rollup.ts";
import type { SeriesRows, Span, StepLoss } from "./history.ts";
import { readPoints } from "./metric-points.ts";

/** What the names of series begin with that are metrics. */
const METRIC = "metric.";

/** Says whether a series, or a field of a filter, is a metric. */
export function isMetric(series: string): boolean {
  return series.startsWith(METRIC);
}

/** Returns the name of the metric that a series is. */
export function metricOf(series: string): string {
  return series.slice(METRIC.length);
}

/** Returns the series, and the field of a filter, that a metric is. */
export function metricSeries(name: string): string {
  return METRIC + name;
}

/** Returns the number by which a run knows a metric; -1 where it lacks it. */
export function metricIndex(sql: Statements, runId: number, name: string): number {
  const select = "select idx from metric where run_id = ? and name = ?";
  return sql.value<number>(select, runId, name) ?? -1;
}

/** Returns the metric that a series of steps is read from where a run has none; null where it has, or no such metric. */
export function standsFor(sql: Statements, runId: number, series: string): string | null {
  if (series !== "loss" && series !== "lr") return null;
  const select = `select name from metric where run_id = @runId and role = @series
    and not exists (select 1 from step where run_id = @runId) order by idx limit 1`;
  return sql.value<string>(select, { runId, series }) ?? null;
}

/** Reads the loss of one step, the last one unless given, of the metrics that stand for steps. */
export function standingLoss(sql: Statements, runId: number, step?: number): StepLoss | undefined {
  const name = standsFor(sql, runId, "loss");
  if (name === null) return undefined;
  const metric = metricIndex(sql, runId, name);
  const last = "select last_step from metric where run_id = ? and idx = ?";
  const at = step ?? sql.value<number | null>(last, runId, metric) ?? -1;
  const numberOf = (metric: number): number | undefined =>
    readPoints(sql, { runId, metric }, { from: at, to: at }).numbers[0];
  const loss = numberOf(metric);
  if (loss === undefined) return undefined;
  const lr = numberOf(metricIndex(sql, runId, standsFor(sql, runId, "lr") ?? ""));
  return { step: at, loss: Number.isNaN(loss) ? null : loss, lr: lr ?? null };
}

/** Reads a metric in a span: a row for each number, or for each bucket that has one. */
export function metricCurve(sql: Statements, runId: number, name: string, span: Span): SeriesRows {
  const metric = metricIndex(sql, runId, name);
  const { level, from, to } = span;
  if (level === 1) return each(readPoints(sql, { runId, metric }, span));
  const first = Math.floor(from / level);
  const last = Math.floor(to / level);
  if (METRIC_LEVELS.includes(level)) {
    type Row = readonly [bucket: number, data: Buffer];
    const rows = sql.arrays<Row>(ROWS, runId, metric, level, first, last);
    return rowsOf(
      rows.map(([bucket, data]) => [bucket * level, summaryOf(data)] as const),
      level,
    );
  }
  const range = { from: first * level, to: (last + 1) * level - 1 };
  return rowsOf(summed(readPoints(sql, { runId, metric }, range), level), level);
}

const ROWS = `
  select bucket, data from metric_rollup where run_id = ? and metric = ? and level = ?
    and bucket between ? and ? order by bucket`;

type Placed = readonly [step: number, summary: Summary];

function summaryOf(data: Buffer): Summary {
  const summary = decodeSummary(data);
  if (summary === undefined) throw new DamageError("a metric has a summary of another size");
  return summary;
}

/** Makes a row of each number. */
function each({ steps, numbers }: Points): SeriesRows {
  const values = numbers.map((number) => (Number.isFinite(number) ? number : Number.NaN));
  const n = Uint32Array.from(numbers, (number) => (Number.isFinite(number) ? 1 : 0));
  const width = new Float64Array(numbers.length).fill(1);
  return { x: steps, width, n, min: values, mean: values, max: values };
}

/** Sums numbers up over buckets of which no summary is stored. */
function summed({ steps, numbers }: Points, level: number): Placed[] {
  const placed: Placed[] = [];
  for (let i = 0; i < numbers.length; ) {
    const bucket = new Bucket();
    const step = Math.floor((steps[i] ?? Number.NaN) / level) * level;
    for (const end = step + level; (steps[i] ?? end) < end; i++)
      bucket.add(numbers[i] ?? Number.NaN);
    placed.push([step, bucket.summary]);
  }
  return placed;
}

function rowsOf(placed: readonly Placed[], level: number): SeriesRows {
  const column = (of: (summary: Summary) => number) =>
    Float64Array.from(placed, ([, summary]) => of(summary));
  return {
    x: Float64Array.from(placed, ([step]) => step),
    width: new Float64Array(placed.length).fill(level),
    n: Uint32Array.from(placed, ([, { finite }]) => finite),
    min: column(({ min }) => min),
    mean: column(({ mean }) => mean),
    max: column(({ max }) => max),
  };
}
