/** Which series some runs have, and which of them are shown unless others are chosen. */
import { isMetric, isOfMachine, metricOf, metricSeries } from "@ablate/store";
import type { CurveReader } from "./curves.ts";
import { hasSteps, isRecorded, metricOfRole, type ShownRun } from "./shown-run.ts";
import { metricBehind, RATIO } from "./titles.ts";

const SPLITS = ["train", "valid", "test"] as const;

/** Series that a metric may stand for. */
const ROLES: readonly string[] = ["loss", "lr", ...SPLITS.map((split) => `${split}_loss`)];

/** Returns the series that any of the runs has: what a metric stands for goes by that alone; metrics group by group. */
export function seriesOf(runs: readonly ShownRun[], curves: CurveReader): string[] {
  const found = runs.flatMap((run) => seriesOfRun(run, curves));
  const evaluated = SPLITS.filter((split) => runs.some((run) => run[`${split}Loss`] !== null));
  const losses = evaluated.map((split) => `${split}_loss`);
  const all = [...new Set(found)];
  const metrics = all.filter(isMetric);
  return [...all.filter((name) => !isMetric(name)), ...losses, ...inGroups(metrics)];
}

function seriesOfRun(run: ShownRun, curves: CurveReader): string[] {
  const behind = new Set(ROLES.map((role) => metricBehind(run, role)?.name));
  return curves.series(run).filter((name) => {
    if (isMetric(name)) return !behind.has(metricOf(name));
    return hasSteps(run) || metricOfRole(run, name) !== undefined;
  });
}

/** Returns what comes before the last `/` of a metric's name; empty where there is none. */
export function prefixOf(series: string): string {
  const name = metricOf(series);
  return name.slice(0, name.lastIndexOf("/") + 1);
}

/** Puts metrics of one prefix together, in the order in which prefixes were first recorded. */
function inGroups(metrics: readonly string[]): string[] {
  return [...Map.groupBy(metrics, prefixOf).values()].flat();
}

export function parametersOf(series: readonly string[]): string[] {
  return series.filter((name) => name.startsWith(RATIO)).map((name) => name.slice(RATIO.length));
}

/** Charts of runs that have metrics alone, and of the ratios that have a band. */
const MOST_CHARTS = 4;

/**
 * Returns the series with a chart: the loss and the first ratios that have a band, those of the hidden layers'
 * weights. Where no run has ratios: the losses, then metrics of which more or less is better, else the first ones.
 */
export function defaultSeries(
  series: readonly string[],
  runs: readonly ShownRun[],
  curves: CurveReader,
): string[] {
  const infos = runs.flatMap((run) => curves.info(run));
  const banded = Map.groupBy(
    infos.filter(({ low }) => low !== null),
    (one) => one.series,
  );
  const [first] = banded.keys();
  // What few of the runs have fills a chart with one curve.
  const usual = [...banded].filter(([, of]) => of.length * 2 >= runs.length);
  const ratio = first ?? series.find((name) => name.startsWith(RATIO));
  const areLogs = runs.every(isRecorded);
  if (ratio !== undefined && !areLogs)
    return [
      "loss",
      ratio,
      ...usual
        .map(([name]) => name)
        .filter((name) => name !== ratio)
        .slice(0, MOST_CHARTS - 1),
    ];
  if (ratio === undefined && runs.every(hasSteps)) return ["loss"];
  const recorded = runs.flatMap(({ metrics }) => [...(metrics?.values() ?? [])]);
  // A single number is no curve.
  const curved = recorded.filter(({ points }) => points > 1);
  const aimed = new Set(
    curved.flatMap(({ name, goal }) => (goal === null ? [] : metricSeries(name))),
  );
  const losses = series.filter((name) => name === "loss" || name.endsWith("_loss"));
  const all = series.filter(isMetric);
  const trained = all.filter((name) => !isOfMachine(metricOf(name)));
  const metrics = trained.length > 0 ? trained : all;
  const best = [
    ...losses.filter((name) => ROLES.includes(name)),
    ...metrics.filter((name) => aimed.has(name)),
  ];
  const chosen = best.length > 0 || ratio !== undefined ? best : metrics;
  if (ratio !== undefined) return [...new Set(["loss", ...chosen])].slice(0, 2).concat(ratio);
  return [...new Set(chosen)].slice(0, MOST_CHARTS);
}

/** Curves that can be told apart in the chart of ratios; of more parameters those with a verdict are shown. */
const MOST_RATIOS = 40;

/** Returns the parameters that have a ratio in the chart of a run. */
export function defaultParameters(
  parameters: readonly string[],
  [run]: readonly ShownRun[],
  curves: CurveReader,
): readonly string[] {
  if (run === undefined || parameters.length <= MOST_RATIOS) return parameters;
  const banded = curves.info(run).flatMap(({ series, low }) => (low === null ? [] : series));
  const judged = parametersOf(banded);
  return (judged.length > 0 ? judged : parameters).slice(0, MOST_RATIOS);
}
