/** Zooming and panning, and where a crosshair may stand. */
import { position, valueAt } from "../chart/scale.ts";
import { clamp, say } from "../state/change.ts";
import type { Scene } from "../state/scene.ts";
import type { State } from "../state/state.ts";

export function zoom(state: State, { scene }: { readonly scene: Scene }, factor: number): State {
  const { x, wholeX } = scene;
  const centre = state.crosshair === null ? 0.5 : position(x, state.crosshair);
  const low = valueAt(x, centre - centre * factor);
  const high = valueAt(x, centre + (1 - centre) * factor);
  if (factor < 1 && !x.log && high - low < 4) return say(state, "these are single steps already");
  const slack = 1e-9 * (wholeX.high - wholeX.low);
  const isWhole = low <= wholeX.low + slack && high >= wholeX.high - slack;
  if (isWhole) return say({ ...state, zoom: null }, "all steps are shown");
  return { ...state, zoom: { low: Math.max(low, wholeX.low), high: Math.min(high, wholeX.high) } };
}

export function pan(state: State, { scene }: { readonly scene: Scene }, by: number): State {
  const { x, wholeX } = scene;
  if (state.zoom === null) return say(state, "all steps are shown; z zooms in");
  const room = { left: -position(x, wholeX.low), right: position(x, wholeX.high) - 1 };
  const share = clamp(by, -room.left, room.right);
  return { ...state, zoom: { low: valueAt(x, share), high: valueAt(x, 1 + share) } };
}

/** A whole step where the axis counts them. */
export function snap(value: number, { settings }: State): number {
  return settings.axis === "time" ? value : Math.round(value);
}
