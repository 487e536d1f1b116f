import type { RunSummary } from "../contract/history.ts";

export type MetricName =
  | "valid_loss"
  | "train_loss"
  | "test_loss"
  | "best_valid_loss"
  | "loss"
  | "steps_per_s";

export type Measured = Pick<RunSummary, MetricName | "state" | "last_step" | "best_valid_step">;

/** A number that came out of a run. */
export type Metric = {
  readonly name: MetricName;
  readonly title: string;
  readonly unit: "nats" | "steps/s";
  readonly isLessBetter: boolean;
  readonly value: (run: Measured) => number | null;
  /** After how many updates it was taken; null where it has no step. */
  readonly step: (run: Measured) => number | null;
};

/** What runs are compared by unless another is asked for. */
export const VALID_LOSS: Metric = finalLoss("valid_loss", "valid");

/** What runs can be compared by. */
export const METRICS: readonly Metric[] = [
  VALID_LOSS,
  finalLoss("train_loss", "train"),
  finalLoss("test_loss", "test"),
  { ...lossMetric("best_valid_loss", "best valid"), step: (run) => run.best_valid_step },
  lossMetric("loss", "loss"),
  {
    name: "steps_per_s",
    title: "steps/s",
    unit: "steps/s",
    isLessBetter: false,
    value: finite("steps_per_s"),
    step: () => null,
  },
];

function lossMetric(name: MetricName, title: string): Metric {
  return { name, title, unit: "nats", isLessBetter: true, value: finite(name), step: updates };
}

/** Of the last evaluation: one that a run made on its way is no result once it has diverged or failed. */
function finalLoss(name: MetricName, title: string): Metric {
  const value = finite(name);
  const isLost = ({ state }: Measured): boolean => state === "diverged" || state === "failed";
  return {
    ...lossMetric(name, title),
    value: (run) => (isLost(run) ? null : value(run)),
    step: (run) => (run.state === "finished" ? updates(run) : null),
  };
}

function finite(name: MetricName): Metric["value"] {
  return ({ [name]: value }) => (value !== null && Number.isFinite(value) ? value : null);
}

function updates({ last_step }: Measured): number | null {
  return last_step === null ? null : last_step + 1;
}
