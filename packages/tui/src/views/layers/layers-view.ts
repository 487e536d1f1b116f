/** What keys do in the view Layers, where that differs from the other views. */
import type { Action } from "../../keys/rows.ts";
import { adjusted, clamp, say, wrap } from "../../state/change.ts";
import type { Context, Handler } from "../../state/context.ts";
import { PANEL_TITLES, PANELS } from "../../state/settings.ts";
import type { State } from "../../state/state.ts";

export const IN_LAYERS: Readonly<Partial<Record<Action, Handler>>> = {
  up: (state, context) => toLayer(state, context, -1),
  down: (state, context) => toLayer(state, context, 1),
  "page-up": (state, context) => toLayer(state, context, -5),
  "page-down": (state, context) => toLayer(state, context, 5),
  left: (state, context) => slide(state, context, -1),
  right: (state, context) => slide(state, context, 1),
  first: (state, context) => slide(state, context, Number.NEGATIVE_INFINITY),
  last: (state, context) => slide(state, context, Number.POSITIVE_INFINITY),
  enter: (state) => ({ ...state, isAlone: !state.isAlone }),
  pane: (state) => {
    const panel = PANELS[wrap(PANELS.indexOf(state.settings.panel) + 1, PANELS.length)] ?? "depth";
    return say({ ...adjusted(state, { panel }), unit: 0 }, PANEL_TITLES[panel]);
  },
  "log-y": (state) => adjusted(state, { isOctaves: !state.settings.isOctaves }),
  "pan-left": (state, context) => toUnit(state, context, -1),
  "pan-right": (state, context) => toUnit(state, context, 1),
  mark: (state, { scene }) => {
    const name = scene.run?.run;
    if (name === undefined) return say(state, "there is no run to mark");
    const { marks } = state.settings;
    const isMarked = marks.includes(name);
    return say(
      adjusted(state, {
        marks: isMarked ? marks.filter((one) => one !== name) : [...marks, name],
      }),
      isMarked ? `${name} is not marked any more` : `${name} is marked: n shows another beside it`,
    );
  },
  beside: (state, { scene }) => {
    const isBeside = !state.settings.isBeside;
    const changed = adjusted(state, { isBeside });
    if (!isBeside) return say(changed, "one run alone");
    const { marks, baseline } = state.settings;
    const isThere = [baseline, ...marks].some((name) => name !== null && name !== scene.run?.run);
    return say(changed, isThere ? "two runs side by side" : "space marks a run, n goes to another");
  },
};

function toLayer(state: State, { scene }: Context, by: number): State {
  const { layers, layerAt } = scene.inside;
  const layer = layers[clamp(layerAt + by, 0, layers.length - 1)];
  return layer === undefined
    ? say(state, "there is no layer to go to")
    : { ...state, layer, unit: 0 };
}

/** To another probe; the last one is followed while the run goes on. */
function slide(state: State, { scene }: Context, by: number): State {
  const { steps, at } = scene.inside;
  if (steps.length === 0) return say(state, "there is no probe to go to");
  const to = clamp(at + by, 0, steps.length - 1);
  return { ...state, probeStep: to === steps.length - 1 ? null : (steps[to] ?? null) };
}

function toUnit(state: State, { extent }: Context, by: number): State {
  if (state.settings.panel !== "saturation")
    return say(state, "tab shows the saturation map, whose units < and > move");
  const { units, shownUnits } = extent;
  if (units <= shownUnits) return say(state, "every unit is shown");
  const unit = clamp(state.unit + by * Math.ceil(shownUnits / 2), 0, units - shownUnits);
  return { ...state, unit };
}
