import type { Facts } from "../data/facts.ts";
import { html } from "../html.ts";
import { type Section, sentences } from "../layout/blocks.ts";
import { table } from "../layout/table.ts";
import { count, fixed, meanStdText } from "../text.ts";
import { belowShort, startWords } from "../words/start.ts";
import { named } from "./swatch.ts";

/** What runs begin with and what their first steps cost. */
export function startSection(facts: Facts): Section | null {
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
