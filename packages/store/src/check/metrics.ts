/** Compares what sums the metrics of a run up with their numbers. */
import type { Statements } from "../file/statements.ts";
import { DamageError } from "../file/store-error.ts";
import { type MetricId, readPoints } from "../reading/metric-points.ts";
import { type Extent, extentOf, extentOver } from "../writing/metric-history.ts";
import { MetricRollup } from "../writing/metric-rollup.ts";

const STORED = `
  select level, bucket, data from metric_rollup where run_id = @runId and metric = @metric`;

type Row = readonly [level: number, bucket: number, data: Buffer];

/** Says whether the rows and the rollups of a run's metrics are what their numbers say, where these can be read. */
export function areMetricsSummedUp(sql: Statements, runId: number): boolean {
  const all = sql.values<number>("select idx from metric where run_id = ?", runId);
  try {
    return all.every((metric) => isSummedUp(sql, { runId, metric }));
  } catch (error) {
    // The check of the values finds it.
    if (error instanceof DamageError) return true;
    throw error;
  }
}

function isSummedUp(sql: Statements, id: MetricId): boolean {
  const points = readPoints(sql, id);
  if (!isSame(extentOf(sql, id), extentOver(points))) return false;
  const expected = new Map<string, Uint8Array>();
  new MetricRollup().append(points, ({ level, bucket, data }) => {
    expected.set(`${level} ${bucket}`, data);
  });
  const stored = sql.arrays<Row>(STORED, id);
  if (stored.length !== expected.size) return false;
  return stored.every(([level, bucket, data]) => {
    const found = expected.get(`${level} ${bucket}`);
    return found !== undefined && data.equals(found);
  });
}

function isSame(stored: Extent, counted: Extent): boolean {
  return JSON.stringify(stored) === JSON.stringify(counted);
}
