/** The view Charts: curves of the marked runs, one of them on top, one chart with the keys. */
import { BANDS } from "../../chart/band.ts";
import { seriesTitle } from "../../data/series.ts";
import { CURVE_KEYS, pan } from "../../keys/curve-keys.ts";
import { toggleAlone } from "../../keys/move-keys.ts";
import { bind, ROWS } from "../../keys/rows.ts";
import { choosing, TABLE_CHOOSERS, TABLE_KEYS, toggled } from "../../keys/table-keys.ts";
import { adjusted, type State, say, show, wrap } from "../../state/state.ts";
import type { Chooser, Context, View } from "../view.ts";
import { drawCharts } from "./draw-charts.ts";

const METRICS: Chooser = {
  name: "metrics",
  title: "charts",
  hint: "space shows or hides, enter closes",
  items: (_, { allMetrics, metrics }) =>
    allMetrics.map((id) => ({ id, title: seriesTitle(id), isChosen: metrics.includes(id) })),
  choose: (state, { allMetrics, metrics }, id) =>
    adjusted(state, { metrics: toggled(metrics, id, allMetrics) }),
};

export const chartsView: View = {
  name: "charts",
  title: "Charts",
  key: "2",
  help: "charts of the marked runs",
  draw: drawCharts,
  choosers: [METRICS, ...TABLE_CHOOSERS],
  keys: [
    bind(ROWS.up, (state, context) => toCurve(state, context, -1)),
    bind(ROWS.down, (state, context) => toCurve(state, context, 1)),
    bind(ROWS.first, (state, { scene }) => pan(state, scene, Number.NEGATIVE_INFINITY)),
    bind(ROWS.last, (state, { scene }) => pan(state, scene, Number.POSITIVE_INFINITY)),
    bind(ROWS.next, (state, context) => toNamedCurve(state, context, 1)),
    bind(ROWS.previous, (state, context) => toNamedCurve(state, context, -1)),
    bind(ROWS.enter, (state, context) =>
      context.scene.metrics.length > 1 ? toggleAlone(state) : openCurve(state, context),
    ),
    bind(ROWS.pane, (state, { scene }) => ({
      ...state,
      chart: wrap(state.chart + 1, scene.metrics.length),
    })),
    ...CURVE_KEYS,
    {
      keys: ["m"],
      label: "band",
      help: "band around a mean: std, standard error, min to max, 95 %",
      after: ROWS.raw,
      act: (state) => {
        const band = BANDS[(BANDS.indexOf(state.settings.band) + 1) % BANDS.length] ?? "std";
        return adjusted(state, { band });
      },
    },
    ...TABLE_KEYS,
    choosing(METRICS),
  ],
};

function toCurve(state: State, { scene }: Context, by: number): State {
  return { ...state, curve: wrap(state.curve + by, scene.chosen.length) };
}

function toNamedCurve(state: State, context: Context, by: number): State {
  const hasRows = context.scene.table.rows.length > 0;
  return hasRows ? toCurve(state, context, by) : say(state, "the filter finds no run");
}

/** Opens the run of the curve on top, or the first run of its group. */
function openCurve(state: State, { scene }: Context): State {
  const run = scene.chosen[state.curve]?.members[0]?.name;
  return run === undefined ? state : { ...show(state, "run"), opened: run };
}
