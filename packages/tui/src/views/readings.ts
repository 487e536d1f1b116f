/** What charts show, in words and numbers. */
import { count, counted, duration } from "@ablate/text";
import { LABEL_CELLS } from "../chart/chart.ts";
import { position } from "../chart/scale.ts";
import { BAND_NAMES, lastColumn, type Spread, spread } from "../chart/trace.ts";
import type { Window } from "../data/curves.ts";
import type { XAxis } from "../state/settings.ts";
import type { ChartCanvas, Plot } from "./plots.ts";

/** Writes a position on the x axis in words. */
export function xName(axis: XAxis, value: number): string {
  if (axis === "time") return value < 60 ? `${value.toFixed(2)} s` : duration(value);
  return `${axis === "step" ? "step" : "example"} ${count(value)}`;
}

/** Says how many steps are in how many columns, how they are smoothed and what the bands are. */
export function caption(
  { state, window: { axis, scale } }: ChartCanvas,
  plots: readonly Plot[],
  columns: number,
): string {
  const cells = Math.max(1, columns - LABEL_CELLS);
  const { smoothing, band } = state.settings;
  const steps = `${count(scale.high - scale.low + (scale.log ? 0 : 1))} ${axis.replace(/s?$/, "s")}`;
  const span = axis === "time" ? duration(scale.high - scale.low) : steps;
  const from = axis === "time" ? duration(scale.low) : count(scale.low);
  return [
    `${span}${state.zoom === null ? "" : ` from ${from}`} in ${cells} columns`,
    smoothing === 0 ? "not smoothed" : `smoothed over ${counted(smoothing, "step")}`,
    ...(plots.some(({ traces }) => traces.length > 1) ? [BAND_NAMES[band]] : []),
  ].join(" · ");
}

/** Reads a plot at the crosshair, else at its last value: over how many runs, and how they spread. */
export function readAt({ state, window }: ChartCanvas, plot: Plot): Spread | null {
  const at = columnAt(state.crosshair, window);
  const column = lastColumn(plot.shown, at);
  const isFarBack = column !== null && at - column > window.columns / 20;
  const isOver = state.crosshair !== null && isFarBack && plot.divergedAt !== null;
  if (column === null || isOver) return null;
  const values = plot.traces.map(
    (one) => one.mean[lastColumn(one, column) ?? column] ?? Number.NaN,
  );
  if (values.length > 1) return spread(values, state.settings.band);
  const mean = plot.shown.mean[column] ?? Number.NaN;
  return { n: 1, mean, low: mean, high: mean };
}

function columnAt(crosshair: number | null, { scale, columns }: Window): number {
  if (crosshair === null) return columns - 1;
  return Math.min(columns - 1, Math.max(0, Math.floor(position(scale, crosshair) * columns)));
}
