import { columnTitle } from "../filter/headers.ts";
import type { MetricSummary, RunSummary } from "../reading/history.ts";
import { metricOf, metricSeries } from "../reading/metric-curve.ts";
import { columnOf } from "../reading/run-summary.ts";
import { isRecorded } from "./factors.ts";

type MetricField = "validLoss" | "trainLoss" | "testLoss" | "bestValidLoss" | "loss" | "stepsPerS";

export type Measured = Pick<
  RunSummary,
  MetricField | "state" | "lastStep" | "bestValidStep" | "metrics" | "parameters" | "source"
>;

/** A number that came out of a run. */
export type Metric = {
  readonly name: string;
  readonly title: string;
  /** Null: what a run records by a name of its own. */
  readonly unit: "nats" | "steps/s" | null;
  /** Null: no number is better than another. */
  readonly isLessBetter: boolean | null;
  readonly value: (run: Measured) => number | null;
  /** After how many updates it was taken; null where it has no step. */
  readonly step: (run: Measured) => number | null;
};

/** What runs are compared by unless another is asked for. */
export const VALID_LOSS: Metric = finalLoss("validLoss");

const LOSS: Metric = {
  ...lossMetric("loss"),
  step: (run) => (isRecorded(run) ? ofRole(run, "loss")?.last_step : null) ?? updates(run),
};

/** What runs can be compared by. */
export const METRICS: readonly Metric[] = [
  VALID_LOSS,
  finalLoss("trainLoss"),
  finalLoss("testLoss"),
  { ...lossMetric("bestValidLoss"), step: (run) => run.bestValidStep },
  LOSS,
  {
    name: "steps_per_s",
    title: columnTitle("steps_per_s"),
    unit: "steps/s",
    isLessBetter: false,
    value: finite("stepsPerS"),
    step: () => null,
  },
];

/**
 * Returns what runs are compared by unless a metric is named: the validation loss; of recorded runs that have none the loss,
 * else the first metric of which less or more is better, else the first.
 */
export function usualMetric(runs: readonly Measured[]): Metric {
  const has = (metric: Metric): boolean => runs.some((run) => metric.value(run) !== null);
  if (has(VALID_LOSS) || !runs.every(isRecorded)) return VALID_LOSS;
  if (has(LOSS)) return LOSS;
  const recorded = recordedMetrics(runs);
  return recorded.find(({ isLessBetter }) => isLessBetter !== null) ?? recorded[0] ?? VALID_LOSS;
}

/** Whether a metric, by its own name, is of what a training takes of its machine: it is no result. */
export function isOfMachine(metric: string): boolean {
  return /^system[/.]/.test(metric);
}

/** Returns what runs have recorded by names of their own, each in its last number, in the order of these runs. */
export function recordedMetrics(runs: readonly Pick<Measured, "metrics">[]): Metric[] {
  const all = runs.flatMap(({ metrics }) => [...(metrics?.values() ?? [])]);
  const byName = new Map(all.map((one) => [one.name, one]));
  return [...byName.values()].map(({ name, goal }): Metric => {
    const isLessBetter = goal === null ? null : goal === "min";
    return {
      ...{ name: metricSeries(name), title: name, unit: null, isLessBetter },
      value: ({ metrics }) => finiteNumber(metrics?.get(name)?.last ?? null),
      step: ({ metrics }) => metrics?.get(name)?.last_step ?? null,
    };
  });
}

function lossMetric(field: MetricField): Metric {
  const name = columnOf(field);
  return {
    name,
    title: columnTitle(name),
    unit: "nats",
    isLessBetter: true,
    value: finite(field),
    step: updates,
  };
}

/** Declares a loss of the last evaluation: one made on the way is no result once a run has diverged or failed. */
function finalLoss(field: MetricField): Metric {
  const value = finite(field);
  const isLost = ({ state }: Measured): boolean => state === "diverged" || state === "failed";
  return {
    ...lossMetric(field),
    value: (run) => (isLost(run) ? null : value(run)),
    step: (run) => {
      if (isRecorded(run)) return ofRole(run, columnOf(field))?.last_step ?? null;
      return run.state === "finished" ? updates(run) : null;
    },
  };
}

/** Returns the metric of a recorded run that stands for a column of the view `runs`. */
function ofRole({ metrics }: Measured, column: string): MetricSummary | undefined {
  return [...(metrics?.values() ?? [])].find(({ role }) => role === column);
}

/** Says whether a recorded run has numbers for a column of the view `runs` of which the last is not finite. */
export function endsNotFinite(run: Measured, { name }: Metric): boolean {
  const found = ofRole(run, name) ?? run.metrics?.get(metricOf(name));
  if (found === undefined && name === LOSS.name) return hasSteps(run) && run.loss === null;
  return found !== undefined && found.points > 0 && found.last === null;
}

/** Says whether a recorded run has steps, each with its loss, and not metrics alone. */
function hasSteps({ parameters, lastStep }: Measured): boolean {
  return (parameters ?? 0) > 0 && lastStep !== null;
}

function finite(field: MetricField): Metric["value"] {
  return ({ [field]: value }) => finiteNumber(value);
}

function finiteNumber(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}

function updates({ lastStep }: Measured): number | null {
  return lastStep === null ? null : lastStep + 1;
}
