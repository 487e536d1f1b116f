/** What the mouse does inside a network. */
import { PANELS } from "../../state/settings.ts";
import { adjusted } from "../../state/state.ts";
import type { PointHandler } from "../view.ts";
import { shownProbe } from "./shown-probe.ts";

/** A click goes to a step, a layer or a panel; a double click on a panel's name shows that alone. */
export const pointLayers: PointHandler = (state, { scene }, { pointer, kind, key }) => {
  if (pointer.button !== "left") return null;
  if (kind === "step") {
    const { steps } = shownProbe(scene);
    const step = Number(key);
    return { state: { ...state, probeStep: step === steps.at(-1) ? null : step } };
  }
  if (kind === "layer") return { state: { ...state, layer: key, unit: 0 } };
  const panel = PANELS.find((one) => one === key);
  if (kind !== "panel" || panel === undefined) return null;
  const shown = { ...adjusted(state, { panel }), unit: 0 };
  return pointer.kind === "double" ? { state: shown, press: "enter" } : { state: shown };
};
