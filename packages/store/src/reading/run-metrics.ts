/** Reads what the metrics of runs come to. */
import type { Statements } from "../file/statements.ts";
import { METRIC_SUMMARY } from "../views/metrics.ts";
import type { MetricSummary, RunSummary } from "./history.ts";

const COLUMNS: string = Object.keys(METRIC_SUMMARY.columns).join(", ");

const SELECT = `select ${COLUMNS} from metric_summary`;

/** Runs of which the metrics are asked for one by one. */
const ONE_BY_ONE = 20;

type Row = MetricSummary & { readonly run: string };

/** Returns the metrics of a run in the order in which it has recorded them. */
export function metricsOf(sql: Statements, run: string): MetricSummary[] {
  return sql.rows<Row>(`${SELECT} where run = ?`, run).map(({ run: _, ...metric }) => metric);
}

/** Adds their metrics to runs that have some. */
export function withMetrics(sql: Statements, runs: readonly RunSummary[]): RunSummary[] {
  const ofAll =
    runs.length > ONE_BY_ONE ? Map.groupBy(sql.rows<Row>(SELECT), ({ run }) => run) : null;
  return runs.map((run) => {
    const own = ofAll === null ? metricsOf(sql, run.name) : (ofAll.get(run.name) ?? []);
    if (own.length === 0) return run;
    return { ...run, metrics: new Map(own.map((metric) => [metric.name, metric])) };
  });
}
