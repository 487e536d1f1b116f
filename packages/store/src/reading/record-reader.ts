import type { Finding, Parameter, Probe, StepBlock, TensorKind, TensorProbe } from "@ablate/core";
import type { Statements } from "../file/statements.ts";
import { readingRun } from "../file/store-error.ts";
import { probeSteps, readProbe, readTensors } from "../probe/read-probe.ts";
import { storedWeights, type WeightsDamage, type WhichWeights } from "../recovery/checkpoints.ts";
import type { Points } from "../writing/metric-rollup.ts";
import type { ConsoleLine, Provenance, RevisionFrom, RunEvent } from "../writing/record.ts";
import { SERIOUS_FIRST } from "./all-findings.ts";
import { curveReader, NO_ROWS, pointsOf } from "./curve.ts";
import type {
  BestWeights,
  CurvePoint,
  MetricSummary,
  SeriesInfo,
  SeriesRows,
  Span,
  StepLoss,
  StepRange,
  StepRatios,
  StoredCheckpoint,
  StoredEvaluation,
  StoredSample,
  StoredWeights,
  Ticks,
} from "./history.ts";
import {
  isMetric,
  metricCurve,
  metricIndex,
  metricOf,
  standingLoss,
  standsFor,
} from "./metric-curve.ts";
import { readPoints } from "./metric-points.ts";
import { logRatio, ratioAt, readSteps } from "./read-steps.ts";
import { metricsOf } from "./run-metrics.ts";
import { storedProvenance, storedShape } from "./stored-json.ts";

const EVERYTHING: StepRange = { from: 0, to: Number.MAX_SAFE_INTEGER };

const RUN_ID = "(select id from run where name = ?)";

/** One step of a run, the last one unless given. */
const LAST_OR_GIVEN = `
  from step where run_id = (select id from run where name = @run) and step =
    coalesce(@step, (select last_step from run where name = @run))`;

type StoredParameter = Omit<Parameter, "shape"> & { readonly shape: string };
type StoredEvent = Omit<RunEvent, "from"> & {
  readonly run: string | null;
  readonly step: number | null;
};
type StoredRatios = { readonly step: number; readonly ratios: Buffer };
type Places = {
  readonly runId: number;
  readonly places: readonly number[];
  readonly isKnown: boolean;
};

/** Reads what was recorded of a run, by the run's name. */
export class RecordReader {
  protected readonly sql: Statements;
  readonly #readCurve: ReturnType<typeof curveReader>;

  constructor(sql: Statements) {
    this.sql = sql;
    this.#readCurve = curveReader(sql.database);
  }

  /** Returns evaluations in the order of steps. */
  evaluations(runName: string): StoredEvaluation[] {
    const order = "step, split, statistics";
    return this.#rows(runName, "step, split, statistics, loss from eval", order);
  }

  samples(runName: string): StoredSample[] {
    return this.#rows(runName, "step, i, text from sample", "step, i");
  }

  /** Returns findings, the most serious first, then by step. */
  findings(runName: string): Finding[] {
    const columns = "level, rule, layer, param, step, value, message, until";
    return this.#rows(runName, `${columns} from finding f`, SERIOUS_FIRST);
  }

  /** Returns thresholds as JSON; undefined where the run was recorded without. */
  thresholds(runName: string): string | undefined {
    return this.sql.value(`select thresholds from diagnosis where run_id = ${RUN_ID}`, runName);
  }

  /** Returns parameters in the order of the model. */
  parameters(runName: string): Parameter[] {
    const columns = "name, layer, layer_kind as layerKind, role, shape, size";
    const stored = this.#rows<StoredParameter>(runName, `${columns} from param`, "idx");
    return readingRun(runName, () =>
      stored.map((parameter) => ({ ...parameter, shape: storedShape(parameter.shape) })),
    );
  }

  /** Returns how many classes the output of a run's model tells apart; null where that is not known, as of a log. */
  classes(runName: string): number | null {
    const sql = `select iif(json_valid(shape), shape, '[]') ->> '$[#-1]' from param
      where run_id = ${RUN_ID} and layer_kind = 'output' and role = 'weight'
      and (select source from run where id = run_id) is null`;
    return this.sql.value<number>(sql, runName) ?? null;
  }

