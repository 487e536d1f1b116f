/** Which groups differ by more than the seeds alone make them, in words. */
import {
  type ComparedRun,
  type Metric,
  type PairedDifference,
  pairedDifference,
} from "@ablate/store";
import { outcomeOf, type ReportFacts } from "../data/facts.ts";
import type { Group } from "../data/group.ts";
import { fixed, listed, meanStdText } from "../text.ts";

/** The difference of two groups, seed by seed. */
export type Pair = {
  readonly better: Group;
  readonly worse: Group;
  readonly difference: PairedDifference;
};

/** Returns the groups that have a result, the best first. */
export function ranked({ groups, metric }: ReportFacts): readonly Group[] {
  const mean = (group: Group): number => outcomeOf(group, metric)?.moments.mean ?? Number.NaN;
  const sign = metric.isLessBetter ? 1 : -1;
  return groups
    .filter((group) => Number.isFinite(mean(group)))
    .sort((a, b) => sign * (mean(a) - mean(b)));
}

/** Returns the difference of two groups, paired by seed. */
export function differenceOf(own: Group, other: Group, metric: Metric): PairedDifference {
  const paired = (runs: readonly ComparedRun[]) =>
    runs.map((run) => ({ seed: run.seed, context: "", value: metric.value(run) }));
  return pairedDifference(paired(own.runs), paired(other.runs));
}

/** With more groups than these only the best is compared with the others. */
const MOST_GROUPS = 10;

export function differenceWords(facts: ReportFacts): readonly string[] {
  const order = ranked(facts);
  const { metric } = facts;
  if (order.length < 2) return [];
  const texts = order.slice(0, -1).map((better, i) => {
    const pairs = order
      .slice(i + 1)
      .map((worse): Pair => ({ better, worse, difference: differenceOf(worse, better, metric) }));
    return pairText(pairs, { group: better, metric, isBest: i === 0 });
  });
  return order.length > MOST_GROUPS ? texts.slice(0, 1) : texts;
}

function pairText(
  pairs: readonly Pair[],
  {
    group,
    metric,
    isBest,
  }: { readonly group: Group; readonly metric: Metric; readonly isBest: boolean },
): string {
  const of = (verdict: PairedDifference["verdict"]) =>
    pairs.filter(({ difference }) => difference.verdict === verdict);
  const worse = of("larger").map(
    ({ worse: { name }, difference: { mean, low, high } }) =>
      `${name} by ${fixed(mean, 3)} (${fixed(low, 3)} to ${fixed(high, 3)})`,
  );
  const within = [...of("within"), ...of("none")].map(
    ({ worse: { name }, difference }) => `${name} (${fixed(difference.mean, 3)})`,
  );
  const unknown = [...of("too few seeds"), ...of("no pairs")].map(
    ({ worse: { name }, difference }) =>
      `${name}${difference.mean === null ? "" : ` (${fixed(difference.mean, 3)})`}`,
  );
  const outcome = group.row.outcomes.find((one) => one.metric === metric);
  const head =
    isBest && outcome !== undefined
      ? `${group.name} is best, ${metricTitle(metric)} ${meanStdText(outcome.moments)}`
      : group.name;
  const parts = [
    ...(worse.length === 0
      ? []
      : [`better than ${listed(worse)}: larger than the spread over seeds`]),
    ...(within.length === 0
      ? []
      : [`not told apart from ${listed(within)}: within the spread over seeds`]),
    ...(unknown.length === 0
      ? []
      : [`ahead of ${listed(unknown)}: too few seeds in common to tell`]),
  ];
  return `${head}: ${parts.join("; ")}.`;
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
