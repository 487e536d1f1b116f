/** Series over steps, a line for each group. */
import { type Line, type Look, type Mark, type Panel, segment } from "@ablate/figures";
import { type ComparedRun, isMetric, type StoreReader } from "@ablate/store";
import { count, cutTogether } from "@ablate/text";
import { UsageError } from "../command-line/errors.ts";
import { type Group, mostSeeds } from "./groups.ts";
import { linePanel } from "./lines.ts";
import { type Drawn, labelLetters } from "./panel.ts";
import { COLUMNS, knownSeries, nameOf, valuesOf, type Window } from "./read-series.ts";
import { type Band, type ChartRequest, unknown } from "./request.ts";

export type Builder = (
  reader: StoreReader,
  groups: readonly Group[],
  options: { readonly request: ChartRequest; readonly look: Look },
) => Drawn;

/** Draws each series that is named, the loss unless another is. */
export const curves: Builder = (reader, groups, { request, look }) => {
  const runs = groups.flatMap(({ runs: members }) => members);
  const series = seriesNamed(reader, runs, request.series);
  const window = windowOf(runs, request);
  const labels = cutTogether(
    groups.map(({ name }) => name),
    labelLetters(request),
  );
  const made = series.map((one) => {
    const lines = groups.map((group, i): Line => {
      const values = valuesOf(reader, group.runs, { series: one, window });
      return { label: labels[i] ?? "", stroke: look.strokeOf(group.place), values };
    });
    const title = titleOf(one, runs);
    const drawn = lines.filter(({ values }) => values.length > 0);
    if (drawn.length === 0) {
      throw new UsageError(`there is nothing of ${nameOf(one)} in these steps`);
    }
    const { panel, isCut } = linePanel(drawn, {
      title,
      request: requestFor(one, request),
    });
    const guides = guideMarks(reader, runs, { series: one, panel, look });
    return { panel: { ...panel, marks: [...guides, ...panel.marks] }, isCut, title };
  });
  const titles = made.map(({ title }) => title).join("; ");
  const cut = made.some(({ isCut }) => isCut) ? " What lines begin with is cut off." : "";
  return {
    title: titles,
    panels: made.map(({ panel }) => panel),
    caption: `${titles}: ${seedWords(groups, request.band)}${pointWords(window)}.${cut}`,
  };
};

/** Returns the request with what is of one series alone; logarithms are never drawn on a logarithmic axis. */
function requestFor(series: string, request: ChartRequest): ChartRequest {
  const isLogY = request.isLogY && !series.startsWith("log10_ratio:");
  return { ...request, isLogY, y: request.yOf?.get(series) ?? request.y };
}

/** @throws UsageError - if one is unknown */
export function seriesNamed(
  reader: StoreReader,
  runs: readonly ComparedRun[],
  names: readonly string[],
): readonly string[] {
  const known = knownSeries(reader, runs);
  const wanted =
    names.length > 0 ? names : [known.has("loss") ? "loss" : ([...known.keys()][0] ?? "loss")];
  return wanted.map((name) => {
    const found =
      known.get(name) ??
      [...known.values()].find((id) => id === name) ??
      known.get(name.replace("log10_ratio:", "ratio:"));
    if (found === undefined) throw unknown("series", name, [...known.keys()]);
    return found;
  });
}

/** @throws UsageError - if no run has steps, or none within those that are asked for */
export function windowOf(runs: readonly ComparedRun[], request: ChartRequest): Window {
  const last = Math.max(...runs.map(({ lastStep }) => lastStep ?? -1));
  if (last < 0) throw new UsageError("none of these runs has a step yet");
  const { from, to } = request.steps;
  if ((from ?? 0) >= last) {
    throw new UsageError(
      `--steps begins at ${count(from ?? 0)}, and the last step is ${count(last)}`,
    );
  }
  return { ...request, from: from ?? 0, to: Math.min(to ?? last, last) };
}

export const SERIES_TITLES: Readonly<Record<string, string>> = {
  loss: "loss",
  lr: "learning rate",
  train_loss: "training loss",
  valid_loss: "validation loss",
  test_loss: "test loss",
};

export function titleOf(series: string, runs: readonly ComparedRun[]): string {
  if (isMetric(series)) {
    const name = nameOf(series);
    const unit = runs.flatMap(({ metrics }) => metrics?.get(name)?.unit ?? [])[0];
    return unit === undefined ? name : `${name}, ${unit}`;
  }
  const title = SERIES_TITLES[series] ?? series.replace("log10_ratio:", "log10 update:data of ");
  const isOfOurs = runs.every(({ source }) => source === null);
  return series.endsWith("loss") && isOfOurs ? `${title}, nats` : title;
}

type Guided = { readonly series: string; readonly panel: Panel; readonly look: Look };

/** Draws what guessing costs, or how large updates should be, where that is within the chart. */
export function guideMarks(
  reader: StoreReader,
  runs: readonly ComparedRun[],
  { series, panel: { x, y }, look }: Guided,
): readonly Mark[] {
  const across = (at: number, label?: string): readonly Mark[] =>
    at < y.min || at > y.max ? [] : [segment([x.min, at], [x.max, at], look.guide, label)];
  if (series.startsWith("log10_ratio:")) return across(-3);
  if (!series.endsWith("loss") || isMetric(series)) return [];
  const [classes] = runs.flatMap(({ name }) => reader.classes(name) ?? []);
  return classes === undefined ? [] : across(Math.log(classes), `ln ${classes}`);
}

const BANDS: Readonly<Record<Band, string>> = {
  std: "one standard deviation to each side",
  se: "one standard error to each side",
  range: "from the least to the largest",
  ci95: "the 95 % interval of the mean",
  none: "",
};

export function seedWords(
  groups: readonly Group[],
  band: Band,
  ofOne = "a line for each run",
): string {
  const most = mostSeeds(groups);
  if (most === 1) return ofOne;
  const words = `the mean over up to ${most} seeds`;
  return band === "none" ? words : `${words}, bands: ${BANDS[band]}`;
}

export function pointWords({ from, to, smooth, axis, isLogX }: Window): string {
  const steps = Math.round((to - from + 1) / COLUMNS);
  const each =
    steps < 2 || axis === "time" || isLogX
      ? ""
      : `; each point is the mean of ${count(steps)} steps`;
  return smooth > 1 && axis !== "time" ? `${each}; smoothed over ${count(smooth)} steps` : each;
}
