import {
  type Chart,
  type Line,
  PAGE_LOOK,
  parameterStrokes,
  ratioPanel,
  ratioRange,
} from "@ablate/figures";
import { compact } from "@ablate/text";
import type { ColumnValue } from "../data/columns.ts";
import { type ReportFacts, type Shown, titleOf } from "../data/facts.ts";
import { type Content, type Html, html } from "../html.ts";
import type { Draw } from "../layout/draw.ts";
import { inNumbers, numbers, panels, sentences, spread, table } from "../layout/page.ts";
import { fixed } from "../text.ts";
import { valuesOf } from "./lines.ts";
import { updateWords } from "./update-words.ts";

/** Draws how fast every parameter of every shown group learns. */
export function updatesSection(facts: ReportFacts, draw: Draw): Content {
  const groups = facts.shown.filter(({ curves }) =>
    [...curves.ratios.values()].some(({ length }) => length > 0),
  );
  if (groups.length === 0) return null;
  const range = ratioRange(groups.flatMap((group) => linesOf(facts, group)));
  const charts = groups.map((group) => html`<div>${draw(ratioChart(facts, group, range))}</div>`);
  return html`<p>The update:data ratio of a parameter is the size of a step's update over that of the parameter itself: their standard deviations, or their root mean squares where a log says rms. About a thousandth, −3 on these axes, is healthy${bandText(groups)}.</p>
${spread(
  panels(charts),
  "log10 of the update:data ratio of every parameter, a chart for each group; updates on a logarithmic axis, mean over steps and seeds. Weights of hidden layers are solid and dark. The dashed line is the guide at −3, the shaded band is where weights of hidden layers should be. What lies below −6 is cut off, as biases in front of a batch norm, whose gradient is rounding noise.",
)}${sentences(updateWords(facts))}${inNumbers(ratioTable(groups))}`;
}

/** Says which ratios are well, where groups have hidden layers. */
function bandText(groups: readonly Shown[]): string {
  const [band, ...others] = new Set(groups.flatMap((group) => group.band?.join(" ") ?? []));
  if (band === undefined) return "";
  const [low, high] = band.split(" ").map((edge) => fixed(Number(edge), 1).replace(/\.0$/, ""));
  const where = others.length > 0 ? "in the shaded band of its group" : `from ${low} to ${high}`;
  return `; only weights of hidden layers are judged closely, and ${where} they are well`;
}

const HEIGHT = 230;
const LABEL = 15;

function ratioChart(facts: ReportFacts, group: Shown, range: ReturnType<typeof ratioRange>): Chart {
  const right = Math.max(10, facts.steps);
  const lines = linesOf(facts, group);
  const names = lines.map(({ label }) => label);
  const guides = new Set(names.flatMap((param) => facts.ratios.get(param)?.guide ?? []));
  const ends = lines.map(({ label, values }) => `${label} ${fixed(values.at(-1)?.mean, 2)}`);
  const panel = ratioPanel(
    {
      title: `${group.name}: log10 update:data`,
      description: `A line for each parameter, at the end: ${ends.join(", ")}.`,
      x: { title: "updates", min: 1, max: right, isLog: true, format: compact },
      ...{ range, lines, band: group.band, guides: [...guides] },
    },
    PAGE_LOOK,
  );
  return {
    ...panel,
    width: 430,
    height: Math.max(HEIGHT, 80 + LABEL * lines.length),
    labels: { left: 40, right: 36 + 7.2 * Math.max(0, ...names.map(({ length }) => length)) },
  };
}

function linesOf({ parameters }: ReportFacts, { curves }: Shown): readonly Line[] {
  const drawn = [...curves.ratios].filter(([, values]) => values.length > 0);
  const strokes = parameterStrokes(
    drawn.map(([name]) => ({ name, kind: parameters.get(name) })),
    PAGE_LOOK,
  );
  return drawn.flatMap(([label, values], i): readonly Line[] => {
    const stroke = strokes[i];
    const calm = values.map((one) => ({ ...one, std: 0 }));
    return stroke === undefined ? [] : [{ label, stroke, values: valuesOf(calm) }];
  });
}

function ratioTable(groups: readonly Shown[]): Html {
  const params = [...new Set(groups.flatMap(({ curves }) => [...curves.ratios.keys()]))];
  const text = (values: readonly ColumnValue[] = []): string =>
    values.length === 0 ? "–" : `${fixed(values[0]?.mean, 2)} → ${fixed(values.at(-1)?.mean, 2)}`;
  return table(
    "log10 update:data of the first step → of the last stretch of the chart, mean over seeds.",
    ["parameter", ...numbers(...groups.map(titleOf))],
    params.map((param) => [param, ...groups.map(({ curves }) => text(curves.ratios.get(param)))]),
  );
}
