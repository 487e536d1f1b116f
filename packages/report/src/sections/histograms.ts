import { type BinAxis, binAxis, densityOf, type LayerProbe, type TensorKind } from "@ablate/store";
import type { Draw } from "../chart/draw.ts";
import type { Chart, Mark, Point } from "../chart/marks.ts";
import { colorAt } from "../chart/palette.ts";
import type { ProbePair, Shown } from "../data/group.ts";
import { type Content, type Html, html } from "../html.ts";
import { details, table } from "../layout/blocks.ts";
import { count, percent, scaled } from "../text.ts";

export type Probed = Shown & { readonly probes: ProbePair };

const CELLS = 60;
const ROW = 46;

/** Draws histograms of one kind of number in every hidden layer of a group, at initialisation and at the end. */
export function histogramChart(
  { name, place, probes }: Probed,
  {
    kind,
    title,
    axis,
    draw,
  }: {
    readonly kind: TensorKind;
    readonly title: string;
    readonly axis: BinAxis;
    readonly draw: Draw;
  },
): Content {
  const layers = hiddenLayers(probes.first.layers).filter(
    ({ tensors }) => tensors[kind] !== undefined,
  );
  if (layers.length === 0) return null;
  const last = new Map(probes.last.layers.map((layer) => [layer.name, layer]));
  const marks = layers.flatMap((layer, i): readonly Mark[] => {
    const base = layers.length - 1 - i;
    const first = heights(layer, { kind, axis });
    const end = heights(last.get(layer.name), { kind, axis });
    const most = Math.max(...first, ...end, 1e-12);
    const trace = (values: readonly number[]): readonly Point[] =>
      values.map(
        (value, cell): Point => [
          axis.range * ((2 * (cell + 0.5)) / CELLS - 1),
          base + (0.86 * value) / most,
        ],
      );
    return [
      ...(end.length === 0
        ? []
        : [
            {
              kind: "area",
              points: [[-axis.range, base], ...trace(end), [axis.range, base]],
              color: colorAt(place),
              opacity: 0.45,
            } as const,
          ]),
      {
        kind: "line",
        points: trace(first),
        stroke: { color: "var(--text)", dash: [3, 2], width: 1.2 },
      },
      { kind: "text", at: [-axis.range, base + 0.4], text: layer.name },
    ];
  });
  const chart: Chart = {
    title: `${name}: ${title}`,
    description: `A histogram for each hidden layer, at initialisation as a dashed line, after ${count(probes.last.step)} updates filled. ${layers.map((layer) => spreadText(layer, { last: last.get(layer.name), kind })).join("; ")}.`,
    width: 480,
    height: 74 + ROW * Math.max(2, layers.length),
    labels: { left: 66, right: 14 },
    x: {
      title,
      min: -axis.range,
      max: axis.range,
      interval: axis.range / 2,
      format: scaled,
    },
    y: { title: name, min: 0, max: layers.length, isBare: true },
    marks,
  };
  const numbers = histogramTable(
    layers.map((layer) => ({ first: layer, last: last.get(layer.name) })),
    { kind, title: chart.title, axis, step: probes.last.step },
  );
  return html`<div>${draw(chart)}${numbers}</div>`;
}

/** Groups whose axes differ by more than this would leave each other's histograms no room. */
const MOST_APART = 10;

/** Returns an axis for the activations of each group: one for all where it shows them all, else each its own. */
export function activationAxes(groups: readonly Probed[]): {
  readonly axes: readonly BinAxis[];
  readonly isShared: boolean;
} {
  const own = groups.map((group) => sharedAxis([group], "activation"));
  const ranges = own.map(({ range }) => range);
  const isShared = Math.max(...ranges) <= MOST_APART * Math.min(...ranges);
  const shared = sharedAxis(groups, "activation");
  return { axes: isShared ? groups.map(() => shared) : own, isShared };
}

/** Returns an axis with room for this kind in all hidden layers of these groups. */
export function sharedAxis(groups: readonly Probed[], kind: TensorKind): BinAxis {
  const layers = groups.flatMap(({ probes }) => [
    ...hiddenLayers(probes.first.layers),
    ...hiddenLayers(probes.last.layers),
  ]);
  return binAxis(
    layers.flatMap(({ tensors }) => tensors[kind] ?? []),
    false,
  );
}

