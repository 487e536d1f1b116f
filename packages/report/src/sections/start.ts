import { counted, roundedToError } from "@ablate/text";
import { type Group, type ReportFacts, titleOf } from "../data/facts.ts";
import type { Content } from "../html.ts";
import { named, numbers, table } from "../layout/page.ts";
import { count, fixed, groupsText, meanErrorText, meanStdText, nats } from "../text.ts";

/** Tables the losses that runs begin with and what their first steps cost. */
export function startTable(facts: ReportFacts): Content {
  const { guessing } = facts;
  const groups = facts.groups.filter(({ firstSteps }) => firstSteps.initial.n > 0);
  if (guessing === null || groups.length === 0) return null;
  const classes = count(guessing.classes);
  const columns = [
    "group",
    ...numbers(
      "loss at initialisation",
      `above ln ${classes}`,
      "mean loss of the first steps (how many)",
      "first step from which 16 together cost less than guessing",
    ),
  ];
  const rows = groups.map((group) => {
    const { initial, early, earlySteps } = group.firstSteps;
    return [
      named(group),
      meanStdText(initial),
      fixed((initial.mean ?? Number.NaN) - guessing.loss, 3),
      `${meanStdText(early, 3)} (${count(earlySteps)})`,
      belowShort(group),
    ];
  });
  return table("How groups begin: mean ± standard deviation over seeds.", columns, rows);
}

/** Nats from what guessing costs that count as a good beginning. */
const NEAR = 0.3;

export function startWords({ groups, guessing }: ReportFacts): readonly string[] {
  if (guessing === null) return [];
  const guess = `ln ${count(guessing.classes)} = ${nats(guessing.loss)}, which guessing costs`;
  const begun = groups.flatMap((group) => {
    const { mean } = group.firstSteps.initial;
    if (mean === null) return [];
    const away = mean - guessing.loss;
    return [{ group, away, distance: Math.abs(away) }];
  });
  const [closest] = begun.toSorted((a, b) => a.distance - b.distance);
  const texts = begun
    .filter(({ distance }) => distance >= NEAR)
    .map(({ group, away }) => {
      const other = closest?.group.name === group.name ? undefined : closest?.group;
      const where = `${fixed(Math.abs(away), 2)} nats ${away > 0 ? "above" : "below"} ${guess}`;
      return farText(group, other, `${where}${away > 0 ? WHY : ""}`);
    });
  const near = begun.filter(({ distance }) => distance < NEAR);
  const most = Math.max(...near.map(({ distance }) => distance));
  const where = `within ${fixed(Math.ceil(most * 1000) / 1000, 3)} nats of ${guess}`;
  const names = near.map(({ group }) => group.name);
  const verb = near.length === 1 ? "begins" : "begin";
  return [
    ...texts,
    ...(names.length === 0
      ? []
      : [
          `${atStart(groupsText(names, groups.length, "All groups"))} ${verb} ${where}: nothing has to be undone first.`,
        ]),
  ];
}

/** Begins a sentence with the name of a group, which is written as it is, but for the only one. */
function atStart(names: string): string {
  return names.replace(/^the run\b/, "The run");
}

const WHY = ": it is sure and wrong";

/** Says of a group that begins far from guessing what that costs, beside another one that does not. */
function farText(group: Group, other: Group | undefined, where: string): string {
  const { initial, early, earlySteps, below } = group.firstSteps;
  const beside = (text: (of: Group) => string): string =>
    other === undefined ? "" : ` (${other.name}: ${text(other)})`;
  const otherEarly = beside(({ firstSteps }) => fixed(firstSteps.early.mean, 2));
  const missing =
    initial.n > below.n
      ? `, in the ${count(below.n)} of ${count(initial.n)} runs that ever do better`
      : "";
  const until =
    below.n === 0
      ? "it never does better than guessing"
      : `it does worse than guessing until ${belowShort(group)}${missing}`;
  return [
    `${atStart(titleOf(group))} begins at a loss of ${meanErrorText(initial)}, ${where}.`,
    `Its first ${counted(earlySteps, "step")} cost ${fixed(early.mean, 2)} nats on average${otherEarly},`,
    `and ${until}${beside(belowShort)}.`,
  ].join(" ");
}

/** Names the first step from which 16 together cost less than guessing. */
function belowShort({ firstSteps: { below } }: Group): string {
  if (below.mean === null) return "never";
  const { mean, error } = roundedToError(below.mean, below.std);
  const spread = below.std === null || below.std < 0.5 ? "" : ` ± ${count(Number(error))}`;
  return `step ${count(spread === "" ? below.mean : Number(mean))}${spread}`;
}
