/** The list of the series that may have a chart. */
import { isMetric } from "@ablate/store";
import { prefixOf } from "../../data/shown-series.ts";
import { titleAmong } from "../../data/titles.ts";
import { chosenOf, SHOWS_OR_HIDES } from "../../keys/table-keys.ts";
import type { Scene } from "../../state/scene.ts";
import { adjusted } from "../../state/state.ts";
import type { Chooser, ChooserItem } from "../view.ts";

export const SERIES: Chooser = {
  name: "metrics",
  title: "charts",
  hint: SHOWS_OR_HIDES,
  items: (_, scene) => chartItems(scene),
  choose: (state, { allMetrics, metrics }, { ids, isChosen }) => {
    const groups = groupsOf(allMetrics);
    const all = ids.flatMap((id) => groups.get(id) ?? [id]);
    return adjusted(state, { metrics: chosenOf(allMetrics, metrics, { ids: all, isChosen }) });
  },
};

/** Metrics of one prefix that are so many can be chosen at once. */
const LEAST_GROUP = 3;

/** Returns the metrics that share a prefix, by that. */
function groupsOf(series: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const all = Map.groupBy(series.filter(isMetric), prefixOf);
  const groups = [...all].filter(([prefix, { length }]) => prefix !== "" && length >= LEAST_GROUP);
  return new Map(groups);
}

/** Lists every series, groups of metrics under a line that chooses all of them. */
function chartItems({ allMetrics, metrics, chosen }: Scene): ChooserItem[] {
  const runs = chosen.flatMap(({ members }) => members);
  const groups = groupsOf(allMetrics);
  const shown = new Set(metrics);
  return allMetrics.flatMap((id): ChooserItem[] => {
    const group = isMetric(id) ? groups.get(prefixOf(id)) : undefined;
    const [title, isChosen] = [titleAmong(id, runs), shown.has(id)];
    const item = { id, title, isChosen, isInGroup: group !== undefined };
    if (group?.[0] !== id) return [item];
    const areShown = group.every((one) => shown.has(one));
    const all = {
      id: prefixOf(id),
      title: `${prefixOf(id)} all ${group.length}`,
      isChosen: areShown,
    };
    return [all, item];
  });
}
