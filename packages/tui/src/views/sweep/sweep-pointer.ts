/** What the mouse does among the points and the lists of a sweep. */
import type { PointHandler } from "../view.ts";
import { listedIn, sweepOf } from "./sweep-data.ts";

const PANELS = { point: "scatter", effect: "effects", factor: "importance" } as const;

/** A click puts the cursor on a point or a setting; a double click opens the run, or puts the setting across. */
export const pointSweep: PointHandler = (state, { scene }, { pointer, kind, key }) => {
  if (pointer.button !== "left") return null;
  if (kind !== "point" && kind !== "effect" && kind !== "factor") return null;
  const sweepPanel = PANELS[kind];
  const at = listedIn(sweepOf(scene), sweepPanel)?.findIndex(({ name }) => name === key) ?? 0;
  const focused = {
    ...state,
    settings: { ...state.settings, sweepPanel } as const,
    ...(kind === "point" ? { focus: key } : { sweepAt: Math.max(0, at) }),
  };
  return pointer.kind === "double" ? { state: focused, press: "enter" } : { state: focused };
};
