/** What charts show, in words and numbers. */
import { count, counted, duration } from "@ablate/text";
import { BAND_NAMES, type Spread, spread } from "../chart/band.ts";
import { LABEL_CELLS } from "../chart/chart.ts";
import { position } from "../chart/scale.ts";
import { lastColumn } from "../chart/trace.ts";
import type { Window } from "../data/curves.ts";
import type { XAxis } from "../state/settings.ts";
import type { Plot } from "./plots.ts";
import type { Canvas } from "./view.ts";

/** Writes a position on the x axis in words. */
export function xName(axis: XAxis, value: number): string {
  if (axis === "time") return value < 60 ? `${value.toFixed(2)} s` : duration(value);
  return `${axis === "step" ? "step" : "example"} ${count(value)}`;
}

/** Says how many steps are in how many columns, how they are smoothed and what the bands are. */
export function caption(
  { state }: Canvas,
  {
    window,
    plots,
    columns,
  }: { readonly window: Window; readonly plots: readonly Plot[]; readonly columns: number },
): string {
  const { axis, scale } = window;
  const cells = Math.max(1, columns - LABEL_CELLS);
  const span =
    axis === "time"
      ? duration(scale.high - scale.low)
      : `${count(scale.high - scale.low + (scale.log ? 0 : 1))} ${axis}s`;
  const names = { step: span, examples: span.replace("exampless", "examples"), time: span };
  const from =
    state.zoom === null ? "" : ` from ${axis === "time" ? duration(scale.low) : count(scale.low)}`;
  const { smoothing, band } = state.settings;
  return [
    `${names[axis]}${from} in ${cells} columns`,
    smoothing === 0 ? "not smoothed" : `smoothed over ${counted(smoothing, "step")}`,
    ...(plots.some(({ traces }) => traces.length > 1) ? [BAND_NAMES[band]] : []),
  ].join(" · ");
}

/** Reads a plot at the crosshair, else at its last value: over how many runs, and how they spread. */
export function readAt({ state }: Canvas, plot: Plot, window: Window): Spread | null {
  const at = columnAt(state.crosshair, window);
  const column = lastColumn(plot.shown, at);
  if (
    column === null ||
    (state.crosshair !== null && at - column > window.columns / 20 && plot.divergedAt !== null)
  )
    return null;
  if (plot.traces.length <= 1) {
    const mean = plot.shown.mean[column] ?? Number.NaN;
    return { n: 1, mean, low: mean, high: mean };
  }
  const values = plot.traces.map(
    (one) => one.mean[lastColumn(one, column) ?? column] ?? Number.NaN,
  );
  return spread(values, state.settings.band);
}

function columnAt(crosshair: number | null, { scale, columns }: Window): number {
  if (crosshair === null) return columns - 1;
  return Math.min(columns - 1, Math.max(0, Math.floor(position(scale, crosshair) * columns)));
}
