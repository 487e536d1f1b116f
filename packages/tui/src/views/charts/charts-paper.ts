/** The charts of the view Charts, for a figure in a file. */
import { panelOf } from "../../data/panels.ts";
import { seriesTitle } from "../../data/titles.ts";
import type { PaperFigure, PaperPart } from "../../state/paper-chart.ts";
import type { Scene } from "../../state/scene.ts";
import { chosenGroups } from "../paper.ts";

/** Returns the chart that is alone, or else all of them; what is put together is of the curve on top. */
export function chartsPaper(scene: Scene): PaperFigure | string {
  const { metrics, chosen, state } = scene;
  if (chosen.length === 0) return "there are no runs to chart";
  const focused = metrics[Math.min(state.chart, metrics.length - 1)];
  if (focused === undefined) return "no chart is chosen: v chooses";
  const shown = state.isAlone ? [focused] : metrics;
  const groups = chosenGroups(scene);
  if (groups.every(({ isHidden }) => isHidden)) return "no curve is shown: space shows one";
  const group = state.curve % chosen.length;
  const [only, ...others] = shown.map(seriesTitle);
  return {
    name: others.length === 0 && only !== undefined ? only : "charts",
    groups,
    parts: shown.map((id): PaperPart => {
      const panel = panelOf(state.settings.panels, id);
      return panel === undefined
        ? { kind: "curves", series: [id] }
        : { kind: "together", series: panel.series, title: panel.name, group };
    }),
  };
}
