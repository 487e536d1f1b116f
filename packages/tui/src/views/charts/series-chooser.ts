/** The list of the series that may have a chart. */
import { isMetric } from "@ablate/store";
import { prefixOf } from "../../data/shown-series.ts";
import { titleAmong } from "../../data/titles.ts";
import { toggled } from "../../keys/table-keys.ts";
import type { Scene } from "../../state/scene.ts";
import { adjusted } from "../../state/state.ts";
import type { Chooser, ChooserItem } from "../view.ts";

export const SERIES: Chooser = {
  name: "metrics",
  title: "charts",
  hint: "space shows or hides, enter closes",
  items: (_, scene) => chartItems(scene),
  choose: (state, { allMetrics, metrics }, id) => {
    const group = groupsOf(allMetrics).get(id);
    if (group === undefined) return adjusted(state, { metrics: toggled(metrics, id, allMetrics) });
    const areShown = group.every((one) => metrics.includes(one));
    const isWanted = (one: string) => (group.includes(one) ? !areShown : metrics.includes(one));
    return adjusted(state, { metrics: allMetrics.filter(isWanted) });
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
  return allMetrics.flatMap((id): ChooserItem[] => {
    const item = { id, title: titleAmong(id, runs), isChosen: metrics.includes(id) };
    const group = isMetric(id) ? groups.get(prefixOf(id)) : undefined;
    if (group?.[0] !== id) return [item];
    const areShown = group.every((one) => metrics.includes(one));
    const all = {
      id: prefixOf(id),
      title: `${prefixOf(id)} all ${group.length}`,
      isChosen: areShown,
    };
    return [all, item];
  });
}
