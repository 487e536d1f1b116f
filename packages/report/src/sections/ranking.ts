/** Which group is the best, and by what. */
import type { Metric } from "@ablate/store";
import { bestFirst, type Group, outcomeOf, type ReportFacts } from "../data/facts.ts";

/** Returns the groups that have a result, the best first, those that lost runs last. */
export function ranked({
  groups,
  metric,
}: Pick<ReportFacts, "groups" | "metric">): readonly Group[] {
  if (metric.isLessBetter === null) return [];
  const order = bestFirst(metric);
  return groups
    .filter((group) => (outcomeOf(group, metric)?.moments.mean ?? null) !== null)
    .sort((a, b) => order(a.row, b.row));
}

export function hasSeeds({ runs }: Pick<ReportFacts, "runs">): boolean {
  return runs.some(({ seed }) => seed !== null);
}

/** Returns the metric's name in a sentence. */
export function metricTitle({ name, title }: Metric): string {
  return TITLES[name] ?? title;
}

const TITLES: Readonly<Partial<Record<Metric["name"], string>>> = {
  valid_loss: "validation loss",
  train_loss: "training loss",
  test_loss: "test loss",
  best_valid_loss: "best validation loss",
  loss: "loss of the last 100 steps",
};
