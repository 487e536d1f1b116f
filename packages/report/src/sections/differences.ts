import {
  type ComparedRun,
  type Metric,
  type PairedDifference,
  pairedDifference,
  settingOf,
  verdictText,
} from "@ablate/store";
import type { Draw } from "../chart/draw.ts";
import { type Chart, colorAt, GUIDE, type Mark, roundRange, segment } from "../chart/marks.ts";
import { type Group, outcomeOf, type ReportFacts } from "../data/facts.ts";
import { type Content, html } from "../html.ts";
import { figure, numbers, sentences, table, wide } from "../layout/page.ts";
import { about, count, fixed, meanStdText } from "../text.ts";

/** Says which groups differ by more than the seeds do, and what each factor does. */
export function differencesSection(facts: ReportFacts, draw: Draw): Content {
  const { metric } = facts;
  const [best, ...rest] = ranked(facts);
  if (best === undefined || rest.length === 0) return null;
  const others = differencesFrom(best, rest, metric);
  const title = metricTitle(metric);
  return html`<p>Runs with the same seed have the same data in the same order, so differences are taken seed by seed; the interval is that of Student's t at 95 %. One that does not contain 0 is larger than the spread over seeds.</p>
${sentences(differenceWords(facts))}${figure(
  wide("Differences from the best group", draw(forest(others, best, title))),
  `How much higher the ${title} is than that of ${best.name}: the mean over seeds and its interval. The dashed line is no difference at all.`,
  table(
    `Differences from ${best.name}, paired by seed.`,
    ["group", ...DIFFERENCE_COLUMNS],
    others.map(({ group, difference }) => [group.name, ...differenceCells(difference)]),
  ),
)}${effects(facts)}`;
}

/** A group and by how much it differs from a better one. */
type Other = { readonly group: Group; readonly difference: PairedDifference };

/** Returns the groups that have a result, the best first. */
function ranked({ groups, metric }: ReportFacts): readonly Group[] {
  const mean = (group: Group): number => outcomeOf(group, metric)?.moments.mean ?? Number.NaN;
  const sign = metric.isLessBetter ? 1 : -1;
  return groups
    .filter((group) => Number.isFinite(mean(group)))
    .sort((a, b) => sign * (mean(a) - mean(b)));
}

/** Pairs the runs of groups with those of a better one by seed. */
function differencesFrom(
  better: Group,
  groups: readonly Group[],
  metric: Metric,
): readonly Other[] {
  const paired = (runs: readonly ComparedRun[]) =>
    runs.map((run) => ({ seed: run.seed, context: "", value: metric.value(run) }));
  const reference = paired(better.runs);
  return groups.map((group) => ({
    group,
    difference: pairedDifference(paired(group.runs), reference),
  }));
}

const MOST_ROWS = 24;
const ROW = 24;

function forest(all: readonly Other[], best: Group, title: string): Chart {
  const rows = all.filter(({ difference: { mean } }) => mean !== null).slice(0, MOST_ROWS);
  const height = Math.max(1, rows.length);
  const longest = Math.max(2, ...rows.map(({ group }) => group.name.length));
  const ends = rows.flatMap(({ difference: { mean, low, high } }) =>
    low === null ? (mean ?? 0) : [low, high ?? 0],
  );
  const texts = rows.map(
    ({ group: { name }, difference }) =>
      `${name} ${fixed(difference.mean, 4)}, ${verdictText(difference)}`,
  );
  return {
    title: `Differences in ${title} from ${best.name}`,
    description: texts.join("; "),
    width: 860,
    height: 80 + ROW * rows.length,
    labels: { left: 24 + 6.8 * longest, right: 24 },
    x: {
      title: `${title} above that of ${best.name}, nats`,
      ...roundRange(Math.min(0, ...ends), Math.max(0, ...ends)),
    },
    y: { title: "", min: 0, max: height, isBare: true },
    marks: [
      segment([0, 0], [0, height], GUIDE),
      ...rows.flatMap((row, i) => rowMarks(row, rows.length - i - 0.5)),
    ],
  };
}

