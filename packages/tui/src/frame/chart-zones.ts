/** Charts and legends answer to the mouse, in whatever view they are. */
import { position, valueAt } from "../chart/scale.ts";
import type { TableRow } from "../data/table.ts";
import { crosshairAt, panBy, soloCurve, toggleCurve, zoomBy, zoomTo } from "../state/curves.ts";
import type { Scene } from "../state/scene.ts";
import { clamp, type State, say } from "../state/state.ts";
import type { Context, Drawn, LegendPlace, PlotPlace, Pointer, Zone } from "../views/view.ts";

/** A notch of the wheel leaves so much of the x axis, or moves it by so much. */
const ZOOM_A_NOTCH = 0.75;
const PAN_A_NOTCH = 0.1;

/** What is dragged over fewer cells is a click. */
const LEAST_CELLS = 2;

/** Returns the zones of what a view has drawn of curves, in its own cells. */
export function chartZones({ plots = [], legend = [] }: Drawn): Zone[] {
  return [...plots.map(plotZone), ...legend.map(legendZone)];
}

/** The wheel zooms about the pointer or moves the axis, dragging chooses steps, moving reads them. */
function plotZone(plot: PlotPlace): Zone {
  return {
    rect: plot.rect,
    holds: `plot of ${plot.series}`,
    act: (state, context, pointer) => {
      const at = valueUnder(plot, pointer);
      if (pointer.kind === "wheel") return wheel(state, context.scene, { pointer, at });
      if (pointer.kind === "move") return hover(state, context.scene, at);
      if (pointer.kind === "double") return alone(state, context.scene, plot);
      if (pointer.button === "right") return pointer.kind === "press" ? zoomedOut(state) : state;
      return pointer.button === "left" ? select(state, context, { pointer, plot, at }) : null;
    },
  };
}

/** Returns the place on the x axis in the middle of a cell; beside the chart that of its end. */
function valueUnder({ x, rect }: PlotPlace, { column }: Pointer): number {
  return valueAt(x, clamp((column + 0.5) / Math.max(1, rect.columns), 0, 1));
}

function wheel(
  state: State,
  scene: Scene,
  { pointer, at }: { readonly pointer: Pointer; readonly at: number },
): State {
  const { by, isShift, isAlt } = pointer;
  if (isShift || isAlt) return panBy(state, scene, by * PAN_A_NOTCH);
  return zoomBy(state, scene, { factor: ZOOM_A_NOTCH ** -by, at });
}

/** Moves the crosshair under the pointer; the same state where it is there already. */
function hover(state: State, scene: Scene, at: number): State {
  const moved = crosshairAt(state, scene, at);
  const isSame = state.isHovering && moved.crosshair === state.crosshair;
  return isSame ? state : { ...moved, isHovering: true };
}

/** Shows the chart alone, or again with the others. */
function alone(state: State, { metrics }: Scene, { series }: PlotPlace): State {
  const chart = Math.max(0, metrics.indexOf(series));
  return { ...state, chart, isAlone: !state.isAlone, selected: null };
}

function zoomedOut(state: State): State {
  const shown = state.zoom === null ? say(state, "all steps are shown") : state;
  return { ...shown, zoom: null, selected: null };
}

/** Chooses steps from where the button was pressed to where it is released, and shows them. */
function select(
  state: State,
  { scene }: Context,
  {
    pointer,
    plot,
    at,
  }: { readonly pointer: Pointer; readonly plot: PlotPlace; readonly at: number },
): State {
  const { selected } = state;
  if (pointer.kind === "press") {
    const chart = Math.max(0, scene.metrics.indexOf(plot.series));
    return { ...state, chart, selected: { from: at, to: at } };
  }
  if (selected === null) return state;
  if (pointer.kind === "drag")
    return { ...hover(state, scene, at), selected: { ...selected, to: at } };
  const cells =
    Math.abs(position(plot.x, at) - position(plot.x, selected.from)) * plot.rect.columns;
  const released = { ...state, selected: null };
  return cells < LEAST_CELLS ? released : zoomTo(released, scene, { low: selected.from, high: at });
}

/** A click hides a curve or shows it, a double click leaves it alone. */
function legendZone({ key, rect }: LegendPlace): Zone {
  return {
    rect,
    act: (state, { scene }, { kind, button }) => {
      const wanted = kind === "double" ? (state.clicked ?? key) : key;
      const at = scene.chosen.findIndex((one) => one.key === wanted);
      const row: TableRow | undefined = scene.chosen[at];
      if (row === undefined || button !== "left") return null;
      if (kind === "press") return { ...toggleCurve(state, row), curve: at, clicked: key };
      // The first of the two presses has hidden or shown it.
      return kind === "double" ? soloCurve(toggleCurve(state, row), scene, row) : null;
    },
  };
}
