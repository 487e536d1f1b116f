import {
  differenceBySeed,
  isOfSurvivors,
  lostText,
  type Metric,
  missingPairsText,
  type PairedDifference,
  pairsText,
  seedsText,
  settingOf,
  settingTexts,
  verdictText,
} from "@ablate/store";
import {
  areRecorded,
  bestFirst,
  type Group,
  outcomeOf,
  type ReportFacts,
  titleOf,
} from "../data/facts.ts";
import { type Content, html } from "../html.ts";
import type { Draw } from "../layout/draw.ts";
import { figure, numbers, sentences, table, wide } from "../layout/page.ts";
import { about, fixed, fixedTexts, meanStdText } from "../text.ts";
import { forest, isCut, type Other } from "./forest.ts";

/** Says by how much groups differ from the best one, and what each factor does; the chart of it is `differencesFigure`. */
export function differencesSection(facts: ReportFacts): Content {
  const [best, ...rest] = ranked(facts);
  if (best === undefined || rest.length === 0) return null;
  if (!hasSeeds(facts)) {
    return html`<p>The logs of these runs say no seeds: which differences are larger than chance cannot be told.</p>`;
  }
  return html`<p>Runs with the same seed have the same data in the same order, so differences are taken seed by seed; the interval is that of their mean, by Student's t at 95 %. Where it excludes 0, the seeds alone hardly explain the difference. Of a group that lost runs the survivors alone are compared: those that were lost may be worse than any number here. The first picture of this report shows the differences from ${titleOf(best)}, with their table.</p>
${effects(facts)}`;
}

/** Draws by how much groups differ from the best one: the first picture of a report, since it is the answer. */
export function differencesFigure(facts: ReportFacts, draw: Draw): Content {
  const { metric, runs } = facts;
  const [best, ...rest] = ranked(facts);
  if (best === undefined || rest.length === 0 || !hasSeeds(facts)) return null;
  const others = differencesFrom(best, rest, metric);
  const title = metricTitle(metric);
  const unit = metric.unit === "nats" && !areRecorded(runs) ? ", nats" : "";
  const cells = differenceTexts(others.map(({ difference }) => difference));
  const beyond = isCut(others) ? " What is far beyond the others is written at the right." : "";
  return figure(
    wide(`Differences from ${best.name}`, draw(forest(others, best, { title, unit }))),
    `How much higher the ${title} is than that of ${titleOf(best)}: the mean over seeds and its 95 % interval. The dashed line is no difference at all.${beyond}`,
    table(
      `Differences from ${best.name}, paired by seed.`,
      ["group", ...DIFFERENCE_COLUMNS],
      others.map(({ group, difference }) => [titleOf(group), ...cells(difference)]),
    ),
  );
}

function hasSeeds({ runs }: ReportFacts): boolean {
  return runs.some(({ seed }) => seed !== null);
}

/** Returns the groups that have a result, the best first, those that lost runs last. */
function ranked({ groups, metric }: ReportFacts): readonly Group[] {
  if (metric.isLessBetter === null) return [];
  const order = bestFirst(metric);
  return groups
    .filter((group) => (outcomeOf(group, metric)?.moments.mean ?? null) !== null)
    .sort((a, b) => order(a.row, b.row));
}

/** Pairs the runs of groups with those of a better one by seed. */
function differencesFrom(
  better: Group,
  groups: readonly Group[],
  metric: Metric,
): readonly Other[] {
  return groups.map((group) => ({
    group,
    difference: differenceBySeed(group.runs, better.runs, metric),
  }));
}

const DIFFERENCE_COLUMNS = [...numbers("difference", "95 % interval", "seeds"), "in words"];

/** Makes a function that writes the differences of a table, different ones never the same. */
function differenceTexts(
  all: readonly (PairedDifference | null)[],
): (difference: PairedDifference) => readonly Content[] {
  const meanText = fixedTexts(all.map((one) => one?.mean));
  return (difference) => {
    const { mean, low, high } = difference;
    const interval = low === null ? "–" : `${fixed(low, 4)} to ${fixed(high, 4)}`;
    return [meanText(mean), interval, seedsText(difference), verdictText(difference)];
  };
}

