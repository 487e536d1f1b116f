import {
  type Axis,
  type Chart,
  lineMarks,
  PAGE_LOOK,
  roundRange,
  segment,
  stepText,
} from "@ablate/figures";
import { isOfMachine, type MetricSummary } from "@ablate/store";
import { counted } from "@ablate/text";
import type { ColumnValue } from "../data/columns.ts";
import { lossColumns, type ReportFacts, type Shown, titleOf } from "../data/facts.ts";
import { type Content, html } from "../html.ts";
import type { Draw } from "../layout/draw.ts";
import { inNumbers, numbers, panels, spread, table } from "../layout/page.ts";
import { scaled } from "../text.ts";
import { lineOf } from "./lines.ts";

/** More charts than somebody looks at; the store has all. */
const MOST_CHARTS = 12;

/** What the groups have of a metric, those alone that have some. */
type Recorded = {
  readonly info: MetricSummary;
  readonly groups: readonly { readonly group: Shown; readonly values: readonly ColumnValue[] }[];
};

/** Draws what the runs have recorded by names of their own. */
export function recordedSection(facts: ReportFacts, draw: Draw): Content {
  const all = recordedOf(facts);
  if (all.length === 0) return null;
  const drawn = all.slice(0, MOST_CHARTS);
  const charts = drawn.map((one) => html`<div>${draw(metricChart(facts, one))}</div>`);
  const each = counted(Math.round(facts.steps / lossColumns(facts.steps)), "step");
  const rest = all.length - drawn.length;
  const restText = rest === 0 ? "" : ` ${counted(rest, "more name")} are in the table alone.`;
  const groups = facts.shown;
  return html`${spread(
    panels(charts),
    `What the runs record of their steps by names of their own; each point is the mean of ${each} and of the seeds.${restText}`,
  )}${inNumbers(
    table(
      "Mean of the first stretch of the chart → of the last.",
      ["metric", ...numbers(...groups.map(titleOf))],
      all.map(({ info, groups: own }) => [
        info.name,
        ...groups.map((group) => endsText(own.find((one) => one.group === group)?.values)),
      ]),
    ),
  )}`;
}

function recordedOf({ shown, metrics }: ReportFacts): readonly Recorded[] {
  const recorded = [...metrics.values()].filter(({ name }) => !isOfMachine(name));
  return recorded.flatMap((info): readonly Recorded[] => {
    const groups = shown.flatMap((group) => {
      const values = group.curves.metrics.get(info.name) ?? [];
      return values.length === 0 ? [] : [{ group, values }];
    });
    return groups.length === 0 ? [] : [{ info, groups }];
  });
}

function endsText(values: readonly ColumnValue[] = []): string {
  return values.length === 0 ? "–" : `${scaled(values[0]?.mean)} → ${scaled(values.at(-1)?.mean)}`;
}

function metricChart({ steps }: ReportFacts, { info, groups }: Recorded): Chart {
  const { name, guide } = info;
  const ends = groups.map(({ group, values }) => `${group.name} ${scaled(values.at(-1)?.mean)}`);
  const names = groups.map(({ group }) => group.name.length);
  return {
    title: name,
    description: `A line for each group, at the end: ${ends.join(", ")}.`,
    ...{ width: 430, height: 220 },
    labels: { left: 48, right: 36 + 7.2 * Math.max(0, ...names) },
    x: { title: "updates", min: 0, max: steps, format: stepText },
    y: { title: name, ...rangeOf(info, groups) },
    marks: [
      ...(guide === null ? [] : [segment([0, guide], [steps, guide], PAGE_LOOK.guide)]),
      ...lineMarks(groups.map(({ group, values }) => lineOf(group, values, group.name))),
    ],
  };
}

/** Numbers further apart than this have a logarithmic axis, where one is usual. */
const WIDE = 30;

function rangeOf(
  { log_axis: isUsual, guide }: MetricSummary,
  groups: Recorded["groups"],
): Omit<Axis, "title"> {
  const means = groups.flatMap(({ values }) => values.map(({ mean }) => mean));
  const all = [...means, ...(guide === null ? [] : [guide])];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  if (isUsual === 0 || low <= 0 || high / low < WIDE) return roundRange(low, high);
  return {
    isLog: true,
    ...{ min: 10 ** Math.floor(Math.log10(low)), max: 10 ** Math.ceil(Math.log10(high)) },
  };
}
