/** Where charts are read, how they are smoothed and what their bands are, in words. */
import { count, counted, duration } from "@ablate/text";
import { LABEL_CELLS } from "../chart/axes.ts";
import { BAND_NAMES } from "../chart/trace.ts";
import type { XAxis } from "../state/settings.ts";
import type { Plot } from "./plot-curves.ts";
import type { Box, ChartCanvas } from "./plots.ts";

/** Writes a position on the x axis in words. */
export function xName(axis: XAxis, value: number): string {
  if (axis === "time") return value < 60 ? `${value.toFixed(2)} s` : duration(value);
  return `${axis === "step" ? "step" : "example"} ${count(value)}`;
}

/** Says how many steps are in how many columns, how they are smoothed and what the bands are; in a pane the latter alone. */
export function caption(
  { state, isPane, window: { axis, scale } }: ChartCanvas,
  plots: readonly Plot[],
  { columns }: Pick<Box, "columns">,
): string {
  const cells = Math.max(1, columns - LABEL_CELLS);
  const { smoothing, band } = state.settings;
  const steps = `${count(scale.high - scale.low + (scale.log ? 0 : 1))} ${axis.replace(/s?$/, "s")}`;
  const span = axis === "time" ? duration(scale.high - scale.low) : steps;
  const from = axis === "time" ? duration(scale.low) : count(scale.low);
  const short = smoothing === 0 ? "not smoothed" : `smoothed over ${counted(smoothing, "step")}`;
  const bands = plots.some(({ traces }) => traces.length > 1) ? [BAND_NAMES[band]] : [];
  if (isPane) return [short, ...bands].join(" · ");
  const part = state.zoom === null ? "" : ` from ${from}`;
  return [`${span}${part} in ${cells} columns`, short, ...bands].join(" · ");
}
