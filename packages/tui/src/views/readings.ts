/** Reads plots exactly: at the crosshair, else at their last step. */
import { isMetric } from "@ablate/store";
import { type Spread, spread } from "../chart/trace.ts";
import { evaluatedSplit, seriesBehind } from "../data/curves.ts";
import { type ExactValue, isSmoothed } from "../data/exact-values.ts";
import { type ShownRun, updates } from "../data/shown-run.ts";
import { metricBehind } from "../data/titles.ts";
import type { Plot } from "./plot-curves.ts";
import type { ChartCanvas } from "./plots.ts";

export type Reading = {
  /** Over how many runs, and how they spread: as it was recorded, and smoothed. */
  readonly raw: Spread;
  readonly smoothed: Spread;
};

/** Reads a plot at the crosshair, else at its last value; null where it has none there. */
export function readAt(canvas: ChartCanvas, plot: Plot): Reading | null {
  const isOver = (run: ShownRun): boolean =>
    run.state === "diverged" && stepOf(canvas, run) > updates(run) - 1;
  const going = plot.runs.filter((run) => !isOver(run));
  // What a run had before it diverged is not its value later.
  const runs = going.length === 0 && canvas.state.crosshair === null ? plot.runs : going;
  const found = runs.flatMap((run) => valueIn(canvas, run, plot.series) ?? []);
  if (found.length === 0) return null;
  const { band } = canvas.state.settings;
  const of = (values: readonly number[]): Spread => spread(values, band);
  return {
    raw: of(found.map(({ raw }) => raw)),
    smoothed: of(found.map(({ smoothed }) => smoothed)),
  };
}

function valueIn(canvas: ChartCanvas, run: ShownRun, series: string): ExactValue | null {
  const { curves, state } = canvas;
  const wanted = stepOf(canvas, run);
  if (state.crosshair !== null && wanted > updates(run) - 1 && !isAfterwards(run, series, wanted))
    return null;
  const step = Math.min(wanted, updates(run));
  const split = evaluatedSplit(series);
  if (split !== undefined && metricBehind(run, series) === undefined) {
    const last = curves.evaluations(run, split).findLast((one) => one.step - 1 <= step);
    return last === undefined
      ? null
      : { raw: last.loss ?? Number.NaN, smoothed: last.loss ?? Number.NaN };
  }
  const smoothing = isSmoothed(run, series) ? state.settings.smoothing : 0;
  return curves.exact.read(run, { stored: seriesBehind(run, series), step, smoothing });
}

/** Whether a step is the one after the last update, at which a metric may have a number. */
function isAfterwards(run: ShownRun, series: string, step: number): boolean {
  return step === updates(run) && isMetric(seriesBehind(run, series));
}

/** Returns the step of a run at the crosshair, else at the end of the x axis. */
function stepOf({ curves, state, window }: ChartCanvas, run: ShownRun): number {
  const { toStep } = curves.axis(run, window.axis);
  return Math.max(0, Math.floor(toStep(state.crosshair ?? window.scale.high) + 1e-6));
}
