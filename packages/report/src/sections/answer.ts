/** The answer of a report: how far each group is from the best one, in a chart and in a sentence. */
import {
  differenceBySeed,
  isOfSurvivors,
  type PairedDifference,
  seedsText,
  verdictText,
} from "@ablate/store";
import { counted, firstOf } from "@ablate/text";
import { areRecorded, type Group, outcomeOf, type ReportFacts, titleOf } from "../data/facts.ts";
import { type Content, type Html, html } from "../html.ts";
import type { Draw } from "../layout/draw.ts";
import {
  type Column,
  figure,
  inNumbers,
  numbers,
  sentences,
  sized,
  table,
} from "../layout/page.ts";
import { capital, errorText, fixed, fixedTexts, listed, meanErrorText, scaled } from "../text.ts";
import { forest, type Row, type Size } from "./forest.ts";
import { hasSeeds, metricTitle, ranked } from "./ranking.ts";
import { overview, revisionWords, troubleWords } from "./runs.ts";

/** A group beside the best one. */
type Other = {
  readonly group: Group;
  readonly difference: PairedDifference;
  /** How far it is behind, by pairs of seeds, else by the means; below 0 it is ahead. */
  readonly behind: number;
  readonly ends: readonly [low: number, high: number] | null;
};

/** Draws and says what came out, and tables the groups. */
export function answerSection(facts: ReportFacts, draw: Draw): Content {
  const others = othersOf(facts);
  const drawn = others.length === 0 ? null : answerFigure(facts, others, draw);
  return html`${drawn}<p class="answer">${answerWords(facts)}</p>
${sentences([...troubleWords(facts), ...revisionWords(facts)])}${overview(facts)}${others.length === 0 ? null : inNumbers(differenceTable(facts, others))}`;
}

function othersOf(facts: ReportFacts): readonly Other[] {
  const { metric } = facts;
  const [best, ...rest] = ranked(facts);
  if (best === undefined) return [];
  const sign = metric.isLessBetter === true ? 1 : -1;
  const meanOf = (group: Group): number => outcomeOf(group, metric)?.moments.mean ?? Number.NaN;
  return rest.map((group) => {
    const difference = differenceBySeed(group.runs, best.runs, metric);
    const { mean, low, high } = difference;
    const ends = low === null || high === null ? null : ([sign * low, sign * high] as const);
    return {
      group,
      difference,
      behind: sign * (mean ?? meanOf(group) - meanOf(best)),
      ends: ends === null ? null : [Math.min(...ends), Math.max(...ends)],
    };
  });
}

const LARGE: Size = { width: 860, letters: 40 };
const SMALL: Size = { width: 430, letters: 18 };

function answerFigure(facts: ReportFacts, others: readonly Other[], draw: Draw): Html {
  const { metric } = facts;
  const [best] = ranked(facts);
  if (best === undefined) return html``;
  const title = metricTitle(metric);
  const unit = unitOf(facts);
  const where = `${metric.isLessBetter === true ? "above" : "below"} that of ${best.name}`;
  const moments = outcomeOf(best, metric)?.moments;
  const areSeeded = others.some(({ ends }) => ends !== null);
  const parts = {
    title: `${title} ${where}`,
    best,
    bestText: `${meanErrorText(moments)}${best.lost === "" ? ", the best" : ""}`,
    rows: others.map(rowOf),
    axis: `${title} ${where}${unit === "" ? "" : `, ${unit}`}`,
    heading: areSeeded ? "difference ± 95 %" : "difference",
  };
  const chart = (size: Size): Html => draw(forest(parts, size));
  const interval = areSeeded
    ? `: the mean of the differences seed by seed, and its 95 % interval by Student’s t. If an interval includes 0, the difference may be chance`
    : "";
  const lossy = others.some(({ difference }) => isOfSurvivors(difference))
    ? " Of a group that lost runs the survivors alone are compared: those that were lost may be worse than any number here."
    : "";
  return figure(
    sized(chart(LARGE), chart(SMALL), []),
    `How far the ${title} of each group is ${where}${interval}. Beside ${best.name} is its ${title}${moments?.std === null ? "" : ", mean ± standard deviation over seeds"}.${lossy}`,
  );
}

function rowOf({ group, behind, ends }: Other): Row {
  const half = ends === null ? null : (ends[1] - ends[0]) / 2;
  const sign = behind < 0 ? "−" : "+";
  return {
    ...{ group, ends, mean: behind },
    text: `${sign}${distanceText(Math.abs(behind), half)}`,
  };
}

/** Writes a distance rounded to its error; without one in three digits. */
function distanceText(distance: number, half: number | null): string {
  return half === null ? scaled(distance) : errorText(distance, half);
}

function unitOf({ metric, runs }: ReportFacts): string {
  return metric.unit === "nats" && !areRecorded(runs) ? "nats" : "";
}

