/** What keys, the mouse and typed commands do to charts: zooming, the crosshair, ranges by hand, hidden curves. */
import { isDeepStrictEqual } from "node:util";
import { counted } from "@ablate/text";
import { position, type Range, valueAt } from "../chart/scale.ts";
import { colourKey } from "../data/looks.ts";
import type { TableRow } from "../data/table.ts";
import type { Scene } from "./scene.ts";
import type { ViewSettings, XAxis } from "./settings.ts";
import { adjusted, clamp, type State, say } from "./state.ts";

/** Fewer steps than this are not zoomed into. */
const FEWEST_STEPS = 4;

/** Chooses what the x axis counts; of a log only its steps are known. */
export function withAxis(state: State, { isOfLogs }: Scene, choose: (now: XAxis) => XAxis): State {
  if (isOfLogs) return say(state, "a recorded run has only steps");
  return onAxis(state, { axis: choose(state.settings.axis) });
}

/** Shows all of another x axis. */
export function onAxis(state: State, change: Partial<ViewSettings>): State {
  return { ...adjusted(state, change), zoom: null, crosshair: null };
}

/** Returns where a step lies on the x axis, whatever that counts: of runs that differ in this, on that of the first. */
export function stepToX({ axis, chosen, run, readers }: Scene, step: number): number {
  const of = chosen[0]?.members[0] ?? run;
  if (axis === "step" || of === undefined) return step;
  return readers.curves.axis(of, axis).toX(step);
}

/** Shows a part of the x axis, in the unit of that axis, as far as there are values. */
export function zoomTo(state: State, { wholeX }: Scene, { low, high }: Range): State {
  const [from, to] = [Math.min(low, high), Math.max(low, high)];
  const slack = 1e-9 * (wholeX.high - wholeX.low); // for the rounding of going to a share and back
  const isWhole = from <= wholeX.low + slack && to >= wholeX.high - slack;
  if (isWhole) return say({ ...state, zoom: null }, "all steps are shown");
  const zoom = { low: Math.max(from, wholeX.low), high: Math.min(to, wholeX.high) };
  if (!(zoom.low < zoom.high)) return say(state, "there are no steps in that range");
  return { ...state, zoom };
}

/** Zooms by a factor, 0.5 shows half; what is at `at` on the x axis stays in its place. */
export function zoomBy(state: State, scene: Scene, zoom: ZoomBy): State {
  const { x } = scene;
  const centre = position(x, zoom.at);
  const low = valueAt(x, centre - centre * zoom.factor);
  const high = valueAt(x, centre + (1 - centre) * zoom.factor);
  if (zoom.factor < 1 && !x.log && high - low < FEWEST_STEPS)
    return say(state, "these are single steps already");
  return zoomTo(state, scene, { low, high });
}

type ZoomBy = { readonly factor: number; readonly at: number };

/** Moves what is shown by a share of its width, as far as there are steps. */
export function panBy(state: State, { x, wholeX }: Scene, by: number): State {
  if (state.zoom === null) return say(state, "all steps are shown; z zooms in");
  const room = { left: -position(x, wholeX.low), right: position(x, wholeX.high) - 1 };
  const share = clamp(by, -room.left, room.right);
  return { ...state, zoom: { low: valueAt(x, share), high: valueAt(x, 1 + share) } };
}

/** Puts the crosshair at a place of the x axis, on a whole step where the axis counts them. */
export function crosshairAt(state: State, { axis, x }: Scene, value: number): State {
  const place = axis === "time" ? value : Math.round(value);
  return { ...state, crosshair: clamp(place, Math.ceil(x.low), x.high) };
}

/** Puts the crosshair on a step; what is shown moves there where that step is outside of it. */
export function crosshairAtStep(state: State, scene: Scene, step: number): State {
  const { x, wholeX } = scene;
  const place = clamp(stepToX(scene, step), wholeX.low, wholeX.high);
  if (place >= x.low && place <= x.high) return crosshairAt(state, scene, place);
  const moved = panBy(state, scene, position(x, place) - 0.5);
  return crosshairAt(moved, { ...scene, x: { ...x, ...moved.zoom } }, place);
}

/** Gives the value axis of a series a range by hand; null finds one from the data again. */
export function withYRange(state: State, series: string, range: Range | null): State {
  const { [series]: _, ...others } = state.settings.yRanges;
  if (range === null) return adjusted(state, { yRanges: others });
  return adjusted(state, { yRanges: { ...others, [series]: range } });
}

/** Whether the curve of a row is hidden. */
export function isHidden({ hiddenCurves }: ViewSettings, row: TableRow): boolean {
  return hiddenCurves.includes(colourKey(row));
}

/** Hides a curve in its place, or shows it again. */
export function toggleCurve(state: State, row: TableRow): State {
  const key = colourKey(row);
  const { hiddenCurves } = state.settings;
  const isShown = !hiddenCurves.includes(key);
  return adjusted(state, {
    hiddenCurves: isShown ? [...hiddenCurves, key] : hiddenCurves.filter((one) => one !== key),
  });
}

/** Hides all curves but one; where they are hidden already, shows all again. */
export function soloCurve(state: State, { chosen }: Scene, row: TableRow): State {
  const { hiddenCurves } = onlyCurves(state, chosen, [row]).settings;
  const isAlone = hiddenCurves.every((key) => state.settings.hiddenCurves.includes(key));
  if (hiddenCurves.length > 0 && isAlone && !isHidden(state.settings, row))
    return everyCurve(state);
  return say(adjusted(state, { hiddenCurves }), `${row.title} alone; o shows all again`);
}

/** Hides the curves of all rows but some. */
export function onlyCurves(
  state: State,
  all: readonly TableRow[],
  some: readonly TableRow[],
): State {
  const others = all.filter((row) => !some.includes(row));
  return adjusted(state, { hiddenCurves: others.map(colourKey) });
}

/** Shows every curve again. */
export function everyCurve(state: State): State {
  return say(adjusted(state, { hiddenCurves: [] }), "every curve is shown");
}

/** Rows and columns of charts that a key goes through; null for as many as fit. */
const GRIDS: readonly ViewSettings["chartGrid"][] = [
  null,
  { rows: 1, columns: 1 },
  { rows: 1, columns: 2 },
  { rows: 2, columns: 2 },
  { rows: 2, columns: 3 },
  { rows: 3, columns: 3 },
  { rows: 4, columns: 4 },
];

/** Goes to the next arrangement of charts. */
export function nextGrid(state: State): State {
  const { chartGrid } = state.settings;
  const at = GRIDS.findIndex((one) => isDeepStrictEqual(one, chartGrid));
  return withGrid(state, GRIDS[(at + 1) % GRIDS.length] ?? null);
}

/** Arranges charts in so many rows and columns; null: as many as fit. */
function withGrid(state: State, chartGrid: ViewSettings["chartGrid"]): State {
  const said =
    chartGrid === null
      ? "as many charts as fit"
      : `${counted(chartGrid.rows, "row")} and ${counted(chartGrid.columns, "column")} of charts`;
  return say({ ...adjusted(state, { chartGrid }), isAlone: false }, said);
}
