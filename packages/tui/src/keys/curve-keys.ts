/** Keys of views with curves: smoothing, the axes, zooming, panning and the crosshair. */
import { position, valueAt } from "../chart/scale.ts";
import type { Scene } from "../state/scene.ts";
import { SMOOTHINGS, X_AXES } from "../state/settings.ts";
import { adjusted, clamp, type State, say } from "../state/state.ts";
import type { BoundKey, Context } from "../views/view.ts";
import { bind, ROWS } from "./rows.ts";

export const CURVE_KEYS: readonly BoundKey[] = [
  bind(ROWS.left, (state, context) => moveCrosshair(state, context, -1)),
  bind(ROWS.right, (state, context) => moveCrosshair(state, context, 1)),
  bind(ROWS.smoother, (state) => smoothed(state, 1)),
  bind(ROWS.rougher, (state) => smoothed(state, -1)),
  bind(ROWS.raw, (state) => say(adjusted(state, { smoothing: 0 }), "no smoothing")),
  bind(ROWS.log, (state) => adjusted(state, { isLogY: !state.settings.isLogY })),
  bind(ROWS.axis, (state) => {
    const axis = X_AXES[(X_AXES.indexOf(state.settings.axis) + 1) % X_AXES.length] ?? "step";
    return { ...adjusted(state, { axis }), zoom: null, crosshair: null };
  }),
  bind(ROWS.logX, (state) => ({
    ...adjusted(state, { isLogX: !state.settings.isLogX }),
    zoom: null,
    crosshair: null,
  })),
  bind(ROWS.zoomIn, (state, { scene }) => zoom(state, scene, 0.5)),
  bind(ROWS.zoomOut, (state, { scene }) => zoom(state, scene, 2)),
  bind(ROWS.panLeft, (state, { scene }) => pan(state, scene, -0.25)),
  bind(ROWS.panRight, (state, { scene }) => pan(state, scene, 0.25)),
  bind(ROWS.crosshair, (state, { scene }) => ({
    ...state,
    crosshair: state.crosshair === null ? snap(valueAt(scene.x, 0.5), state) : null,
  })),
];

function smoothed(state: State, by: number): State {
  const at = SMOOTHINGS.findIndex((steps) => steps >= state.settings.smoothing);
  const steps = SMOOTHINGS[clamp(at + by, 0, SMOOTHINGS.length - 1)] ?? 0;
  return adjusted(state, { smoothing: steps });
}

/** Moves the crosshair by a cell; without one the window. */
function moveCrosshair(state: State, context: Context, by: number): State {
  const { scene } = context;
  if (state.crosshair === null) return pan(state, scene, by * 0.25);
  const cell = 1 / Math.max(1, context.extent.xCells);
  const moved = snap(valueAt(scene.x, position(scene.x, state.crosshair) + by * cell), state);
  const least = state.settings.axis === "step" ? 1 : 0;
  const next = moved === state.crosshair ? moved + by * least : moved;
  return { ...state, crosshair: clamp(next, Math.ceil(scene.x.low), scene.x.high) };
}

function zoom(state: State, { x, wholeX }: Scene, factor: number): State {
  const centre = state.crosshair === null ? 0.5 : position(x, state.crosshair);
  const low = valueAt(x, centre - centre * factor);
  const high = valueAt(x, centre + (1 - centre) * factor);
  if (factor < 1 && !x.log && high - low < 4) return say(state, "these are single steps already");
  const slack = 1e-9 * (wholeX.high - wholeX.low); // for the rounding of going to a share and back
  const isWhole = low <= wholeX.low + slack && high >= wholeX.high - slack;
  if (isWhole) return say({ ...state, zoom: null }, "all steps are shown");
  return { ...state, zoom: { low: Math.max(low, wholeX.low), high: Math.min(high, wholeX.high) } };
}

/** Moves the window by a share of its width, as far as there are steps. */
export function pan(state: State, { x, wholeX }: Scene, by: number): State {
  if (state.zoom === null) return say(state, "all steps are shown; z zooms in");
  const room = { left: -position(x, wholeX.low), right: position(x, wholeX.high) - 1 };
  const share = clamp(by, -room.left, room.right);
  return { ...state, zoom: { low: valueAt(x, share), high: valueAt(x, 1 + share) } };
}

/** Rounds to a whole step where the axis counts them. */
function snap(value: number, { settings }: State): number {
  return settings.axis === "time" ? value : Math.round(value);
}
