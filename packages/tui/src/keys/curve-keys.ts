/** Keys of views with curves: smoothing, the axes, zooming, panning and the crosshair. */
import { counted } from "@ablate/text";
import { position, valueAt } from "../chart/scale.ts";
import { updates } from "../data/shown-run.ts";
import { crosshairAt, onAxis, panBy, withAxis, withYRange, zoomBy } from "../state/curves.ts";
import { SMOOTHINGS, X_AXES } from "../state/settings.ts";
import { adjusted, after, clamp, type State, say } from "../state/state.ts";
import type { BoundKey, Context, PlotPlace } from "../views/view.ts";
import { bind, bindBoth, ROWS } from "./rows.ts";

/** Cells by which the crosshair moves with shift. */
const FAR = 10;

export const CURVE_KEYS: readonly BoundKey[] = [
  ...bindBoth([ROWS.left, ROWS.right], moveCrosshair),
  ...bindBoth([ROWS.farLeft, ROWS.farRight], moveCrosshair, FAR),
  ...bindBoth([ROWS.rougher, ROWS.smoother], smoothBy),
  bind(ROWS.raw, (state) => say(adjusted(state, { smoothing: 0 }), "no smoothing")),
  bind(ROWS.log, (state) => adjusted(state, { isLogY: !state.settings.isLogY })),
  bind(ROWS.axis, (state, { scene }) => withAxis(state, scene, (now) => after(X_AXES, now))),
  bind(ROWS.logX, (state) => onAxis(state, { isLogX: !state.settings.isLogX })),
  bind(ROWS.zoomIn, (state, context) => zoom(state, context, 0.5)),
  bind(ROWS.zoomOut, (state, context) => zoom(state, context, 2)),
  ...bindBoth([ROWS.panLeft, ROWS.panRight], pan, 0.25),
  ...bindBoth([ROWS.yOut, ROWS.yIn], zoomY),
  bind(ROWS.yWhole, (state, context) => {
    const series = focusedPlot(state, context)?.series;
    if (series === undefined) return state;
    return say(withYRange(state, series, null), "the range of values comes from the data");
  }),
  bind(ROWS.crosshair, (state, { scene }) =>
    state.crosshair === null
      ? crosshairAt(state, scene, valueAt(scene.x, 0.5))
      : { ...state, crosshair: null },
  ),
];

/** Smooths over more or fewer steps, as far as that makes sense of so many steps. */
function smoothBy(state: State, { scene }: Context, by: number): State {
  const runs = [
    ...scene.chosen.flatMap(({ members }) => members),
    ...(scene.run ? [scene.run] : []),
  ];
  const steps = Math.max(0, ...runs.map(updates));
  const { smoothing } = state.settings;
  const at = SMOOTHINGS.findIndex((one) => one >= smoothing);
  const next = SMOOTHINGS[clamp(at + by, 0, SMOOTHINGS.length - 1)] ?? 0;
  if (by > 0 && (next === smoothing || next > steps / 2))
    return say(state, `of ${counted(steps, "step")} no more are smoothed over`);
  return adjusted(state, { smoothing: next });
}

/** Moves the crosshair by a cell; without one the window. */
function moveCrosshair(state: State, context: Context, by: number): State {
  const { scene } = context;
  if (state.crosshair === null) return panBy(state, scene, Math.sign(by) * 0.25);
  const cell = 1 / Math.max(1, context.extent.xCells);
  const at = valueAt(scene.x, position(scene.x, state.crosshair) + by * cell);
  const moved = crosshairAt(state, scene, at);
  const isStuck = moved.crosshair === state.crosshair && scene.axis !== "time";
  return isStuck ? crosshairAt(state, scene, state.crosshair + Math.sign(by)) : moved;
}

/** Zooms about the crosshair, else about the middle. */
function zoom(state: State, { scene }: Context, factor: number): State {
  return zoomBy(state, scene, { factor, at: state.crosshair ?? valueAt(scene.x, 0.5) });
}

export function pan(state: State, { scene }: Context, by: number): State {
  return panBy(state, scene, by);
}

/** Returns the plot that keys of value axes are for: that of the chart that has the keys, else the first one. */
function focusedPlot(state: State, { scene, extent }: Context): PlotPlace | undefined {
  const series = scene.metrics[Math.min(state.chart, scene.metrics.length - 1)];
  return extent.plots.find((one) => one.series === series) ?? extent.plots[0];
}

/** Shows half of the values, about the middle, or twice as many. */
function zoomY(state: State, context: Context, by: number): State {
  const plot = focusedPlot(state, context);
  if (plot === undefined) return say(state, "there is no chart here");
  const margin = by > 0 ? 0.25 : -0.5;
  const range = { low: valueAt(plot.y, margin), high: valueAt(plot.y, 1 - margin) };
  return say(withYRange(state, plot.series, range), "u finds the range from the data again");
}