function rowMarks({ group, difference: { mean, low, high } }: Other, y: number): readonly Mark[] {
  const color = group.place === null ? "var(--text)" : colorAt(group.place);
  const stroke = { color, dash: [], width: 2.5 };
  return [
    ...(low === null || high === null ? [] : [segment([low, y], [high, y], stroke)]),
    { kind: "dot", at: [mean ?? 0, y], color },
    { kind: "text", at: [0, y], text: group.name },
  ];
}

const DIFFERENCE_COLUMNS = [...numbers("difference", "95 % interval", "seeds"), "in words"];

function differenceCells(difference: PairedDifference): readonly Content[] {
  const { mean, low, high, n } = difference;
  const interval = low === null ? "–" : `${fixed(low, 4)} to ${fixed(high, 4)}`;
  return [fixed(mean, 4), interval, count(n), verdictText(difference)];
}

function effects({ comparison, metric }: ReportFacts): Content {
  const own = comparison.effects.filter((one) => one.metric === metric).map(({ effect }) => effect);
  if (own.length === 0) return null;
  const rows = own.flatMap(({ factor, values }) =>
    values.map(({ runs: [run], moments, difference }) => [
      factor.name,
      factor.keys.map((key) => settingOf(run, key)?.text ?? "none").join(", "),
      fixed(moments.mean, 4),
      ...(difference === null
        ? ["", "", "", "what the others are compared with"]
        : differenceCells(difference)),
    ]),
  );
  return html`<h3>What each factor does</h3>${table(
    `Effects on the ${metricTitle(metric)}: runs that are equal in all but this factor, held against each other seed by seed.`,
    ["factor", "value", ...numbers("mean of all"), ...DIFFERENCE_COLUMNS],
    rows,
  )}`;
}

/** Most groups of which every pair is compared; beyond it, only the best is compared with the others. */
const MOST_GROUPS = 10;

/** Says which groups differ by more than the seeds alone make them. */
export function differenceWords(facts: ReportFacts): readonly string[] {
  const { metric } = facts;
  const order = ranked(facts);
  const compared = order.slice(0, order.length > MOST_GROUPS ? 1 : -1);
  return compared.map((better, i) => {
    const others = differencesFrom(better, order.slice(i + 1), metric);
    const moments = outcomeOf(better, metric)?.moments;
    const result =
      moments === undefined ? "" : ` is best, ${metricTitle(metric)} ${meanStdText(moments)}`;
    return `${better.name}${i === 0 ? result : ""}: ${verdictsText(others)}.`;
  });
}

/** Sorts groups into those that are worse, those that are not told apart and those too few to tell. */
function verdictsText(others: readonly Other[]): string {
  const of = (
    verdict: PairedDifference["verdict"],
    text: (difference: PairedDifference) => string,
  ) =>
    others
      .filter(({ difference }) => difference.verdict === verdict)
      .map(({ group: { name }, difference }) => `${name}${text(difference)}`);
  const inBrackets = ({ mean }: PairedDifference): string =>
    mean === null ? "" : ` (${fixed(mean, 3)})`;
  const worse = of(
    "larger",
    ({ mean, low, high }) => ` by ${fixed(mean, 3)} (${fixed(low, 3)} to ${fixed(high, 3)})`,
  );
  const within = [...of("within", inBrackets), ...of("none", inBrackets)];
  const unknown = [...of("too few seeds", inBrackets), ...of("no pairs", inBrackets)];
  return [
    ...about(worse, (names) => `better than ${names}: larger than the spread over seeds`),
    ...about(within, (names) => `not told apart from ${names}: within the spread over seeds`),
    ...about(unknown, (names) => `ahead of ${names}: too few seeds in common to tell`),
  ].join("; ");
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
