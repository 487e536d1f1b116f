import { type BinAxis, binAxis, densityOf, type LayerProbe, type TensorKind } from "@ablate/store";
import type { Draw } from "../chart/draw.ts";
import { area, type Chart, colorAt, line, type Mark, type Point } from "../chart/marks.ts";
import type { Probed, ProbePair } from "../data/facts.ts";
import { type Content, type Html, html } from "../html.ts";
import { details, figure, numbers, panels, table } from "../layout/page.ts";
import { count, listed, percent, scaled } from "../text.ts";

/** A layer at initialisation and at the end. */
export type LayerPair = { readonly first: LayerProbe; readonly last: LayerProbe };

const CELLS = 60;
const ROW = 46;
/** Groups whose axes differ by more than this would leave each other's histograms no room. */
const MOST_APART = 10;

type Kind = { readonly kind: TensorKind; readonly title: string };

const KINDS: readonly Kind[] = [
  { kind: "activation", title: "activations" },
  { kind: "activation_gradient", title: "gradients in activations" },
  { kind: "weight_gradient", title: "gradients of weights" },
];

/** Draws histograms of each kind in every hidden layer; one axis for activations of all groups where it shows all. */
export function histograms(groups: readonly Probed[], draw: Draw): Content {
  const ranges = groups.map((group) => axisOf([group], "activation").range);
  const isShared = Math.max(...ranges) <= MOST_APART * Math.min(...ranges);
  const charts = groups.flatMap((group) =>
    KINDS.map((kind) => {
      const isOfAll = kind.kind === "activation" && isShared;
      const axis = axisOf(isOfAll ? groups : [group], kind.kind);
      return histogramPanel(group, { ...kind, axis }, draw);
    }),
  );
  return html`<h3>Activations, their gradients and those of the weights</h3>${figure(
    panels(charts),
    `A histogram for each hidden layer of ${picturedText(groups)}: at initialisation as a dashed line, at the end filled; each as high as the higher of the two. ${isShared ? "Activations have one axis for all groups, gradients one for each group." : "Each group has axes of its own."}`,
  )}`;
}

/** Returns an axis with room for this kind in all hidden layers of these groups. */
function axisOf(groups: readonly Probed[], kind: TensorKind): BinAxis {
  const layers = groups.flatMap(({ probes }) =>
    hiddenLayers(probes).flatMap(({ first, last }) => [first, last]),
  );
  return binAxis(
    layers.flatMap(({ tensors }) => tensors[kind] ?? []),
    false,
  );
}

export function layersOf({ first, last }: ProbePair): readonly LayerPair[] {
  return first.layers.map((layer) => ({
    first: layer,
    last: last.layers.find(({ name }) => name === layer.name) ?? layer,
  }));
}

export function hiddenLayers(probes: ProbePair): readonly LayerPair[] {
  return layersOf(probes).filter(({ first }) => first.kind === "hidden");
}

/** Names one run of each group: by its seed where that is the same in all, else by name. */
export function picturedText(groups: readonly Probed[]): string {
  const isOne = groups.length === 1;
  if (groups.every(({ runs }) => runs.length === 1))
    return isOne ? "the run" : "the one run of each group";
  const pictured = groups.map(({ probes }) => probes.run);
  const seeds = groups.map(({ runs }, i) => runs.find(({ name }) => name === pictured[i])?.seed);
  if (new Set(seeds).size > 1) return listed(pictured);
  return `the run with seed ${seeds[0]}${isOne ? "" : " of each group"}`;
}

type Drawn = Kind & { readonly axis: BinAxis };

/** Draws one kind of number in every hidden layer of a group, at initialisation and at the end. */
function histogramPanel(group: Probed, drawn: Drawn, draw: Draw): Content {
  const { name, probes } = group;
  const { kind, axis } = drawn;
  const { range } = axis;
  const layers = hiddenLayers(probes).filter(({ first }) => first.tensors[kind] !== undefined);
  if (layers.length === 0) return null;
  const title = `${name}: ${drawn.title}`;
  const spreads = layers.map((layer) => spreadText(layer, kind)).join("; ");
  const { step } = probes.last;
  const chart: Chart = {
    title,
    description: `A histogram for each hidden layer, at initialisation as a dashed line, after ${count(step)} updates filled. ${spreads}.`,
    width: 480,
    height: 74 + ROW * Math.max(2, layers.length),
    labels: { left: 66, right: 14 },
    x: { title: drawn.title, min: -range, max: range, interval: range / 2, format: scaled },
    y: { title: name, min: 0, max: layers.length, isBare: true },
    marks: layers.flatMap((layer, i) =>
      layerMarks(layer, drawn, [layers.length - 1 - i, group.place]),
    ),
  };
  return html`<div>${draw(chart)}${histogramTable(layers, { ...drawn, title }, step)}</div>`;
}

function layerMarks(
  { first, last }: LayerPair,
  { kind, axis }: Drawn,
  [base, place]: readonly [number, number],
): readonly Mark[] {
  const { range } = axis;
  const [begin = [], end = []] = [first, last].map(({ tensors }) => {
    const histogram = tensors[kind]?.histogram;
    return histogram ? [...densityOf(histogram, axis, CELLS).cells] : [];
  });
  const most = Math.max(...begin, ...end, 1e-12);
  const trace = (values: readonly number[]): readonly Point[] =>
    values.map((value, cell) => [
      range * ((2 * (cell + 0.5)) / CELLS - 1),
      base + (0.86 * value) / most,
    ]);
  const filled: readonly Point[] = [[-range, base], ...trace(end), [range, base]];
  return [
    ...(end.length === 0 ? [] : [area(filled, colorAt(place), 0.45)]),
    line(trace(begin), { color: "var(--text)", dash: [3, 2], width: 1.2 }),
    { kind: "text", at: [-range, base + 0.4], text: first.name },
  ];
}

function spreadText({ first, last }: LayerPair, kind: TensorKind): string {
  const text = ({ tensors, saturation }: LayerProbe): string => {
    const isSaid = kind === "activation" && saturation !== null;
    return `${scaled(tensors[kind]?.std)}${isSaid ? `, ${percent(saturation.share)} saturated` : ""}`;
  };
  return `${first.name} std ${text(first)}, then ${text(last)}`;
}

/** Fine enough that a quantile is right to a thousandth of the axis. */
const FINE_CELLS = 2000;

const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95];

/** Tables spread and quantiles of a chart's histograms, folded. */
function histogramTable(
  layers: readonly LayerPair[],
  { kind, title, axis }: Drawn,
  lastStep: number,
): Html {
  const row = ({ name, tensors }: LayerProbe, step: number): readonly (readonly string[])[] => {
    const stored = tensors[kind];
    if (!stored?.histogram) return [];
    const { cells } = densityOf(stored.histogram, axis, FINE_CELLS);
    const quantiles = QUANTILES.map((share) => scaled(quantileOf(cells, share, axis)));
    return [[name, count(step), scaled(stored.std), ...quantiles]];
  };
  const shares = QUANTILES.map((share) => `${100 * share} %`);
  return details(
    "the histograms in numbers",
    table(
      `${title}: spread, and the numbers below which so many of all lie.`,
      ["layer", ...numbers("updates", "std", ...shares)],
      layers.flatMap(({ first, last }) => [
        ...row(first, 0),
        ...(lastStep === 0 ? [] : row(last, lastStep)),
      ]),
    ),
  );
}

/** Returns the number below which this share of all lies, as well as cells on an axis tell. */
function quantileOf(cells: Float64Array, share: number, { range }: BinAxis): number {
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
