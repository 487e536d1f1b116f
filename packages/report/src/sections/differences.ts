/** By how much every two groups differ, and what each factor does. */
import {
  differenceBySeed,
  isOfSurvivors,
  lostText,
  type Metric,
  missingPairsText,
  type PairedDifference,
  pairsText,
  settingOf,
  settingTexts,
  verdictText,
} from "@ablate/store";
import { type Group, type ReportFacts, titleOf } from "../data/facts.ts";
import { type Content, html } from "../html.ts";
import { numbers, sentences, table } from "../layout/page.ts";
import { about, fixed, fixedTexts } from "../text.ts";
import { DIFFERENCE_COLUMNS, differenceTexts } from "./answer.ts";
import { hasSeeds, metricTitle, ranked } from "./ranking.ts";

/** A group and by how much it differs from a better one. */
type Other = { readonly group: Group; readonly difference: PairedDifference };

/** Tells whether factors meet in several settings of all else, so that their effects are of the whole grid. */
export function isFactorial({ comparison, metric }: ReportFacts): boolean {
  return comparison.effects
    .filter((one) => one.metric === metric)
    .some(({ effect }) => effect.values.some(({ difference }) => (difference?.of.cells ?? 0) > 1));
}

/** Tables what each factor does, in a grid of several. */
export function effectsSection({ comparison, metric }: ReportFacts): Content {
  const own = comparison.effects.filter((one) => one.metric === metric).map(({ effect }) => effect);
  if (own.length === 0) return null;
  const all = own.flatMap(({ factor, values }) => {
    const texts = factor.keys.map((key) => {
      const found = values.map(({ runs: [run] }) => settingOf(run, key));
      const text = settingTexts(found);
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
  return html`${table(
    `Effects on the ${metricTitle(metric)}: runs that are equal in all but this factor, compared seed by seed. Only seeds count that have every pair, so each setting of all else weighs the same.`,
    ["factor", "value", ...numbers("mean of all"), "lost", "pairs", ...DIFFERENCE_COLUMNS],
    rows,
  )}${sentences(missing)}`;
}

/** Most groups of which every pair is compared; beyond it, only the best is compared with the others. */
const MOST_GROUPS = 10;

/** Says of every two groups whether they differ by more than the seeds alone make them. */
export function pairWords(facts: ReportFacts): readonly string[] {
  const { metric } = facts;
  const order = ranked(facts);
  if (!hasSeeds(facts)) return [];
  const compared = order.slice(0, order.length > MOST_GROUPS ? 1 : -1);
  return compared.map((better, i) => {
    const others = order.slice(i + 1).map((group) => ({
      group,
      difference: differenceBySeed(group.runs, better.runs, metric),
    }));
    return `${titleOf(better)}: ${verdictsText(others, metric)}.`;
  });
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
