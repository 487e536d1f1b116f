/** The steps of a run that is recorded from a log: those of training, and those that only metrics have. */
import type { Statements } from "../file/statements.ts";
import { standsFor } from "../reading/metric-curve.ts";
import { type MetricId, type PointRow, pointsOf } from "../reading/metric-points.ts";
import { MetricCursor, type NamedMetric } from "./metric-tables.ts";

export type Step = readonly [
  step: number,
  loss: number | null,
  lr: number | null,
  /** Empty at a step that only metrics have. */
  ratios: Buffer,
];

/** Yields, in their order, steps of training and those that only metrics have. */
export function* stepsOfLog(
  sql: Statements,
  trained: Iterable<Step>,
  metrics: readonly NamedMetric[],
): Iterable<Step> {
  const runId = metrics[0]?.runId ?? -1;
  const [loss, lr] = (["loss", "lr"] as const).map((series) => {
    const name = standsFor(sql, runId, series);
    const found = metrics.find((metric) => metric.name === name);
    return found === undefined ? undefined : new MetricCursor(sql, found);
  });
  let before = -1;
  const others = stepsOfMetrics(sql, metrics)[Symbol.iterator]();
  let other = others.next();
  const untrained = function* (end: number): Iterable<Step> {
    for (; other.done !== true && other.value < end; other = others.next()) {
      const { value: step } = other;
      if (step === before) continue;
      yield [step, loss?.at(step) ?? null, lr?.at(step) ?? null, NO_RATIOS];
    }
  };
  for (const step of trained) {
    yield* untrained(step[0]);
    before = step[0];
    yield step;
  }
  yield* untrained(Number.POSITIVE_INFINITY);
}

const NO_RATIOS: Buffer = Buffer.of();

/** Yields every step at which any of the metrics has a number, once, in their order. */
function* stepsOfMetrics(sql: Statements, metrics: readonly MetricId[]): Generator<number> {
  const all = metrics.map((metric) => stepsOf(sql, metric));
  const heads = all.map((steps) => nextOf(steps));
  for (;;) {
    const step = Math.min(...heads);
    if (step === Number.POSITIVE_INFINITY) return;
    yield step;
    for (const [i, steps] of all.entries()) if (heads[i] === step) heads[i] = nextOf(steps);
  }
}

function nextOf(steps: Generator<number>): number {
  const { done, value } = steps.next();
  return done === true ? Number.POSITIVE_INFINITY : value;
}

const NEXT_ROW = `select step, steps, numbers from metric_point
  where run_id = ? and metric = ? and step > ? order by step limit 1`;

function* stepsOf(sql: Statements, { runId, metric }: MetricId): Generator<number> {
  for (let from = -1; ; ) {
    const row = sql.row<PointRow>(NEXT_ROW, runId, metric, from);
    if (row === undefined) return;
    yield* pointsOf(row).steps;
    from = row.step;
  }
}
