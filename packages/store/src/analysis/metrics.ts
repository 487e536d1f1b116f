import type { RunSummary } from "../contract/history.ts";

export type MetricName =
  | "valid_loss"
  | "train_loss"
  | "test_loss"
  | "best_valid_loss"
  | "loss"
  | "steps_per_s";

export type Measured = Pick<RunSummary, MetricName | "last_step" | "best_valid_step">;

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

/** What runs are compared by; the first unless another is asked for. */
export const METRICS: readonly Metric[] = [
  lossMetric("valid_loss", "valid"),
  lossMetric("train_loss", "train"),
  lossMetric("test_loss", "test"),
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

function finite(name: MetricName): Metric["value"] {
  return ({ [name]: value }) => (value !== null && Number.isFinite(value) ? value : null);
}

function updates({ last_step }: Measured): number | null {
  return last_step === null ? null : last_step + 1;
}
