import { area, type Chart, GUIDE, line, type Point, type Stroke, segment } from "@ablate/figures";
import type { Parameter } from "@ablate/store";
import { compact } from "@ablate/text";
import type { ColumnValue } from "../data/columns.ts";
import { type ReportFacts, type Shown, titleOf } from "../data/facts.ts";
import { type Content, type Html, html } from "../html.ts";
import type { Draw } from "../layout/draw.ts";
import { inNumbers, numbers, panels, sentences, spread, table } from "../layout/page.ts";
import { fixed } from "../text.ts";
import { LOWEST, updateWords } from "./update-words.ts";

/** Draws how fast every parameter of every shown group learns. */
export function updatesSection(facts: ReportFacts, draw: Draw): Content {
  const groups = facts.shown.filter(({ curves }) =>
    [...curves.ratios.values()].some(({ length }) => length > 0),
  );
  if (groups.length === 0) return null;
  const range = ratioRange(groups);
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

function ratioChart(
  facts: ReportFacts,
  group: Shown,
  [min, max]: readonly [number, number],
): Chart {
  const right = Math.max(10, facts.steps);
  const drawn = [...group.curves.ratios].filter(([, values]) => values.length > 0);
  const names = drawn.map(([param]) => param);
  const { band } = group;
  const edges =
    band === null ? [] : [1, right, right, 1].map((x, i): Point => [x, band[i >> 1] ?? 0]);
  const shade = band === null ? [] : [area(edges, "var(--band)", 0.13)];
  const guides = new Set(names.flatMap((param) => facts.ratios.get(param)?.guide ?? []));
  const ends = drawn.map(([param, values]) => `${param} ${fixed(values.at(-1)?.mean, 2)}`);
  const title = `${group.name}: log10 update:data`;
  return {
    title,
    description: `A line for each parameter, at the end: ${ends.join(", ")}.`,
    width: 430,
    height: Math.max(HEIGHT, 80 + LABEL * drawn.length),
    labels: { left: 40, right: 36 + 7.2 * Math.max(0, ...names.map(({ length }) => length)) },
    x: { title: "updates", min: 1, max: right, isLog: true, format: compact },
    y: { title, min, max, interval: 1 },
    marks: [
      ...shade,
      ...[...guides].map((at) => segment([1, at], [right, at], GUIDE)),
      ...drawn.map(([param, values], i) => {
        const points = values.map(({ at, mean }): Point => [at, mean]);
        return line(points, strokeOf(facts, names, i), param);
      }),
    ],
  };
}

/**
 * Returns a line in shades of grey: colours are of groups. What is judged by the band, weights of hidden layers, is
 * solid and darkest in the first layer; other parameters have dashes by what they are, a shade for each layer.
 */
function strokeOf({ parameters }: ReportFacts, names: readonly string[], i: number): Stroke {
  const known = names.map((name) => parameters.get(name));
  const isHidden = (at: number): boolean => known[at]?.layerKind === "hidden";
  const order = [...names.keys()].sort(
    (a, b) => Number(isHidden(b)) - Number(isHidden(a)) || a - b,
  );
  const layers = [...new Set(order.map((at) => known[at]?.layer ?? names[at]))];
  const own = known[i];
  const place = layers.indexOf(own?.layer ?? names[i]);
  const color = `var(--p${place % SHADES})`;
  if (isHidden(i) && own?.role === "weight") return { color, dash: [], width: 2.2 };
  const isOutput = own?.layerKind === "output" && own.role === "weight";
  const dash = isOutput ? OUTPUT : DASHES[own?.role ?? "other"];
  return { color, dash: dash ?? OTHERS[place % OTHERS.length] ?? [], width: 1.6 };
}

/** Shades of the page for parameters. */
const SHADES = 4;

const OUTPUT = [10, 3];
const DASHES: Readonly<Partial<Record<Parameter["role"], readonly number[]>>> = {
  embedding: [2, 2],
  bias: [5, 3],
  gain: [1, 3],
  shift: [8, 2, 2, 2],
};
const OTHERS: readonly (readonly number[])[] = [[], OUTPUT, [5, 3], [2, 2]];

/** All groups have the same axis; what is below or above any sense is cut off. */
function ratioRange(groups: readonly Shown[]): readonly [number, number] {
  const values = groups.flatMap(({ curves }) =>
    [...curves.ratios.values()].flat().map(({ mean }) => mean),
  );
  const drawn = values.filter((value) => value > LOWEST);
  return [
    Math.min(-4, Math.floor(Math.min(...drawn))),
    Math.min(2, Math.max(-1, Math.ceil(Math.max(...values)))),
  ];
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
