/** What the mouse does where runs stand side by side. */
import { isRowOf } from "../../data/table.ts";
import { focusOn } from "../../keys/move-keys.ts";
import type { PointHandler } from "../view.ts";

/** A click on a name puts the cursor there, a double click opens its run. */
export const pointCompare: PointHandler = (state, { scene }, { pointer, kind, key }) => {
  if (kind !== "compared" || pointer.button !== "left") return null;
  const at = scene.table.rows.findIndex((one) => isRowOf(one, key));
  if (at < 0) return null;
  const focused = focusOn(state, scene, at);
  return pointer.kind === "double" ? { state: focused, press: "enter" } : { state: focused };
};
