/** What the store's series and kinds of numbers are called on the screen, and how their values are written. */
import { isMetric, type MetricSummary, metricOf, type TensorKind } from "@ablate/store";
import { decimalsThatDiffer, loss, shortNumber } from "@ablate/text";
import type { Tone } from "../text/line.ts";
import { panelName } from "./panels.ts";
import { hasSteps, isRecorded, metricOfRole, type ShownRun } from "./shown-run.ts";

/** What the series of update:data ratios are called in a store, before the parameter's name. */
export const RATIO = "log10_ratio:";

const SERIES: Readonly<Record<string, string>> = {
  lr: "learning rate",
  train_loss: "training split",
  valid_loss: "validation split",
  test_loss: "test split",
  loss: "loss",
};

/** Returns the title of a series. */
export function seriesTitle(series: string): string {
  if (isMetric(series)) return metricOf(series);
  const panel = panelName(series);
  if (panel !== null) return panel;
  return SERIES[series] ?? series.replace(RATIO, "log10 update:data of ");
}

/** Points to the better numbers. */
const ARROWS = { min: " ↓", max: " ↑" } as const;

/** Returns the title of a series with what its runs say of it: the unit, which numbers are better. */
export function titleAmong(series: string, runs: readonly ShownRun[]): string {
  const known = runs.flatMap((run) => metricBehind(run, series) ?? []);
  const names = new Set(known.map(({ name }) => name));
  const isOfMetrics = known.length > 0 && known.length === runs.length;
  const [name] = isOfMetrics && names.size === 1 ? names : [];
  const unit = isOfMetrics
    ? (known.find((one) => one.unit !== null)?.unit ?? null)
    : unitOf(series, runs);
  const goal = known.find((one) => one.goal !== null)?.goal ?? null;
  return `${name ?? seriesTitle(series)}${factsText({ unit, goal })}`;
}

/** Writes the unit of a metric and which of its numbers are better, as they follow its name. */
export function factsText({ unit, goal }: Pick<MetricSummary, "unit" | "goal">): string {
  const arrow = goal === "min" || goal === "max" ? ARROWS[goal] : "";
  return `${unit === null ? "" : `, ${unit}`}${arrow}`;
}

/** Returns the metric that a series of a run is read from; undefined where it is none. */
export function metricBehind(run: ShownRun, series: string): MetricSummary | undefined {
  if (isMetric(series)) return run.metrics?.get(metricOf(series));
  if (series === "loss" || series === "lr")
    return hasSteps(run) ? undefined : metricOfRole(run, series);
  const isEvaluation = series in SERIES;
  return isEvaluation && isRecorded(run) ? metricOfRole(run, series) : undefined;
}

/** Returns the unit of losses that were computed here; what a log counts in, it does not say. */
function unitOf(series: string, runs: readonly ShownRun[]): string | null {
  const isLoss = series in SERIES && series !== "lr";
  return isLoss && !runs.some(isRecorded) ? "nats" : null;
}

/** Writes a value of a series, losses and ratios with the digits they deserve, and more if asked. */
export function seriesValue(series: string, value: number, more = 0): string {
  if (series.startsWith(RATIO)) return value.toFixed(2 + more).replace("-", "−");
  if (series === "lr" || isMetric(series)) return shortNumber(value, 4 + more);
  const decimals = (value >= 1000 ? 1 : 4) + more;
  return Math.abs(value) >= 1e5 ? loss(value, more) : value.toFixed(decimals);
}

/** Makes a function that writes the values of a series that stand below each other: different ones never alike. */
export function seriesValues(
  series: string,
  values: Iterable<number | undefined>,
): (value: number) => string {
  const text = decimalsThatDiffer(values, (value, more) => seriesValue(series, value ?? 0, more));
  return (value) => text(value);
}

/** The kinds of numbers that have histograms, in the order of drawing, with their colours. */
const KINDS: readonly (readonly [TensorKind, Tone])[] = [
  ["preactivation", "series3"],
  ["activation", "series0"],
  ["activation_gradient", "series1"],
  ["weight", "series4"],
  ["weight_gradient", "series2"],
  ["stream", "series5"],
  ["stream_gradient", "series3"],
];

export const DRAWN_KINDS: readonly TensorKind[] = KINDS.map(([kind]) => kind);

/** What is drawn unless something else is chosen. */
export const DEFAULT_KINDS: readonly TensorKind[] = [
  "activation",
  "activation_gradient",
  "weight_gradient",
];

export function kindTitle(kind: TensorKind): string {
  return kind.replaceAll("_", " ");
}

/** Shortens the title of a kind for a narrow column. */
export function shortKindTitle(kind: TensorKind): string {
  return kindTitle(kind)
    .replace("preactivation", "preact.")
    .replace("activation", "act.")
    .replace("gradient", "grad.");
}

export function kindTone(kind: TensorKind): Tone {
  return KINDS.find(([one]) => one === kind)?.[1] ?? "plain";
}
