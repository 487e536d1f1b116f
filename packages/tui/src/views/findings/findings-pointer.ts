/** What the mouse does in the list of findings. */
import type { PointHandler } from "../view.ts";

/** A click puts the cursor on a line, on the sign of a group unfolds it; a double click goes to the evidence. */
export const pointFindings: PointHandler = (state, _, { pointer, kind, key }) => {
  const isSign = kind === "group";
  if ((kind !== "finding" && !isSign) || pointer.button !== "left") return null;
  const focused = { ...state, finding: key };
  return pointer.kind === "double" || isSign
    ? { state: focused, press: "enter" }
    : { state: focused };
};
