import { type Chart, type HistogramRow, histogramPanel, PAGE_LOOK } from "@ablate/figures";
import { type BinAxis, binAxis, densityOf, type LayerProbe, type TensorKind } from "@ablate/store";
import type { Probed } from "../data/facts.ts";
import type { ProbePair } from "../data/probes.ts";
import { type Content, type Html, html } from "../html.ts";
import type { Draw } from "../layout/draw.ts";
import { numbers, rowsOf, spread, table } from "../layout/page.ts";
import { count, listed, percent, scaled } from "../text.ts";
import type { FlatWord } from "./flat.ts";

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

/**
 * Draws histograms of each kind in every hidden layer: a row for each group, a column for each kind, so that groups are
 * compared downwards; one axis for activations of all groups where it shows all.
 */
export function histograms(groups: readonly Probed[], draw: Draw, word: FlatWord): Content {
  const several = sharesAxis(groups)
    ? " Activations have one axis for all groups, gradients one for each group."
    : " Each group has axes of its own.";
  const axes = groups.length > 1 ? several : "";
  return spread(
    rowsOf(
      kindsOf(groups).length,
      drawnOf(groups).map((one) => kindPanel(one, draw, word)),
    ),
    `Activations, the gradients in them and those of the weights in each hidden layer, a row for each group where the page is wide enough: at initialisation as a dashed line, at the end filled. Each is as high as the others, so it is widths that compare.${axes}`,
  );
}

/** Tables spread and quantiles of the same histograms. */
export function histogramTables(groups: readonly Probed[]): readonly Content[] {
  const drawn = drawnOf(groups);
  return kindsOf(groups).map((kind) => histogramTable(kind, drawn));
}

function kindsOf(groups: readonly Probed[]): readonly Kind[] {
  return KINDS.filter(({ kind }) => groups.some((group) => probedLayers(group, kind).length > 0));
}

function sharesAxis(groups: readonly Probed[]): boolean {
  const ranges = groups.map((group) => axisOf([group], "activation").range);
  return Math.max(...ranges) <= MOST_APART * Math.min(...ranges);
}

function drawnOf(groups: readonly Probed[]): readonly Drawn[] {
  const isShared = sharesAxis(groups);
  return groups.flatMap((group) =>
    kindsOf(groups).map((kind) => {
      const isOfAll = kind.kind === "activation" && isShared;
      return { group, ...kind, axis: axisOf(isOfAll ? groups : [group], kind.kind) };
    }),
  );
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

type Drawn = Kind & { readonly group: Probed; readonly axis: BinAxis };

function probedLayers({ probes }: Probed, kind: TensorKind): readonly LayerPair[] {
  return hiddenLayers(probes).filter(({ first }) => first.tensors[kind] !== undefined);
}

/** Draws one kind of number in every hidden layer of a group, at initialisation and at the end; a gap where it has none. */
function kindPanel(drawn: Drawn, draw: Draw, word: FlatWord): Html {
  const { group, kind, axis } = drawn;
  const { range } = axis;
  const layers = probedLayers(group, kind);
  if (layers.length === 0) return html`<div></div>`;
  const spreads = layers.map((layer) => spreadText(layer, [kind, word])).join("; ");
  const panel = histogramPanel(
    layers.map((layer) => rowOf(layer, drawn)),
    {
      title: `${group.name}: ${drawn.title}`,
      description: `A histogram for each hidden layer, at initialisation as a dashed line, after ${count(group.probes.last.step)} updates filled. ${spreads}.`,
      ...{ axis: drawn.title, heading: group.name, range, format: scaled },
      color: PAGE_LOOK.colorOf(group.place),
    },
    PAGE_LOOK,
  );
  const chart: Chart = {
    ...panel,
    width: 370,
    height: 74 + ROW * Math.max(2, layers.length),
    labels: { left: 66, right: 20 },
  };
  return html`<div>${draw(chart)}</div>`;
}

function rowOf({ first, last }: LayerPair, { kind, axis }: Drawn): HistogramRow {
  const [before = [], cells = []] = [first, last].map(({ tensors }) => {
    const histogram = tensors[kind]?.histogram;
    return histogram ? [...densityOf(histogram, axis, CELLS).cells] : [];
  });
  return { name: first.name, cells, before };
}

function spreadText(
  { first, last }: LayerPair,
  [kind, word]: readonly [TensorKind, FlatWord],
): string {
  const text = ({ tensors, saturation }: LayerProbe): string => {
    const isSaid = kind === "activation" && saturation !== null;
    return `${scaled(tensors[kind]?.std)}${isSaid ? `, ${percent(saturation.share)} ${word}` : ""}`;
  };
  return `${first.name} std ${text(first)}, then ${text(last)}`;
}

/** Fine enough that a quantile is right to a thousandth of the axis. */
const FINE_CELLS = 2000;

const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95];

/** Tables spread and quantiles of the histograms of a kind. */
function histogramTable({ kind, title }: Kind, drawn: readonly Drawn[]): Html {
  const shares = QUANTILES.map((share) => `${100 * share} %`);
  return table(
    `${title}: spread, and the numbers below which so many of all lie.`,
    ["group", "layer", ...numbers("updates", "std", ...shares)],
    drawn.filter((one) => one.kind === kind).flatMap(numberRows),
  );
}

/** A row for each hidden layer of a group at initialisation, and one at the end. */
function numberRows({ group, kind, axis }: Drawn): readonly (readonly string[])[] {
  const { step } = group.probes.last;
  const row = ({ name, tensors }: LayerProbe, at: number): readonly (readonly string[])[] => {
    const stored = tensors[kind];
    if (!stored?.histogram) return [];
    const { cells } = densityOf(stored.histogram, axis, FINE_CELLS);
    const quantiles = QUANTILES.map((share) => scaled(quantileOf(cells, share, axis)));
    return [[group.name, name, count(at), scaled(stored.std), ...quantiles]];
  };
  return probedLayers(group, kind).flatMap(({ first, last }) => [
    ...row(first, 0),
    ...(step === 0 ? [] : row(last, step)),
  ]);
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
