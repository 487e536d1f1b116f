/** The view Sweep: what settings do to a result, as points, effects, importance and parallel coordinates. */
import { outWithin, toggleAlone } from "../../keys/move-keys.ts";
import { bind, bindBoth, hint, ROWS } from "../../keys/rows.ts";
import { choosing, GROUP, GROUP_KEY, markRow } from "../../keys/table-keys.ts";
import type { Scene } from "../../state/scene.ts";
import { SWEEP_PANELS } from "../../state/settings.ts";
import {
  adjusted,
  after,
  clamp,
  openChooser,
  type State,
  say,
  show,
  wrap,
} from "../../state/state.ts";
import { runGroups } from "../paper.ts";
import type { Chooser, Context, View } from "../view.ts";
import { placeOf } from "./axis.ts";
import { drawSweep, isRoomy, PANEL_TITLES } from "./draw-sweep.ts";
import { currentPoint, listedIn, type Point, type Sweep, sweepOf } from "./sweep-data.ts";
import { pointSweep } from "./sweep-pointer.ts";

const X_CHOOSER: Chooser = {
  name: "sweep x",
  title: "across",
  hint: "enter chooses",
  isSingle: true,
  items: (_, scene) => {
    const { choices, x } = sweepOf(scene);
    return choices.map(({ id, title }) => ({
      id,
      title: titleOf(id, title),
      isChosen: id === x?.id,
    }));
  },
  choose: (state, _, { ids: [id = null] }) => adjusted(state, { sweepX: id }),
};

const Y_CHOOSER: Chooser = {
  name: "sweep y",
  title: "result",
  hint: "enter chooses",
  isSingle: true,
  items: (_, scene) => {
    const { results, metric } = sweepOf(scene);
    return results.map(({ name, title }) => ({
      id: name,
      title: titleOf(name, title),
      isChosen: name === metric.name,
    }));
  },
  choose: (state, _, { ids: [id = null] }) => adjusted(state, { sweepY: id }),
};

function titleOf(id: string, title: string): string {
  return title === id ? id : `${title}  (${id})`;
}

export const sweepView: View = {
  name: "sweep",
  title: "Sweep",
  key: "7",
  help: "effects of settings on a result: points, effects, importance, parallel coordinates",
  draw: drawSweep,
  paper: (scene) => {
    const { points, metric } = sweepOf(scene);
    if (points.length === 0) return "there are no runs to chart";
    const groups = runGroups(
      scene,
      points.map(({ run }) => run),
    );
    return { name: "effects", groups, parts: [{ kind: "effects", result: metric.name }] };
  },
  point: pointSweep,
  subject: (scene) => currentPoint(scene, sweepOf(scene).points)?.run,
  choosers: [X_CHOOSER, Y_CHOOSER, GROUP],
  hints: () => [
    hint(ROWS.axis, "across"),
    hint(ROWS.choose, "result"),
    hint(ROWS.pane, "panel"),
    hint(ROWS.enter),
    hint(ROWS.mark),
  ],
  keys: [
    ...bindBoth([ROWS.up, ROWS.down], upOrDown),
    ...bindBoth([ROWS.left, ROWS.right], across),
    ...bindBoth([ROWS.previous, ROWS.next], byResult),
    ...bindBoth([ROWS.first, ROWS.last], byResult, Number.POSITIVE_INFINITY),
    bind(ROWS.enter, enter),
    bind(ROWS.back, (state) => outWithin(state) ?? show(state, "runs")),
    bind(ROWS.mark, (state, { scene }) => {
      const point = currentPoint(scene, sweepOf(scene).points);
      return markRow(state, point === undefined ? undefined : { members: [point.run] });
    }),
    bind(ROWS.pane, (state) => {
      const sweepPanel = after(SWEEP_PANELS, state.settings.sweepPanel);
      return say(adjusted(state, { sweepPanel }), PANEL_TITLES[sweepPanel]);
    }),
    {
      keys: ["p"],
      label: "panel",
      help: "show the panel alone, or all again",
      after: ROWS.enter,
      act: (state, { extent }) => {
        const isRoom = isRoomy({ columns: extent.pageColumns, rows: extent.pageRows });
        return isRoom ? toggleAlone(state) : say(state, "one panel fits: tab shows the next");
      },
    },
    bind(ROWS.axis, (state) => openChooser(state, X_CHOOSER.name)),
    choosing(Y_CHOOSER),
    GROUP_KEY,
  ],
};

/** Opens the run under the cursor; of an effect, puts its setting across. */
function enter(state: State, { scene }: Context): State {
  const sweep = sweepOf(scene);
  const listed = listedIn(sweep, state.settings.sweepPanel);
  if (listed !== null) {
    const key = listed[state.sweepAt]?.keys[0];
    if (key === undefined) return say(state, "no setting differs");
    return say(adjusted(state, { sweepX: key, sweepPanel: "scatter" }), `${key} is across`);
  }
  const point = currentPoint(scene, sweep.points);
  if (point === undefined) return say(state, "there is no run to open");
  return { ...show(state, "run"), opened: point.run.name, cameFrom: "sweep" };
}

/** Goes through listed settings, else up and down through the results. */
function upOrDown(state: State, context: Context, by: number): State {
  const sweep = sweepOf(context.scene);
  const listed = listedIn(sweep, state.settings.sweepPanel);
  if (listed !== null)
    return { ...state, sweepAt: clamp(state.sweepAt + by, 0, Math.max(0, listed.length - 1)) };
  // Lower numbers are lower on the screen, except on the axis of parallel coordinates, where the best is at the top.
  const isBestDown = state.settings.sweepPanel === "scatter" && sweep.metric.isLessBetter !== false;
  return byResult(state, context, isBestDown ? -by : by);
}

/** Goes to the next run by its result, the best first. */
function byResult(state: State, { scene }: Context, by: number): State {
  return toPoint(state, scene, { points: sweepOf(scene).points, by });
}

/** Goes to the next point to the left or right. */
function across(state: State, { scene }: Context, by: number): State {
  const sweep = sweepOf(scene);
  if (listedIn(sweep, state.settings.sweepPanel) !== null)
    return say(state, "enter puts the setting across");
  return toPoint(state, scene, { points: acrossOrder(sweep), by });
}

function acrossOrder({ x, points }: Sweep): readonly Point[] {
  const placed = points.map((point) => ({
    point,
    place: x === undefined ? null : placeOf(x.axis, x.value(point.run)),
  }));
  return placed
    .filter(({ place }) => place !== null)
    .toSorted((a, b) => (a.place ?? 0) - (b.place ?? 0))
    .map(({ point }) => point);
}

function toPoint(
  state: State,
  scene: Scene,
  { points, by }: { readonly points: readonly Point[]; readonly by: number },
): State {
  const current = currentPoint(scene, sweepOf(scene).points);
  const at = current === undefined ? 0 : points.indexOf(current);
  const to = Number.isFinite(by) ? wrap(at + by, points.length) : by < 0 ? 0 : points.length - 1;
  const point = points[to];
  return point === undefined
    ? say(state, "the filter finds no run")
    : { ...state, focus: point.run.name };
}
