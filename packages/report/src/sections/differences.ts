import { type PairedDifference, verdictText } from "@ablate/store";
import type { Draw } from "../chart/draw.ts";
import { type Chart, type Mark, roundRange } from "../chart/marks.ts";
import { colorAt, GUIDE } from "../chart/palette.ts";
import type { ReportFacts } from "../data/facts.ts";
import type { Group } from "../data/group.ts";
import { type Content, type Html, html } from "../html.ts";
import { figure, type PageSection, sentences, table, wide } from "../layout/blocks.ts";
import { count, fixed } from "../text.ts";
import { differenceOf, differenceWords, metricTitle, ranked } from "../words/differences.ts";

/** Says which groups differ by more than the seeds do, and what each factor does. */
export function differencesSection(facts: ReportFacts, draw: Draw): PageSection | null {
  const order = ranked(facts);
  const [best] = order;
  if (best === undefined || order.length < 2) return null;
  const { metric } = facts;
  const others = order
    .slice(1)
    .map((group) => ({ group, difference: differenceOf(group, best, metric) }));
  const body = html`<p>Runs with the same seed have the same data in the same order, so differences are taken seed by seed; the interval is that of Student's t at 95 %. One that does not contain 0 is larger than the spread over seeds.</p>
${sentences(differenceWords(facts))}${figure({
  charts: wide(
    "Differences from the best group",
    draw(forest(others, { best, title: metricTitle(metric) })),
  ),
  caption: `How much higher the ${metricTitle(metric)} is than that of ${best.name}: the mean over seeds and its interval. The dashed line is no difference at all.`,
  numbers: differencesTable(others, best),
})}${effects(facts)}`;
  return { id: "differences", title: "Larger than chance?", body };
}

type Other = { readonly group: Group; readonly difference: PairedDifference };

const MOST_ROWS = 24;
const ROW = 24;

function forest(
  all: readonly Other[],
  { best, title }: { readonly best: Group; readonly title: string },
): Chart {
  const rows = all.filter(({ difference: { mean } }) => mean !== null).slice(0, MOST_ROWS);
  const ends = rows.flatMap(({ difference: { mean, low, high } }) => [
    low ?? mean ?? 0,
    high ?? mean ?? 0,
  ]);
  const [least, most] = [Math.min(0, ...ends), Math.max(0, ...ends)];
  const marks = rows.flatMap(({ group, difference: { mean, low, high } }, i): readonly Mark[] => {
    const y = rows.length - i - 0.5;
    const color = group.place === null ? "var(--text)" : colorAt(group.place);
    const line: readonly Mark[] =
      low === null || high === null
        ? []
        : [
            {
              kind: "line",
              points: [
                [low, y],
                [high, y],
              ],
              stroke: { color, dash: [], width: 2.5 },
            },
          ];
    return [
      ...line,
      { kind: "dot", at: [mean ?? 0, y], color },
      { kind: "text", at: [0, y], text: group.name },
    ];
  });
  const longest = Math.max(...rows.map(({ group }) => group.name.length), 2);
  return {
    title: `Differences in ${title} from ${best.name}`,
    description: rows
      .map(
        ({ group, difference }) =>
          `${group.name} ${fixed(difference.mean, 4)}, ${verdictText(difference)}`,
      )
      .join("; "),
    width: 860,
    height: 80 + ROW * rows.length,
    labels: { left: 24 + 6.8 * longest, right: 24 },
    x: {
      title: `${title} above that of ${best.name}, nats`,
      ...roundRange(least, most),
    },
    y: { title: "", min: 0, max: Math.max(1, rows.length), isBare: true },
    marks: [
      {
        kind: "line",
        points: [
          [0, 0],
          [0, Math.max(1, rows.length)],
        ],
        stroke: GUIDE,
      },
      ...marks,
    ],
  };
}

function differencesTable(rows: readonly Other[], best: Group): Html {
  return table({
    caption: `Differences from ${best.name}, paired by seed.`,
    columns: [
      { title: "group" },
      { title: "difference", isNumber: true },
      { title: "95 % interval", isNumber: true },
      { title: "seeds", isNumber: true },
      { title: "in words" },
    ],
    rows: rows.map(({ group, difference }) => [group.name, ...differenceCells(difference)]),
  });
}

function differenceCells(difference: PairedDifference): readonly Content[] {
  const { mean, low, high, n } = difference;
  return [
    fixed(mean, 4),
    low === null ? "–" : `${fixed(low, 4)} to ${fixed(high, 4)}`,
    count(n),
    verdictText(difference),
  ];
}

function effects({ comparison, metric }: ReportFacts): Content {
  const own = comparison.effects.filter((one) => one.metric === metric).map(({ effect }) => effect);
  if (own.length === 0) return null;
  const rows = own.flatMap(({ factor, values }) =>
    values.map(({ runs: [run], moments, difference }) => [
      factor.name,
      factor.keys
        .map((key) => run.settings.find((one) => one.key === key)?.text ?? "none")
        .join(", "),
      fixed(moments.mean, 4),
      ...(difference === null
        ? ["", "", "", "what the others are compared with"]
        : differenceCells(difference)),
    ]),
  );
  return html`<h3>What each factor does</h3>${table({
    caption: `Effects on the ${metricTitle(metric)}: runs that are equal in all but this factor, held against each other seed by seed.`,
    columns: [
      { title: "factor" },
      { title: "value" },
      { title: "mean of all", isNumber: true },
      { title: "difference", isNumber: true },
      { title: "95 % interval", isNumber: true },
      { title: "seeds", isNumber: true },
      { title: "in words" },
    ],
    rows,
  })}`;
}
