/** Reads what the metrics of runs come to. */
import type { Statements } from "../file/statements.ts";
import { METRIC_SUMMARY } from "../views/metrics.ts";
import { selectOf } from "../views/view.ts";
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
  if (runs.length > ONE_BY_ONE) {
    const ofAll = metricsOfAll(sql);
    return ofAll.size === 0 ? [...runs] : runs.map((run) => having(run, ofAll.get(run.name)));
  }
  return runs.map((run) => having(run, byName(metricsOf(sql, run.name))));
}

/** Adds their metrics to some of very many runs. */
export function withOwnMetrics(sql: Statements, runs: readonly RunSummary[]): RunSummary[] {
  const names = JSON.stringify(runs.map(({ name }) => name));
  const byRun = Map.groupBy(sql.rows<Row>(OF_SOME, names), ({ run }) => run);
  return runs.map((run) =>
    having(run, byName((byRun.get(run.name) ?? []).map(({ run: _, ...metric }) => metric))),
  );
}

function having(run: RunSummary, metrics: ReadonlyMap<string, MetricSummary> = NONE): RunSummary {
  return metrics.size === 0 ? run : { ...run, metrics };
}

const NONE: ReadonlyMap<string, MetricSummary> = new Map();

function byName(metrics: readonly MetricSummary[]): ReadonlyMap<string, MetricSummary> {
  return new Map(metrics.map((metric) => [metric.name, metric]));
}

const OF_SOME: string = `${selectOf(METRIC_SUMMARY)} where m.run_id in
  (select id from run where name in (select value from json_each(?))) order by m.run_id, m.idx`;

type OfRun = MetricSummary & { readonly run: number };

/** The view without the names of runs, which are read once a run and not once a metric. */
const ALL: string = `${selectOf({
  ...METRIC_SUMMARY,
  from: "metric m",
  columns: { ...METRIC_SUMMARY.columns, run: ["integer", "its number", { sql: "m.run_id" }] },
})} order by m.run_id, m.idx`;

/** Reads the metrics of all runs, by their names. */
function metricsOfAll(sql: Statements): ReadonlyMap<string, ReadonlyMap<string, MetricSummary>> {
  const byRun = new Map<number, Map<string, MetricSummary>>();
  for (const metric of sql.rows<OfRun>(ALL)) {
    const own = byRun.get(metric.run);
    if (own === undefined) byRun.set(metric.run, new Map([[metric.name, metric]]));
    else own.set(metric.name, metric);
  }
  if (byRun.size === 0) return new Map();
  const names = sql.arrays<readonly [number, string]>("select id, name from run");
  return new Map(names.map(([id, name]) => [name, byRun.get(id) ?? NONE]));
}
