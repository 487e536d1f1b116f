/** What the store's series and kinds of numbers are called on the screen, and how their values are written. */
import { isMetric, metricOf, type TensorKind } from "@ablate/store";
import { decimalsThatDiffer, loss, shortNumber } from "@ablate/text";
import type { Tone } from "../text/line.ts";

/** What the series of update:data ratios are called in a store, before the parameter's name. */
export const RATIO = "log10_ratio:";

const SERIES: Readonly<Record<string, string>> = {
  lr: "learning rate",
  train_loss: "training split, nats",
  valid_loss: "validation split, nats",
  test_loss: "test split, nats",
  loss: "loss, nats",
};

/** Returns the title of a series. */
export function seriesTitle(series: string): string {
  if (isMetric(series)) return metricOf(series);
  return SERIES[series] ?? series.replace(RATIO, "log10 update:data of ");
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
