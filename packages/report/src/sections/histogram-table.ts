import { type BinAxis, densityOf, type LayerProbe, type TensorKind } from "@ablate/store";
import type { Html } from "../html.ts";
import { details } from "../layout/blocks.ts";
import { table } from "../layout/table.ts";
import { count, scaled } from "../text.ts";

/** Fine enough that a quantile is right to a thousandth of the axis. */
const CELLS = 2000;

const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95];

/** A layer at initialisation and, where there is such a look, at the end. */
export type FirstAndLast = { readonly first: LayerProbe; readonly last: LayerProbe | undefined };

/** Spread and quantiles of a chart's histograms, folded. */
export function histogramTable(
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
    const { cells } = densityOf(stored.histogram, axis, CELLS);
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

/** The number below which this share of all lies, as well as cells on an axis tell. */
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

/** How many units of a saturation map are flat for how many of the examples, folded. */
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