function effects({ comparison, metric }: ReportFacts): Content {
  const own = comparison.effects.filter((one) => one.metric === metric).map(({ effect }) => effect);
  if (own.length === 0) return null;
  const all = own.flatMap(({ factor, values }) => {
    const texts = factor.keys.map((key) => {
      const found = values.map(({ runs: [run] }) => settingOf(run, key));
      const text = settingTexts(found, { isWhole: true });
      return found.map((one) => (one ? text(one) : "none"));
    });
    return values.map((value, i) => ({
      ...value,
      factor: factor.name,
      text: texts.map((ofKey) => ofKey[i]).join(", "),
    }));
  });
  const meanText = fixedTexts(all.map(({ moments }) => moments.mean));
  const cells = differenceTexts(all.map(({ difference }) => difference));
  const rows = all.map(({ factor, text, runs, moments, difference }) => [
    factor,
    text,
    meanText(moments.mean),
    lostText(runs, metric) || "none",
    difference === null ? "" : pairsText(difference),
    ...(difference === null
      ? ["", "", "", "what the others are compared with"]
      : cells(difference)),
  ]);
  const missing = all.flatMap(({ factor, text, difference }) => {
    const words = difference === null ? "" : missingPairsText(difference);
    return words === "" ? [] : [`${factor} ${text}: ${words}.`];
  });
  return html`<h3>What each factor does</h3>${table(
    `Effects on the ${metricTitle(metric)}: runs that are equal in all but this factor, compared seed by seed. Only seeds count that have every pair, so each setting of all else weighs the same.`,
    ["factor", "value", ...numbers("mean of all"), "lost", "pairs", ...DIFFERENCE_COLUMNS],
    rows,
  )}${sentences(missing)}`;
}

/** Most groups of which every pair is compared; beyond it, only the best is compared with the others. */
const MOST_GROUPS = 10;

/** Says which groups differ by more than the seeds alone make them, and which is the best: one that lost no run. */
export function differenceWords(facts: ReportFacts): readonly string[] {
  const { metric } = facts;
  const order = ranked(facts);
  if (!hasSeeds(facts)) return unseededWords(order, metric);
  const areLost = order.some(({ lost }) => lost !== "");
  const compared = order.slice(0, order.length > MOST_GROUPS ? 1 : -1);
  const none =
    compared.length > 0 && order[0]?.lost !== ""
      ? ["No group is the best: each that has a result lost runs."]
      : [];
  const words = compared.map((better, i) => {
    const others = differencesFrom(better, order.slice(i + 1), metric);
    const moments = outcomeOf(better, metric)?.moments;
    const among = areLost ? " of the groups that lost no run" : "";
    const isBest = i === 0 && better.lost === "" && moments !== undefined;
    const result = isBest ? ` is best${among}, ${metricTitle(metric)} ${meanStdText(moments)}` : "";
    return `${titleOf(better)}${result}: ${verdictsText(others, metric)}.`;
  });
  return [...none, ...words];
}

/** Names the best group where no log says a seed. */
function unseededWords(order: readonly Group[], metric: Metric): readonly string[] {
  const [best] = order;
  const moments = best === undefined ? undefined : outcomeOf(best, metric)?.moments;
  if (best === undefined || moments === undefined || order.length < 2 || best.lost !== "")
    return [];
  const result = `${metricTitle(metric)} ${meanStdText(moments)}`;
  return [`${best.name} is best, ${result}; without seeds nobody can tell whether by chance.`];
}

/** Sorts groups into those that are worse, better, not told apart, too few to tell, and those that lost runs. */
function verdictsText(others: readonly Other[], { isLessBetter }: Metric): string {
  const whole = others.filter(({ difference }) => !isOfSurvivors(difference));
  const of = (
    verdict: PairedDifference["verdict"],
    text: (difference: PairedDifference) => string,
  ) =>
    whole
      .filter(({ difference }) => difference.verdict === verdict)
      .map(({ group: { name }, difference }) => `${name}${text(difference)}`);
  const sizes = (found: PairedDifference): string =>
    ` by ${fixed(found.mean, 3)} (${fixed(found.low, 3)} to ${fixed(found.high, 3)})`;
  const isWorse = ({ mean }: PairedDifference): boolean => (mean ?? 0) > 0 === isLessBetter;
  const larger = (isIn: boolean): readonly string[] =>
    whole
      .filter(({ difference }) => difference.verdict === "larger" && isWorse(difference) === isIn)
      .map(({ group: { name }, difference }) => `${name}${sizes(difference)}`);
  const within = [...of("within", inBrackets), ...of("none", inBrackets)];
  const unknown = [...of("too few seeds", inBrackets), ...of("no pairs", inBrackets)];
  const survivors = others.filter(({ difference }) => isOfSurvivors(difference));
  return [
    ...about(larger(true), (names) => `better than ${names}: the 95 % interval excludes 0`),
    ...about(
      larger(false),
      (names) => `worse, in the seeds of both, than ${names}: the 95 % interval excludes 0`,
    ),
    ...about(within, (names) => `not told apart from ${names}: the 95 % interval contains 0`),
    ...about(unknown, (names) => `ahead of ${names}: too few seeds in common to tell`),
    ...survivors.map(survivorText),
  ].join("; ");
}

/** Says of a group that lost runs, or is compared with one that did, where its survivors are. */
function survivorText({ group, difference }: Other): string {
  const { mean } = difference;
  const place = mean === null ? "" : ` ${fixed(Math.abs(mean), 3)} ${mean < 0 ? "below" : "above"}`;
  return `${titleOf(group)}${place}, ${verdictText(difference)}`;
}

function inBrackets({ mean }: PairedDifference): string {
  return mean === null ? "" : ` (${fixed(mean, 3)})`;
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