  provenance(runName: string): Provenance {
    const sql = "select provenance from run where name = ?";
    const text = this.sql.value<string>(sql, runName) ?? "{}";
    return readingRun(runName, () => storedProvenance(text));
  }

  /**
   * Returns the last stored weights, as safetensors bytes, or the best; undefined where there are none.
   *
   * @throws DamageError - if they are not what was written
   */
  weights(
    runName: string,
    weightsDamage: WeightsDamage = () => null,
    which: WhichWeights = "last",
  ): StoredWeights | undefined {
    const stored = this.checkpoint(runName, weightsDamage, which);
    return stored && { step: stored.step, bytes: stored.bytes };
  }

  /** Tells which weights are kept as the best, and what their validation loss was; undefined where none are. */
  bestWeights(runName: string): BestWeights | undefined {
    const select = `select step, best_loss as validLoss from checkpoint where run_id = ${RUN_ID}
      and best_loss is not null order by step desc limit 1`;
    return this.sql.row(select, runName);
  }

  /** Returns the same with the state of its checkpoint. */
  checkpoint(
    runName: string,
    weightsDamage: WeightsDamage,
    which: WhichWeights,
  ): StoredCheckpoint | undefined {
    return storedWeights(this.sql, runName, which, weightsDamage);
  }

  /** Reads `loss`, `lr`, `log10_ratio:PARAM` or `metric.NAME` at a level: 16, 256, 4096 or 65536, or 1 for every step. */
  curve(
    runName: string,
    series: string,
    level: number,
    range: StepRange = EVERYTHING,
  ): CurvePoint[] {
    const { isKnown } = this.#placesOf(runName, [series]);
    const isRead = isKnown || isMetric(series);
    return isRead ? this.curves(runName, [series], { ...range, level }).flatMap(pointsOf) : [];
  }

  /**
   * Reads several series at once, each as `curve` reads one; an unknown one has no values. All have the same rows, but
   * for metrics: these have rows where they have numbers.
   */
  curves(runName: string, series: readonly string[], span: Span): SeriesRows[] {
    const { runId, places } = this.#placesOf(runName, series);
    return readingRun(runName, () => {
      const rows = series.every(isMetric) ? [] : this.#readCurve({ runId, places }, span);
      return series.map((name, i) => {
        const hasSteps = (rows[i]?.x.length ?? 0) > 0;
        const stands = () => (hasSteps ? null : standsFor(this.sql, runId, name));
        const metric = isMetric(name) ? metricOf(name) : stands();
        const own = metric === null ? rows[i] : metricCurve(this.sql, runId, metric, span);
        return own ?? NO_ROWS;
      });
    });
  }

  /** Returns series in the order loss, lr, then the parameters, then the metrics. */
  series(runName: string): SeriesInfo[] {
    type Listed = Omit<SeriesInfo, "isLog"> & { readonly isLog: number };
    const select =
      "select series, unit, guide, low, high, goal, log_axis as isLog from series where run = ?";
    const found = this.sql.rows<Listed>(select, runName);
    return found.map((info) => ({ ...info, isLog: info.isLog === 1 }));
  }

  /** Returns metrics in the order in which the run has recorded them. */
  metrics(runName: string): MetricSummary[] {
    return metricsOf(this.sql, runName);
  }

  /** Reads the numbers of a metric, each with the step that it belongs to; none where the run lacks it. */
  metricPoints(runName: string, name: string, range: StepRange = EVERYTHING): Points {
    const runId = this.#runId(runName);
    const metric = metricIndex(this.sql, runId, name);
    return readingRun(runName, () => readPoints(this.sql, { runId, metric }, range));
  }

  /** Returns when steps were recorded; a clock that was set back stands still until then. */
  ticks(runName: string): Ticks {
    type Tick = { readonly step: number; readonly atMs: number };
    const rows = this.#rows<Tick>(runName, "step, at_ms as atMs from tick", "step");
    let latest = 0;
    return {
      steps: Float64Array.from(rows, ({ step }) => step),
      atMs: Float64Array.from(rows, ({ atMs }) => {
        latest = Math.max(latest, atMs);
        return latest;
      }),
    };
  }