export function hiddenLayers(layers: readonly LayerProbe[]): readonly LayerProbe[] {
  return layers.filter(({ kind }) => kind === "hidden");
}

function heights(
  layer: LayerProbe | undefined,
  { kind, axis }: { readonly kind: TensorKind; readonly axis: BinAxis },
): readonly number[] {
  const histogram = layer?.tensors[kind]?.histogram;
  if (histogram === null || histogram === undefined) return [];
  return [...densityOf(histogram, axis, CELLS).cells];
}

function spreadText(
  layer: LayerProbe,
  { last, kind }: { readonly last: LayerProbe | undefined; readonly kind: TensorKind },
): string {
  const share = (of: LayerProbe | undefined): string =>
    kind === "activation" && of?.saturation ? `, ${percent(of.saturation.share)} saturated` : "";
  return `${layer.name} std ${scaled(layer.tensors[kind]?.std)}${share(layer)}, then ${scaled(last?.tensors[kind]?.std)}${share(last)}`;
}

/** Fine enough that a quantile is right to a thousandth of the axis. */
const FINE_CELLS = 2000;

const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95];

/** A layer at initialisation and, where there is such a probe, at the end. */
type FirstAndLast = { readonly first: LayerProbe; readonly last: LayerProbe | undefined };

/** Tables spread and quantiles of a chart's histograms, folded. */
function histogramTable(
  layers: readonly FirstAndLast[],
  {
    kind,
    title,
    axis,
    step,
  }: {
    readonly kind: TensorKind;
    readonly title: string;
    readonly axis: BinAxis;
    readonly step: number;
  },
): Html {
  const row = (layer: LayerProbe | undefined, when: string): readonly (readonly string[])[] => {
    const stored = layer?.tensors[kind];
    if (layer === undefined || !stored?.histogram) return [];
    const { cells } = densityOf(stored.histogram, axis, FINE_CELLS);
    const quantiles = QUANTILES.map((share) => scaled(quantileOf(cells, { share, axis })));
    return [[layer.name, when, scaled(stored.std), ...quantiles]];
  };
  return details(
    "the histograms in numbers",
    table({
      caption: `${title}: spread, and the numbers below which so many of all lie.`,
      columns: [
        { title: "layer" },
        { title: "updates", isNumber: true },
        { title: "std", isNumber: true },
        ...QUANTILES.map((share) => ({ title: `${100 * share} %`, isNumber: true })),
      ],
      rows: layers.flatMap(({ first, last }) => [
        ...row(first, "0"),
        ...(step === 0 ? [] : row(last, count(step))),
      ]),
    }),
  );
}

/** Returns the number below which this share of all lies, as well as cells on an axis tell. */
function quantileOf(
  cells: Float64Array,
  { share, axis: { range } }: { readonly share: number; readonly axis: BinAxis },
): number {
  const wanted = share * cells.reduce((sum, cell) => sum + cell, 0);
  let below = 0;
  for (const [i, cell] of cells.entries()) {
    if (below + cell >= wanted && cell > 0) {
      const at = (i + (wanted - below) / cell) / cells.length;
      return range * (2 * at - 1);
    }
    below += cell;
  }
  return range;
}

const PARTS: readonly (readonly [text: string, most: number])[] = [
  ["no example", 0],
  ["up to a tenth of them", 0.1],
  ["up to half of them", 0.5],
  ["up to nine tenths", 0.9],
  ["more, but not all", 1 - 1e-9],
  ["all of them: dead", 1],
];

/** Tables how many units of a saturation map are flat for how many of the examples, folded. */
export function unitsTable(title: string, shares: readonly number[]): Html {
  const rows = PARTS.map(([text, most], i) => {
    const above = PARTS[i - 1]?.[1] ?? -1;
    return [text, count(shares.filter((share) => share > above && share <= most).length)];
  });
  return details(
    "the map in numbers",
    table({
      caption: `${title}: units by the share of the examples that they are flat for.`,
      columns: [{ title: "flat for" }, { title: "units", isNumber: true }],
      rows,
    }),
  );
}
