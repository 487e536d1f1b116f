import type { Parameter } from "@ablate/store";
import { compact } from "@ablate/text";
import type { Draw } from "../chart/draw.ts";
import type { Chart, Mark, Point, Stroke } from "../chart/marks.ts";
import { colorAt, GUIDE, MOST_SHOWN, strokeAt } from "../chart/palette.ts";
import type { ColumnValue } from "../data/columns.ts";
import type { ReportFacts } from "../data/facts.ts";
import { isShown, type Shown } from "../data/group.ts";
import { type Html, html } from "../html.ts";
import { figure, type PageSection, panels, sentences, table } from "../layout/blocks.ts";
import { fixed } from "../text.ts";
import { updateWords } from "../words/updates.ts";

/** Draws how fast every parameter of every shown group learns. */
export function updatesSection(facts: ReportFacts, draw: Draw): PageSection | null {
  const groups = facts.groups
    .filter(isShown)
    .filter(({ curves }) => [...(curves?.ratios.values() ?? [])].some(({ length }) => length > 0));
  if (groups.length === 0) return null;
  const range = ratioRange(groups);
  const charts = groups.map(
    (group) => html`<div>${draw(ratioChart(facts, { group, range }))}</div>`,
  );
  const band = bandOf(facts);
  const body = html`<p>The update:data ratio of a parameter is the spread of a step's update over that of the parameter itself. About a thousandth, −3 on these axes, is healthy${band === null ? "" : `; for weights of hidden layers a verdict is fair, and from ${fixed(band[0], 0)} to ${fixed(band[1], 0)} all is well`}.</p>
${sentences(updateWords(facts))}${figure({
  charts: panels(charts),
  caption:
    "log10 of the update:data ratio of every parameter, a chart for each group; updates on a logarithmic axis, mean over steps and seeds. What lies below −6 is cut off, as biases in front of a batch norm, whose gradient is rounding noise. The dashed line is the guide at −3; the shaded band is where weights of hidden layers should be.",
  numbers: ratioTable(groups),
})}`;
  return { id: "updates", title: "Does every parameter learn?", body };
}

function bandOf({ ratios }: ReportFacts): readonly [number, number] | null {
  const found = [...ratios.values()].find(({ low, high }) => low !== null && high !== null);
  return found === undefined ? null : [found.low ?? 0, found.high ?? 0];
}

const HEIGHT = 230;
const LABEL = 15;

function ratioChart(
  facts: ReportFacts,
  {
    group,
    range: [min, max],
  }: { readonly group: Shown; readonly range: readonly [number, number] },
): Chart {
  const { steps } = facts;
  const right = Math.max(10, steps);
  const drawn = [...(group.curves?.ratios ?? [])].filter(([, values]) => values.length > 0);
  const longest = Math.max(0, ...drawn.map(([param]) => param.length));
  const band = bandOf(facts);
  const shade: readonly Mark[] =
    band === null
      ? []
      : [
          {
            kind: "area",
            color: "var(--band)",
            opacity: 0.13,
            points: [
              [1, band[0]],
              [right, band[0]],
              [right, band[1]],
              [1, band[1]],
            ],
          },
        ];
  const guides = new Set(drawn.flatMap(([param]) => facts.ratios.get(param)?.guide ?? []));
  return {
    title: `${group.name}: log10 update:data`,
    description: `A line for each parameter, at the end: ${drawn.map(([param, values]) => `${param} ${fixed(values.at(-1)?.mean, 2)}`).join(", ")}.`,
    width: 480,
    height: Math.max(HEIGHT, 80 + LABEL * drawn.length),
    labels: { left: 40, right: 36 + 7.2 * longest },
    x: { title: "updates", min: 1, max: right, isLog: true, format: compact },
    y: { title: `${group.name}: log10 update:data`, min, max, interval: 1 },
    marks: [
      ...shade,
      ...[...guides].map(
        (at): Mark => ({
          kind: "line",
          points: [
            [1, at],
            [right, at],
          ],
          stroke: GUIDE,
        }),
      ),
      ...drawn.map(
        ([param, values], i): Mark => ({
          kind: "line",
          points: values.map(({ at, mean }): Point => [at, mean]),
          stroke: strokeOf(param, { i, names: drawn.map(([name]) => name), facts }),
          label: param,
        }),
      ),
    ],
  };
}

/** With many parameters a colour for each layer, and dashes by what the parameter is. */
function strokeOf(
  param: string,
  {
    i,
    names,
    facts: { parameters },
  }: { readonly i: number; readonly names: readonly string[]; readonly facts: ReportFacts },
): Stroke {
  if (names.length <= MOST_SHOWN) return strokeAt(i, 1.8);
  const layerOf = (name: string) => parameters.get(name)?.layer ?? name;
  const layers = [...new Set(names.map(layerOf))];
  const dash = DASHES[parameters.get(param)?.role ?? "other"] ?? [];
  return { color: colorAt(layers.indexOf(layerOf(param))), dash, width: 1.6 };
}

/** Weights and embeddings are drawn without gaps. */
const DASHES: Readonly<Partial<Record<Parameter["role"], readonly number[]>>> = {
  bias: [6, 3],
  gain: [2, 2],
  shift: [8, 2, 2, 2],
};

/** Below it there is rounding noise: biases in front of a batch norm. */
const LOWEST = -6;

/** All groups have the same axis; what is below or above any sense is cut off. */
function ratioRange(groups: readonly Shown[]): readonly [number, number] {
  const values = groups.flatMap(({ curves }) =>
    [...(curves?.ratios.values() ?? [])].flat().map(({ mean }) => mean),
  );
  return [
    Math.max(LOWEST, Math.min(-5, Math.floor(Math.min(...values)))),
    Math.min(2, Math.max(-1, Math.ceil(Math.max(...values)))),
  ];
}

function ratioTable(groups: readonly Shown[]): Html {
  const params = [...new Set(groups.flatMap(({ curves }) => [...(curves?.ratios.keys() ?? [])]))];
  const text = (values: readonly ColumnValue[] | undefined): string => {
    if (values === undefined || values.length === 0) return "–";
    return `${fixed(values[0]?.mean, 2)} → ${fixed(values.at(-1)?.mean, 2)}`;
  };
  return table({
    caption:
      "log10 update:data of the first step → of the last stretch of the chart, mean over seeds.",
    columns: [
      { title: "parameter" },
      ...groups.map(({ name }) => ({ title: name, isNumber: true })),
    ],
    rows: params.map((param) => [
      param,
      ...groups.map(({ curves }) => text(curves?.ratios.get(param))),
    ]),
  });
}
