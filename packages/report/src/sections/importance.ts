/** Which of three and more factors decide: their shares of the variance between settings. */
import { importanceOf, importanceWords } from "@ablate/store";
import type { ReportFacts } from "../data/facts.ts";
import { type Content, html } from "../html.ts";
import { numbers, sentences, table } from "../layout/page.ts";
import { percent } from "../text.ts";
import { metricTitle } from "./ranking.ts";

/** With two factors, whether they act together says as much. */
const LEAST_FACTORS = 3;

/** Tables the share of each factor by an additive model, and says where that says little. */
export function importanceSection({ runs, metric }: ReportFacts): Content {
  const found = importanceOf(runs, metric);
  const { factors, rest, cells } = found;
  if (factors.length < LEAST_FACTORS) return null;
  const interval = ({ low, high }: typeof rest): string =>
    low === null ? "–" : `${percent(low)} to ${percent(high)}`;
  const rows = [
    ...factors.map((one) => ({ ...one, name: one.factor.name, count: String(one.values) })),
    { ...rest, name: "not additive", count: "" },
  ];
  return html`<p>How much of the variance of the ${metricTitle(metric)} between ${cells.n} settings each factor has, by a model in which the effects of all values add up. Luck is the share that the seeds alone would give; the intervals are those of the jackknife over seeds.</p>${table(
    `Shares of the variance of the ${metricTitle(metric)} between settings.`,
    ["factor", ...numbers("values", "share", "95 % interval", "luck")],
    rows.map((one) => [
      ...[one.name, one.count, percent(one.share), interval(one)],
      one.chance === null ? "–" : percent(one.chance),
    ]),
  )}${sentences(importanceWords(found).map((text) => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`))}`;
}
