/** A band of rows for each layer: histograms of several kinds side by side, on axes that all layers share. */
import { type BinAxis, binAxis, densityOf, type LayerProbe, type TensorKind } from "@ablate/store";
import { drawBars, rangeAxis } from "../../chart/histogram.ts";
import type { Glyphs } from "../../chart/raster.ts";
import { kindTitle, kindTone, shortKindTitle } from "../../data/tensor-kinds.ts";
import {
  EMPTY,
  fitLine,
  justify,
  type Line,
  lineText,
  type Piece,
  piece,
  type Tone,
} from "../../text/line.ts";
import { brief, deadText, percent, unitNames } from "./numbers.ts";
import { layerNamed, natureOf, referenceTensors, type Side } from "./shown-probe.ts";

const LEAST_CELLS = 6;
const MOST_CELLS = 48;
const NUMBER = 8;
const SATURATED = 8;
const LEAST_DEAD = 5;
const MOST_DEAD = 16;
const GAP = 2;

export type BandsSpec = {
  readonly sides: readonly Side[];
  readonly layers: readonly string[];
  readonly focused: string | undefined;
  readonly kinds: readonly TensorKind[];
  readonly columns: number;
  /** Rows of each layer. */
  readonly rows: number;
  readonly isOctaves: boolean;
  readonly glyphs: Glyphs;
};

/** What a kind of numbers has in every band: an axis, so many cells, and its mean beside its std or below it. */
type Strip = {
  readonly kind: TensorKind;
  readonly axis: BinAxis;
  readonly cells: number;
  readonly isMeanBeside: boolean;
};

type Layout = {
  readonly nameWidth: number;
  readonly strips: readonly Strip[];
  /** Cells of the column of dead units; 0 where that and the share of saturated ones do not fit. */
  readonly deadWidth: number;
};

/** Draws two lines of titles, then the bands. */
export function drawBands(spec: BandsSpec): Line[] {
  const layout = layoutOf(spec);
  const bands = spec.layers.flatMap((name) => band(spec, layout, name));
  return [...titles(spec, layout), ...bands].map((one) => fitLine(one, spec.columns));
}

function layoutOf({ sides, layers, kinds, columns, rows, isOctaves }: BandsSpec): Layout {
  const names = layers.map((name) => nameOf(sides, name, columns).length);
  const nameWidth = Math.min(Math.floor(columns / 3), Math.max(6, ...names) + 3);
  const each = Math.floor((columns - nameWidth) / Math.max(1, sides.length)) - GAP;
  const ends = [deadWidthOf(sides), LEAST_DEAD].map((width) => SATURATED + 1 + width);
  const least = LEAST_CELLS + NUMBER;
  const end = ends.find((width) => each - width >= kinds.length * (least + 6)) ?? ends[1] ?? 0;
  const hasEnd = each - end >= least;
  const room = hasEnd ? each - end : each;
  const shown = kinds.slice(0, Math.max(1, Math.floor(room / (least + 1))));
  const share = Math.floor(room / Math.max(1, shown.length)) - 1;
  const isMeanBeside = rows === 1 && share - 2 * NUMBER >= 2 * LEAST_CELLS;
  const cells = Math.min(MOST_CELLS, share - (isMeanBeside ? 2 * NUMBER : NUMBER));
  return {
    nameWidth,
    strips: shown.map((kind) => ({
      kind,
      axis: binAxis(referenceTensors(sides, kind), isOctaves),
      cells: Math.max(1, cells),
      isMeanBeside,
    })),
    deadWidth: hasEnd ? end - SATURATED - 1 : 0,
  };
}

/** Measures how wide the column of dead units is for naming them. */
function deadWidthOf(sides: readonly Side[]): number {
  const all = sides.flatMap(({ probe }) => probe?.layers ?? []);
  const texts = all.map(
    ({ saturation }) => deadText(saturation?.dead ?? new Int32Array(), MOST_DEAD).length + 1,
  );
  return Math.max(LEAST_DEAD, ...texts);
}

function nameOf(sides: readonly Side[], name: string, columns: number): string {
  const natures = sides.flatMap((side) => {
    const layer = layerNamed(side, name);
    return layer === undefined ? [] : [natureOf(side, layer)];
  });
  if (natures.length === 0 || columns < 100) return name;
  const words = natures.flatMap((nature) => nature.split(" "));
  return `${name}  ${[...new Set(words)].join(" ")}`;
}

/** Draws the titles of the columns and the ends of their axes. */
function titles({ sides, rows, kinds }: BandsSpec, layout: Layout): Line[] {
  const { nameWidth, strips, deadWidth } = layout;
  const hidden = strips.length < kinds.length ? ` ${strips.length} of ${kinds.length}, v` : "";
  const lead = fitLine([piece(hidden, "muted")], nameWidth);
  const first = sides.flatMap((): Piece[] => [
    ...strips.flatMap(({ kind, cells, isMeanBeside }) => [
      ...justify(
        [{ text: titleOf(kind, cells + NUMBER - 4), tone: kindTone(kind) }],
        [piece("std", "muted")],
        cells + NUMBER,
      ),
      ...(isMeanBeside ? fitLine([piece("mean", "muted")], NUMBER, "right") : []),
      piece(" "),
    ]),
    ...(deadWidth === 0
      ? []
      : [
          ...fitLine([piece("saturated", "muted")], SATURATED + 1, "right"),
          ...fitLine([piece(" dead", "muted")], deadWidth),
        ]),
    piece(" ".repeat(GAP)),
  ]);
  const second = sides.flatMap((): Piece[] => [
    ...strips.flatMap(({ axis, cells, isMeanBeside }) => [
      ...axisLine(axis, cells),
      ...fitLine([piece(rows > 1 ? "mean" : "", "muted")], NUMBER, "right"),
      piece(" ".repeat(isMeanBeside ? NUMBER + 1 : 1)),
    ]),
    piece(" ".repeat((deadWidth === 0 ? 0 : SATURATED + 1 + deadWidth) + GAP)),
  ]);
  return [
    [...lead, ...first],
    [piece(" ".repeat(nameWidth)), ...second],
  ];
}