  /** Returns which revision of the engine made the updates of a run, from which step on; empty before it was begun. */
  revisions(runName: string): RevisionFrom[] {
    return this.#rows(runName, "step, revision from revision", "step");
  }

  /** Returns the paths of the files that a run is recorded from. */
  logFiles(runName: string): string[] {
    const select = `select path from log_file where run_id = ${RUN_ID} order by path`;
    return this.sql.values(select, runName);
  }

  /** Returns the last `limit` lines that a recorded run has printed, the earliest first. */
  consoleLines(runName: string, limit: number): ConsoleLine[] {
    const columns = "line, at_ms as atMs, stream, text from console_line";
    return this.#rows<ConsoleLine>(runName, columns, "line").slice(-limit);
  }

  /** Returns events in the order of time. */
  events(runName: string): RunEvent[] {
    const columns = "at_ms as atMs, kind, message, from_run as run, from_step as step";
    const events = this.#rows<StoredEvent>(runName, `${columns} from event`, "id");
    return events.map(({ run, step, ...event }) => {
      return { ...event, from: step === null ? null : { run: run ?? runName, step } };
    });
  }

  /** Reads up to `count` steps from step `from`, to the bit; NaN stands for what is not a number. */
  steps(runName: string, from: number, count: number): StepBlock {
    const runId = this.#runId(runName);
    const parameters = this.#parameterNames(runId).length;
    const steps = { first: from, end: from + count, parameters };
    return readingRun(runName, () => readSteps(this.sql, runId, steps));
  }

  /** Reads the loss of one step, the last one unless given; where a run has no steps, of the metrics that stand for them. */
  lossAt(runName: string, step?: number): StepLoss | undefined {
    const asked = { run: runName, step: step ?? null };
    const found = this.sql.row<StepLoss>(`select step, loss, lr ${LAST_OR_GIVEN}`, asked);
    return found ?? standingLoss(this.sql, this.#runId(runName), step);
  }

  /** Reads the update ratios of one step, the last one unless given. */
  ratiosAt(runName: string, step?: number): StepRatios | undefined {
    const asked = { run: runName, step: step ?? null };
    const found = this.sql.row<StoredRatios>(`select step, ratios ${LAST_OR_GIVEN}`, asked);
    if (found === undefined) return undefined;
    const names = this.#parameterNames(this.#runId(runName));
    const ratios = readingRun(runName, () =>
      names.map((param, idx) => ({
        param,
        ratio: ratioAt(found.ratios, idx),
        log10Ratio: logRatio(found.ratios, idx),
      })),
    );
    return { step: found.step, ratios };
  }

  /** Returns after how many updates the network was probed, in that order. */
  probeSteps(runName: string): number[] {
    return probeSteps(this.sql, runName);
  }

  /** Reads all that a probe saw. */
  probe(runName: string, step: number): Probe | undefined {
    return readingRun(runName, () => readProbe(this.sql, runName, step));
  }

  /** Reads one kind of a probe's numbers by layer, in the order of the model, for a fraction of its cost. */
  probeTensors(runName: string, step: number, kind: TensorKind): ReadonlyMap<string, TensorProbe> {
    return readingRun(runName, () => readTensors(this.sql, runName, step, kind));
  }

  #rows<Row>(runName: string, selected: string, order: string): Row[] {
    return this.sql.rows(`select ${selected} where run_id = ${RUN_ID} order by ${order}`, runName);
  }

  #runId(runName: string): number {
    return this.sql.value<number>("select id from run where name = ?", runName) ?? -1;
  }

  /** Returns names of the parameters, in the order of their ratios. */
  #parameterNames(runId: number): string[] {
    return this.sql.values("select name from param where run_id = ? order by idx", runId);
  }

  /** Returns where series are in a row of the rollup: loss, lr, then the parameters; -1 for unknown ones. */
  #placesOf(runName: string, series: readonly string[]): Places {
    const runId = this.#runId(runName);
    const ratios = this.#parameterNames(runId).map((name) => `log10_ratio:${name}`);
    const places = series.map((one) => ["loss", "lr", ...ratios].indexOf(one));
    return { runId, places, isKnown: runId >= 0 && places.every((place) => place >= 0) };
  }
}
