import { type BinAxis, binAxis, densityOf, type LayerProbe, type TensorKind } from "@ablate/store";
import type { Draw } from "../chart/draw.ts";
import type { Chart, Mark, Point } from "../chart/marks.ts";
import { colorAt } from "../chart/palette.ts";
import type { Looks, Shown } from "../data/group.ts";
import { type Content, html } from "../html.ts";
import { count, percent, scaled } from "../text.ts";
import { histogramTable } from "./histogram-table.ts";

export type Looked = Shown & { readonly looks: Looks };

const CELLS = 60;
const ROW = 46;

/** Histograms of one kind of number in every hidden layer of a group, at initialisation and at the end. */
export function histogramChart(
  { name, place, looks }: Looked,
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
  const layers = hiddenLayers(looks.first.layers).filter(
    ({ tensors }) => tensors[kind] !== undefined,
  );
  if (layers.length === 0) return null;
  const last = new Map(looks.last.layers.map((layer) => [layer.name, layer]));
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
    description: `A histogram for each hidden layer, at initialisation as a dashed line, after ${count(looks.last.step)} updates filled. ${layers.map((layer) => spreadText(layer, { last: last.get(layer.name), kind })).join("; ")}.`,
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
    { kind, title: chart.title, axis, step: looks.last.step },
  );
  return html`<div>${draw(chart)}${numbers}</div>`;
}

/** Groups whose axes differ by more than this would leave each other's histograms no room. */
const MOST_APART = 10;

/** For the activations of each group: one axis for all where all are seen on it, else each its own. */
export function activationAxes(groups: readonly Looked[]): {
  readonly axes: readonly BinAxis[];
  readonly isShared: boolean;
} {
  const own = groups.map((group) => sharedAxis([group], "activation"));
  const ranges = own.map(({ range }) => range);
  const isShared = Math.max(...ranges) <= MOST_APART * Math.min(...ranges);
  const shared = sharedAxis(groups, "activation");
  return { axes: isShared ? groups.map(() => shared) : own, isShared };
}

/** An axis with room for this kind in all hidden layers of these groups. */
export function sharedAxis(groups: readonly Looked[], kind: TensorKind): BinAxis {
  const layers = groups.flatMap(({ looks }) => [
    ...hiddenLayers(looks.first.layers),
    ...hiddenLayers(looks.last.layers),
  ]);
  return binAxis(
    layers.flatMap(({ tensors }) => tensors[kind] ?? []),
    false,
  );
}

export function hiddenLayers(layers: readonly LayerProbe[]): readonly LayerProbe[] {
  return layers.filter(({ name }) => name.startsWith("hidden"));
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