/** Says in one sentence what is best and which groups differ from it by more than the seeds alone make them. */
export function answerWords(facts: ReportFacts): string {
  const { metric, groups } = facts;
  const [best] = ranked(facts);
  const title = metricTitle(metric);
  const moments = best === undefined ? undefined : outcomeOf(best, metric)?.moments;
  if (best === undefined || moments === undefined)
    return metric.isLessBetter === null && groups.some((group) => outcomeOf(group, metric))
      ? `Nothing says whether less or more ${title} is better, so no group is called the best.`
      : `No run has come to a ${title} yet.`;
  const unit = unitOf(facts);
  const seeds =
    moments.n > 1 ? ` over ${counted(moments.n, hasSeeds(facts) ? "seed" : "run")}` : "";
  const result = `${title} of ${meanErrorText(moments)}${unit === "" ? "" : ` ${unit}`}${seeds}`;
  const others = othersOf(facts);
  if (groups.length === 1)
    return `${best.runs.length === 1 ? "The run ends" : "The runs end"} with a ${result}.`;
  if (others.length === 0) return `Only ${titleOf(best)} has a result, a ${result}.`;
  const none = "No group is the best, since each that has a result lost runs";
  if (best.lost !== "") return `${none}; ${titleOf(best)} is listed first, with a ${result}.`;
  const among = others.some(({ group }) => group.lost !== "")
    ? " of the groups that lost no run"
    : "";
  return `${best.name} is best${among}, with a ${result}${verdicts(facts, others)}.`;
}

/** Says which groups are worse, and which cannot be told apart from the best. */
function verdicts(facts: ReportFacts, others: readonly Other[]): string {
  if (!hasSeeds(facts)) return "; without seeds nobody can tell whether by chance";
  const whole = others.filter(({ group }) => group.lost === "");
  const of = (...wanted: readonly PairedDifference["verdict"][]): readonly Other[] =>
    whole.filter(({ difference }) => wanted.includes(difference.verdict));
  const larger = of("larger");
  const parts = [
    ...part(of("within", "none"), (names) => `${names} cannot be told apart from it`),
    ...part(
      larger.filter(({ behind }) => behind > 0),
      (names, is, some) => `${names} ${is} worse by ${extentText(some)}`,
    ),
    ...part(
      larger.filter(({ behind }) => behind <= 0),
      (names, is) => `${names} ${is} better in the seeds of both`,
    ),
    ...part(
      of("too few seeds", "no pairs"),
      (names, is, some) =>
        `${names} ${is} behind by ${extentText(some)}, with too few seeds in common to tell whether by chance`,
    ),
  ];
  return parts.map((text) => `; ${text}`).join("");
}

/** Of more groups a sentence names few. */
const MOST_NAMED = 6;
const FEW_NAMED = 3;

function part(
  some: readonly Other[],
  text: (names: string, is: string, some: readonly Other[]) => string,
): readonly string[] {
  if (some.length === 0) return [];
  const names = some.map(({ group }) => group.name);
  const shown = names.length > MOST_NAMED ? firstOf(names, FEW_NAMED) : listed(names);
  return [text(shown, some.length === 1 ? "is" : "are", some)];
}

/** Writes from how much to how much groups are behind, rounded to the error of each. */
function extentText(some: readonly Other[]): string {
  const order = some.toSorted((a, b) => a.behind - b.behind);
  const texts = [order[0], order.at(-1)].map((one) => {
    if (one === undefined) return "";
    const half = one.ends === null ? null : (one.ends[1] - one.ends[0]) / 2;
    return distanceText(one.behind, half);
  });
  const [least = "", most = ""] = texts;
  return some.length === 1 ? least : `${least} to ${most}`;
}

/** Titles of what `differenceTexts` writes. */
export const DIFFERENCE_COLUMNS: readonly Column[] = [
  ...numbers("difference", "95 % interval", "seeds"),
  "in words",
];

/** Makes a function that writes the differences of a table, different ones never the same. */
export function differenceTexts(
  all: readonly (PairedDifference | null)[],
): (difference: PairedDifference) => readonly Content[] {
  const meanText = fixedTexts(all.map((one) => one?.mean));
  return (difference) => {
    const { mean, low, high } = difference;
    const interval = low === null ? "–" : `${fixed(low, 4)} to ${fixed(high, 4)}`;
    return [meanText(mean), interval, seedsText(difference), verdictText(difference)];
  };
}

function differenceTable(facts: ReportFacts, others: readonly Other[]): Html {
  const [best] = ranked(facts);
  const cells = differenceTexts(others.map(({ difference }) => difference));
  return table(
    `${capital(metricTitle(facts.metric))} less that of ${best?.name ?? ""}, paired by seed.`,
    ["group", ...DIFFERENCE_COLUMNS],
    others.map(({ group, difference }) => [titleOf(group), ...cells(difference)]),
  );
}
