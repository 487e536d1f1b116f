/** What the mouse does among the points and effects of a sweep. */
import type { PointHandler } from "../view.ts";
import { sweepOf } from "./sweep-data.ts";

/** A click puts the cursor on a point or an effect; a double click opens the run, or puts the setting across. */
export const pointSweep: PointHandler = (state, { scene }, { pointer, kind, key }) => {
  if (pointer.button !== "left" || (kind !== "point" && kind !== "effect")) return null;
  const sweepPanel = kind === "point" ? "scatter" : "importance";
  const at = sweepOf(scene)
    .effects()
    .findIndex(({ factor }) => factor.name === key);
  const focused = {
    ...state,
    settings: { ...state.settings, sweepPanel } as const,
    ...(kind === "point" ? { focus: key } : { sweepAt: Math.max(0, at) }),
  };
  return pointer.kind === "double" ? { state: focused, press: "enter" } : { state: focused };
};
