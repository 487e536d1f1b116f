/** Keys of views with curves: smoothing, the axes, zooming, panning and the crosshair. */
import { position, valueAt } from "../chart/scale.ts";
import type { Scene } from "../state/scene.ts";
import { SMOOTHINGS, type ViewSettings, X_AXES } from "../state/settings.ts";
import { adjusted, after, clamp, type State, say } from "../state/state.ts";
import type { BoundKey, Context } from "../views/view.ts";
import { bind, bindBoth, ROWS } from "./rows.ts";

export const CURVE_KEYS: readonly BoundKey[] = [
  ...bindBoth([ROWS.left, ROWS.right], moveCrosshair),
  ...bindBoth([ROWS.rougher, ROWS.smoother], (state, _, by) => {
    const at = SMOOTHINGS.findIndex((steps) => steps >= state.settings.smoothing);
    const smoothing = SMOOTHINGS[clamp(at + by, 0, SMOOTHINGS.length - 1)] ?? 0;
    return adjusted(state, { smoothing });
  }),
  bind(ROWS.raw, (state) => say(adjusted(state, { smoothing: 0 }), "no smoothing")),
  bind(ROWS.log, (state) => adjusted(state, { isLogY: !state.settings.isLogY })),
  bind(ROWS.axis, nextAxis),
  bind(ROWS.logX, (state) => onAxis(state, { isLogX: !state.settings.isLogX })),
  bind(ROWS.zoomIn, (state, { scene }) => zoom(state, scene, 0.5)),
  bind(ROWS.zoomOut, (state, { scene }) => zoom(state, scene, 2)),
  ...bindBoth([ROWS.panLeft, ROWS.panRight], pan, 0.25),
  bind(ROWS.crosshair, (state, { scene }) => ({
    ...state,
    crosshair: state.crosshair === null ? snap(valueAt(scene.x, 0.5), scene) : null,
  })),
];

/** Goes to the next unit of the x axis; of a log only its steps are known. */
function nextAxis(state: State, { scene }: Context): State {
  if (scene.isOfLogs) return say(state, "a run that is recorded from a log has steps alone");
  return onAxis(state, { axis: after(X_AXES, state.settings.axis) });
}

/** Shows all of another x axis. */
function onAxis(state: State, change: Partial<ViewSettings>): State {
  return { ...adjusted(state, change), zoom: null, crosshair: null };
}

/** Moves the crosshair by a cell; without one the window. */
function moveCrosshair(state: State, context: Context, by: number): State {
  const { scene } = context;
  if (state.crosshair === null) return pan(state, context, by * 0.25);
  const cell = 1 / Math.max(1, context.extent.xCells);
  const moved = snap(valueAt(scene.x, position(scene.x, state.crosshair) + by * cell), scene);
  const least = scene.axis === "step" ? 1 : 0;
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
export function pan(state: State, { scene }: Context, by: number): State {
  const { x, wholeX } = scene;
  if (state.zoom === null) return say(state, "all steps are shown; z zooms in");
  const room = { left: -position(x, wholeX.low), right: position(x, wholeX.high) - 1 };
  const share = clamp(by, -room.left, room.right);
  return { ...state, zoom: { low: valueAt(x, share), high: valueAt(x, 1 + share) } };
}

/** Rounds to a whole step where the axis counts them. */
function snap(value: number, { axis }: Scene): number {
  return axis === "time" ? value : Math.round(value);
}
