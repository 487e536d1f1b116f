/** Writes the metrics of one run; call it inside transactions. */
import type { MetricFacts, StepBlock } from "@ablate/core";
import type { Statements } from "../file/statements.ts";
import { MetricHistory } from "./metric-history.ts";
import type { Points } from "./metric-rollup.ts";
import type { MetricNumbers, MetricPoint } from "./record.ts";

const INSERT = `
  insert into metric (run_id, idx, name, unit, goal, log_scale, guide, role, points)
    select @runId, (select count(*) from metric where run_id = @runId), @name, @unit, @goal, @log, @guide, @role, 0
  on conflict do update set unit = @unit, goal = @goal, log_scale = @log, guide = @guide, role = @role`;

const INDEX = "select idx from metric where run_id = ? and name = ?";

export class RunMetrics {
  readonly #sql: Statements;
  readonly #runId: number;
  readonly #known: Map<string, MetricHistory> = new Map();

  constructor(sql: Statements, runId: number) {
    this.#sql = sql;
    this.#runId = runId;
  }

  /** Says what is known of a metric, which may have numbers already. */
  declare({ name, unit, goal, isLog, guide, role = null }: MetricFacts): void {
    const facts = { name, unit, goal, log: Number(isLog), guide, role };
    this.#sql.run(INSERT, { runId: this.#runId, ...facts });
  }

  /** Adds what was recorded of every step, in the order of these names. */
  appendBlock({ first, count, metrics }: StepBlock, names: readonly string[]): void {
    const width = names.length;
    if (width === 0) return;
    if (metrics === undefined || metrics.length < count * width) {
      throw new RangeError(
        `a block of ${count} steps and ${width} metrics has ${metrics?.length ?? 0} numbers`,
      );
    }
    const steps = Float64Array.from({ length: count }, (_, i) => first + i);
    for (const [m, name] of names.entries()) {
      const numbers = new Float64Array(count);
      for (let i = 0; i < count; i++) numbers[i] = metrics[i * width + m] ?? Number.NaN;
      this.#of(name).append({ steps, numbers });
    }
  }

  /** Adds the numbers of one metric, whose steps rise. */
  appendSeries({ name, steps, numbers, anewFrom }: MetricNumbers): void {
    const history = this.#of(name);
    if (anewFrom !== undefined) history.cutLater(anewFrom);
    history.append({ steps, numbers });
  }

  /** Adds numbers of any steps; of two of one name and step the latter stays. */
  append(points: readonly MetricPoint[]): void {
    for (const [name, of] of Map.groupBy(points, (point) => point.name)) {
      this.#of(name).append(inOrder(of));
    }
  }

  #of(name: string): MetricHistory {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const found = this.#sql.value<number>(INDEX, this.#runId, name);
    if (found === undefined) this.declare({ ...UNKNOWN, name });
    const metric = found ?? this.#sql.value<number>(INDEX, this.#runId, name) ?? -1;
    const history = new MetricHistory(this.#sql, { runId: this.#runId, metric });
    this.#known.set(name, history);
    return history;
  }
}

/** What is known of a metric of which nothing was said. */
const UNKNOWN = { unit: null, goal: null, isLog: false, guide: null };

function inOrder(points: readonly MetricPoint[]): Points {
  const wrong = points.find(({ step }) => !Number.isSafeInteger(step) || step < 0);
  if (wrong !== undefined) throw new RangeError(`${wrong.name} at step ${wrong.step}`);
  const last = new Map(points.map(({ step, value }) => [step, value]));
  const steps = Float64Array.from(last.keys()).sort();
  return { steps, numbers: steps.map((step) => last.get(step) ?? Number.NaN) };
}

/** Leaves each metric of a run the numbers of the steps before this one. */
export function cutMetrics(sql: Statements, runId: number, step: number): void {
  for (const history of historiesOf(sql, runId)) history.cut(step);
}

/** Sums the metrics of a run up anew. */
export function renewMetrics(sql: Statements, runId: number): void {
  for (const history of historiesOf(sql, runId)) history.renew();
}

function historiesOf(sql: Statements, runId: number): MetricHistory[] {
  const all = sql.values<number>("select idx from metric where run_id = ? order by idx", runId);
  return all.map((metric) => new MetricHistory(sql, { runId, metric }));
}