function titleOf(kind: TensorKind, cells: number): string {
  const long = kindTitle(kind);
  return long.length <= cells ? long : shortKindTitle(kind).slice(0, cells);
}

/** Draws the ends of an axis and its middle, or in few cells how far it goes. */
function axisLine({ range }: BinAxis, cells: number): Line {
  const full = rangeAxis(cells, range);
  if (lineText(full).includes(" 0 ")) return full;
  return fitLine([piece(`±${brief(range)}`, "muted")], cells);
}

function band(spec: BandsSpec, layout: Layout, name: string): Line[] {
  const { sides, rows, focused, columns } = spec;
  const isFocused = name === focused;
  const bars = sides.map((side) => sideOf(spec, layout, layerNamed(side, name)));
  return Array.from({ length: rows }, (_, row): Line => {
    const head =
      row === 0
        ? [
            piece(isFocused ? "▶ " : "  ", "accent"),
            { text: nameOf(sides, name, columns), bold: isFocused },
          ]
        : EMPTY;
    return [
      ...fitLine(head, layout.nameWidth),
      ...bars.flatMap((lines) => [...(lines[row] ?? EMPTY), piece(" ".repeat(GAP))]),
    ];
  });
}

/** Draws the layer of one run in a band. */
function sideOf(spec: BandsSpec, layout: Layout, layer: LayerProbe | undefined): Line[] {
  const { rows } = spec;
  const { strips, deadWidth } = layout;
  const drawn = strips.map((strip) => stripOf(spec, strip, layer));
  const ends = endOf(layer, deadWidth);
  return Array.from({ length: rows }, (_, row) => [
    ...drawn.flatMap((lines) => lines[row] ?? EMPTY),
    ...(deadWidth === 0 ? [] : fitLine(ends[row] ?? EMPTY, SATURATED + 1 + deadWidth)),
  ]);
}

/** Draws a histogram with its numbers at its right. */
function stripOf(
  { rows, glyphs }: BandsSpec,
  { kind, axis, cells, isMeanBeside }: Strip,
  layer: LayerProbe | undefined,
): Line[] {
  const tensor = layer?.tensors[kind];
  const bars =
    tensor?.histogram === null || tensor === undefined
      ? []
      : curve(densityOf(tensor.histogram, axis, cells), { rows, glyphs, tone: kindTone(kind) });
  return Array.from({ length: rows }, (_, row): Line => {
    const number = [brief(tensor?.std), brief(tensor?.mean)][row];
    const isSaid = tensor !== undefined && number !== undefined;
    const mean = isMeanBeside && tensor !== undefined ? brief(tensor.mean) : "";
    return [
      ...fitLine(bars[row] ?? EMPTY, cells),
      ...fitLine([piece(isSaid ? number : "", row === 0 ? "plain" : "muted")], NUMBER, "right"),
      ...(isMeanBeside ? fitLine([piece(mean, "muted")], NUMBER, "right") : []),
      piece(" "),
    ];
  });
}

/** An arrow marks an end of the axis where more than this share of the values lies beyond it. */
const NOTED = 0.005;

/** Draws a filled curve, with arrows at its ends where values lie beyond them. */
function curve(
  { cells, below, above }: ReturnType<typeof densityOf>,
  style: { readonly rows: number; readonly glyphs: Glyphs; readonly tone: Tone },
): Line[] {
  return drawBars({ counts: [...cells], hasAir: true, ...style }).map((line, row): Line => {
    const text = lineText(line);
    if (row < style.rows - 1) return line;
    return [
      below > NOTED ? piece("◀", "warn") : piece(text.slice(0, 1), style.tone),
      piece(text.slice(1, -1), style.tone),
      above > NOTED ? piece("▶", "warn") : piece(text.length > 1 ? text.slice(-1) : "", style.tone),
    ];
  });
}

/** A layer is marked from this share of saturated values on; the rules warn later and say why. */
const MUCH_SATURATED = 0.15;

function endOf(layer: LayerProbe | undefined, width: number): Line[] {
  const saturation = layer?.saturation ?? null;
  if (saturation === null) return [];
  const { share, dead } = saturation;
  const tone = share >= MUCH_SATURATED ? "warn" : "plain";
  const isLong = dead.length > 0 && deadText(dead, width - 1).endsWith("…)");
  const head = isLong ? String(dead.length) : deadText(dead, width - 1);
  return [
    [
      ...fitLine([piece(percent(share), tone)], SATURATED + 1, "right"),
      piece(` ${head}`, dead.length > 0 ? "bad" : "plain"),
    ],
    [piece(" ".repeat(SATURATED + 2)), piece(isLong ? unitNames(dead, width - 1) : "", "bad")],
  ];
}
