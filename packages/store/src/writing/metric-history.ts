/** Writes the numbers of one metric of a run and what sums them up; call it inside transactions. */
import type { Statements } from "../file/statements.ts";
import { type MetricId, pointRowOf, readPoints } from "../reading/metric-points.ts";
import { METRIC_LEVELS, MetricRollup, type MetricRow, type Points } from "./metric-rollup.ts";

/** Steps of a bucket of the highest level: what is open began at one of its multiples. */
const WIDEST: number = Math.max(...METRIC_LEVELS);

/** What the row of a metric says of its numbers; the extremes are of those that are finite. */
export type Extent = { readonly points: number } & Readonly<
  Record<"last_step" | "last" | "min_step" | "min" | "max_step" | "max", number | null>
>;

const NO_EXTREMES = { min_step: null, min: null, max_step: null, max: null };
const EMPTY: Extent = { points: 0, last_step: null, last: null, ...NO_EXTREMES };

const EXTENT = `
  select points, last_step, last, min_step, min, max_step, max
  from metric where run_id = @runId and idx = @metric`;

const SET_EXTENT = `
  update metric set points = @points, last_step = @last_step, last = @last, min_step = @min_step,
    min = @min, max_step = @max_step, max = @max where run_id = @runId and idx = @metric`;

const OF_METRIC = "run_id = @runId and metric = @metric";

/** Selects the row of points that begins last before a step. */
const ROW_BEFORE = `select max(step) from metric_point where ${OF_METRIC} and step < @step`;

export class MetricHistory {
  readonly #sql: Statements;
  readonly #id: MetricId;
  #rollup: MetricRollup = new MetricRollup();
  #extent: Extent;

  /** Picks up after the last number that is stored. */
  constructor(sql: Statements, id: MetricId) {
    this.#sql = sql;
    this.#id = id;
    this.#extent = extentOf(sql, id);
    const { last_step: to } = this.#extent;
    if (to === null) return;
    this.#rollup.append(readPoints(sql, id, { from: to - (to % WIDEST), to }), () => {});
  }

  /** Adds numbers whose steps rise. What a step had before goes; what comes late is put in its place. */
  append(points: Points): void {
    const { last_step: to } = this.#extent;
    const first = points.steps[0];
    if (first === undefined) return;
    if (to === null || first > to) {
      this.#add(points);
      return;
    }
    const later = readPoints(this.#sql, this.#id, { from: first, to });
    this.cut(first);
    this.#add(merged(later, points));
  }

  /** Cuts where there is something to cut. */
  cutLater(step: number): void {
    if (step <= (this.#extent.last_step ?? -1)) this.cut(step);
  }

  /** Leaves the numbers of the steps before this one. */
  cut(step: number): void {
    const id = this.#id;
    const begin = this.#sql.value<number | null>(ROW_BEFORE, { ...id, step }) ?? step;
    const kept = readPoints(this.#sql, id, { from: begin, to: step - 1 });
    this.#sql.run(`delete from metric_point where ${OF_METRIC} and step >= @begin`, {
      ...id,
      begin,
    });
    this.#insert(kept);
    this.renew();
  }

  /** Sums all numbers up anew. */
  renew(): void {
    this.#sql.run(`delete from metric_rollup where ${OF_METRIC}`, this.#id);
    this.#rollup = new MetricRollup();
    this.#extent = EMPTY;
    this.#sumUp(readPoints(this.#sql, this.#id));
  }

  #add(points: Points): void {
    this.#insert(points);
    this.#sumUp(points);
  }

  #insert(points: Points): void {
    if (points.numbers.length === 0) return;
    const { step, steps, numbers } = pointRowOf(points);
    const insert = "insert into metric_point values (?, ?, ?, ?, ?)";
    this.#sql.run(insert, this.#id.runId, this.#id.metric, step, steps, numbers);
  }

  #sumUp(points: Points): void {
    this.#rollup.append(points, this.#write);
    this.#extent = extended(this.#extent, points);
    this.#sql.run(SET_EXTENT, { ...this.#id, ...this.#extent });
  }

  readonly #write = ({ level, bucket, data }: MetricRow): void => {
    const upsert = "insert or replace into metric_rollup values (?, ?, ?, ?, ?)";
    this.#sql.run(upsert, this.#id.runId, this.#id.metric, level, bucket, data);
  };
}

/** Reads what the row of a metric says. */
export function extentOf(sql: Statements, id: MetricId): Extent {
  return sql.row<Extent>(EXTENT, id) ?? EMPTY;
}

/** Returns what the row of a metric has to say of its numbers. */
export function extentOver(points: Points): Extent {
  return extended(EMPTY, points);
}

/** Says of numbers and those after them what the row of a metric says. */
function extended(before: Extent, { steps, numbers }: Points): Extent {
  let { min_step, min, max_step, max } = before;
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i] ?? Number.NaN;
    if (!Number.isFinite(number)) continue;
    if (min === null || number < min) [min, min_step] = [number, steps[i] ?? null];
    if (max === null || number > max) [max, max_step] = [number, steps[i] ?? null];
  }
  const end = numbers.length - 1;
  if (end < 0) return before;
  const last = { last_step: steps[end] ?? null, last: nullable(numbers[end]) };
  return { points: before.points + numbers.length, ...last, min_step, min, max_step, max };
}

/** SQLite knows no NaN. */
function nullable(number = Number.NaN): number | null {
  return Number.isNaN(number) ? null : number;
}

/** Joins numbers in the order of their steps; of a step that both have, the later one's stays. */
function merged(before: Points, later: Points): Points {
  const all = new Map<number, number>();
  for (const { steps, numbers } of [before, later]) {
    for (const [i, number] of numbers.entries()) all.set(steps[i] ?? Number.NaN, number);
  }
  const steps = Float64Array.from(all.keys()).sort();
  return { steps, numbers: steps.map((step) => all.get(step) ?? Number.NaN) };
}
