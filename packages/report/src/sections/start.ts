import { counted } from "@ablate/text";
import type { ReportFacts } from "../data/facts.ts";
import type { Group } from "../data/group.ts";
import { html } from "../html.ts";
import { named, type PageSection, sentences, table } from "../layout/blocks.ts";
import { count, fixed, listed, meanStdText, nats } from "../text.ts";

/** Tables the losses that runs begin with and what their first steps cost. */
export function startSection(facts: ReportFacts): PageSection | null {
  const { guessing } = facts;
  const groups = facts.groups.filter(({ firstSteps }) => firstSteps.initial.n > 0);
  if (guessing === null || groups.length === 0) return null;
  const rows = groups.map((group) => {
    const { initial, early, earlySteps } = group.firstSteps;
    return [
      named(group),
      meanStdText(initial),
      fixed((initial.mean ?? Number.NaN) - guessing.loss, 3),
      `${meanStdText(early, 3)} (${count(earlySteps)})`,
      belowShort(group.firstSteps),
    ];
  });
  const body = html`<p>Guessing among ${count(guessing.classes)} classes costs ln ${count(guessing.classes)} = ${fixed(guessing.loss, 4)} nats. A network that begins above that is sure of something wrong; the steps that undo it are lost.</p>
${sentences(startWords(facts))}${table({
  caption: "How groups begin: mean ± standard deviation over seeds.",
  columns: [
    { title: "group" },
    { title: "loss at initialisation", isNumber: true },
    { title: `above ln ${count(guessing.classes)}`, isNumber: true },
    { title: "mean loss of the first steps (how many)", isNumber: true },
    { title: "first step from which 16 together cost less than guessing", isNumber: true },
  ],
  rows,
})}`;
  return { id: "start", title: "The first steps", body };
}

/** Nats from what guessing costs that count as a good beginning. */
const NEAR = 0.3;

export function startWords({ groups, guessing }: ReportFacts): readonly string[] {
  if (guessing === null) return [];
  const begun = groups.filter(({ firstSteps }) => firstSteps.initial.mean !== null);
  const away = (group: Group): number => (group.firstSteps.initial.mean ?? 0) - guessing.loss;
  const closest = [...begun].sort((a, b) => Math.abs(away(a)) - Math.abs(away(b)))[0];
  const guess = `ln ${count(guessing.classes)} = ${nats(guessing.loss)}`;
  const far = begun.filter((group) => Math.abs(away(group)) >= NEAR);
  const near = begun.filter((group) => Math.abs(away(group)) < NEAR);
  const texts = far.map((group) => farText(group, { away: away(group), guess, closest }));
  if (near.length === 0) return texts;
  const most = Math.max(...near.map((group) => Math.abs(away(group))));
  const verb = near.length === 1 ? "begins" : "begin";
  const where = `within ${fixed(Math.ceil(most * 1000) / 1000, 3)} nats of ${guess}, which guessing costs`;
  return [
    ...texts,
    `${listed(near.map(({ name }) => name))} ${verb} ${where}: nothing has to be undone first.`,
  ];
}

function farText(
  { name, firstSteps }: Group,
  {
    away,
    guess,
    closest,
  }: { readonly away: number; readonly guess: string; readonly closest: Group | undefined },
): string {
  const { initial, early, earlySteps } = firstSteps;
  const why = away > 0 ? ": it is sure and wrong, and the first steps only undo that" : "";
  const other = closest === undefined || closest.name === name ? null : closest;
  const otherEarly =
    other === null ? "" : ` (${other.name}: ${fixed(other.firstSteps.early.mean, 2)})`;
  return [
    `${name} begins at a loss of ${meanStdText(initial)}, ${fixed(Math.abs(away), 2)} nats ${away > 0 ? "above" : "below"} ${guess}, which guessing costs${why}.`,
    `Its first ${counted(earlySteps, "step")} cost ${fixed(early.mean, 2)} nats on average${otherEarly};`,
    `${belowText(firstSteps)}${other === null ? "" : ` (${other.name}: ${belowShort(other.firstSteps)})`}.`,
  ].join(" ");
}

function belowText({ below, initial }: Group["firstSteps"]): string {
  if (below.n === 0) return "16 steps together never cost less than guessing";
  const missing = initial.n > below.n ? `, in ${below.n} of ${initial.n} runs` : "";
  return `16 steps together cost less than guessing from step ${belowStep(below)} on${missing}`;
}

/** The first step from which 16 together cost less than guessing. */
export function belowShort({ below }: Group["firstSteps"]): string {
  return below.n === 0 ? "never" : `step ${belowStep(below)}`;
}

function belowStep({ mean, std }: Group["firstSteps"]["below"]): string {
  return std === null || std < 0.5 ? count(mean) : `${count(mean)} ± ${count(std)}`;
}
