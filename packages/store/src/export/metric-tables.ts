/** Tables of metrics, decoded in JavaScript: plain SQL takes 10 us for a number. */
import type { Statements } from "../file/statements.ts";
import { type MetricId, type PointRow, pointsOf, readPoints } from "../reading/metric-points.ts";
import { METRICS } from "../views/metrics.ts";
import type { Points } from "../writing/metric-rollup.ts";
import {
  BATCH_ROWS,
  type Batch,
  type ExportScope,
  type ExportTable,
  exportColumns,
} from "./table.ts";

export type NamedMetric = MetricId & { readonly name: string };

/** Returns the metrics of a run. */
export function metricsOf(sql: Statements, run: string): NamedMetric[] {
  return sql.rows(
    `select m.run_id as runId, m.idx as metric, m.name as name
     from metric m join run r on r.id = m.run_id where r.name = ? order by m.idx`,
    run,
  );
}

/** Opens the view `metrics` as a table. */
export function metricsTable(sql: Statements, { runs }: ExportScope): ExportTable {
  const batches = function* (): Iterable<Batch> {
    for (const run of runs) {
      for (const metric of metricsOf(sql, run)) yield* batchesOf(sql, run, metric);
    }
  };
  return { columns: exportColumns(METRICS), batches };
}

const ROWS =
  "select step, steps, numbers from metric_point where run_id = ? and metric = ? order by step";

function* batchesOf(
  sql: Statements,
  run: string,
  { name, runId, metric }: NamedMetric,
): Iterable<Batch> {
  const [runs, names] = [run, name].map((text) => Array<string>(BATCH_ROWS).fill(text));
  for (const [step, steps, numbers] of sql.stream<
    [PointRow["step"], PointRow["steps"], PointRow["numbers"]]
  >(ROWS, runId, metric)) {
    const points = pointsOf({ step, steps, numbers });
    for (let from = 0; from < points.numbers.length; from += BATCH_ROWS) {
      const end = Math.min(points.numbers.length, from + BATCH_ROWS);
      const cells = [points.steps.subarray(from, end), points.numbers.subarray(from, end)];
      yield { rows: end - from, columns: [runs ?? [], names ?? [], ...cells] };
    }
  }
}

/** Steps whose numbers are read at once. */
const STEPS_AT_ONCE = 4096;

/** Finds the numbers of a metric by their steps, which are asked for in their order. */
export class MetricCursor {
  readonly #sql: Statements;
  readonly #id: MetricId;
  #read: Points = { steps: new Float64Array(), numbers: new Float64Array() };
  #next = 0;
  /** The first step that is not read yet. */
  #end = 0;

  constructor(sql: Statements, id: MetricId) {
    this.#sql = sql;
    this.#id = id;
  }

  /** Returns the number of a step; null where there is none, or it is not a number. */
  at(step: number): number | null {
    if (step >= this.#end) {
      this.#end = step + STEPS_AT_ONCE;
      this.#read = readPoints(this.#sql, this.#id, { from: step, to: this.#end - 1 });
      this.#next = 0;
    }
    const { steps, numbers } = this.#read;
    while ((steps[this.#next] ?? Number.POSITIVE_INFINITY) < step) this.#next++;
    return steps[this.#next] === step ? (numbers[this.#next] ?? null) : null;
  }
}
