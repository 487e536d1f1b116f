/** A band of rows for each layer: histograms of several kinds side by side, on axes that all layers share. */
import { type BinAxis, binAxis, densityOf, type LayerProbe, type TensorKind } from "@ablate/store";
import { cutTogether, widthOf } from "@ablate/text";
import { drawBars, rangeAxis } from "../../chart/histogram.ts";
import type { Glyphs } from "../../chart/raster.ts";
import { isRecorded } from "../../data/shown-run.ts";
import { kindTitle, kindTone, shortKindTitle } from "../../data/titles.ts";
import {
  aboutLine,
  type Block,
  beside,
  fitLine,
  GAP,
  justify,
  type Line,
  lineText,
  piece,
  type Tone,
} from "../../text/line.ts";
import { brief } from "../brief.ts";
import { deadText, layerTitle, percent, unitNames } from "./numbers.ts";
import {
  layerNamed,
  natureOf,
  nonlinearityOf,
  referenceTensors,
  type Side,
} from "./shown-probe.ts";

const LEAST_CELLS = 6;
const MOST_CELLS = 48;
const NUMBER = 8;
const SATURATED = 8;
const LEAST_DEAD = 5;
const MOST_DEAD = 16;

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

const TITLE_ROWS = 2;

/** Draws two lines of titles, then the bands. */
export function drawBands(spec: BandsSpec): Line[] {
  const layout = layoutOf(spec);
  const { strips, deadWidth } = layout;
  const ofSides = spec.sides.flatMap((side): Block[] => [
    ...strips.map((strip) => stripColumn(spec, strip, side)),
    ...(deadWidth === 0 ? [] : [deadColumn(spec, side, deadWidth)]),
    { lines: [], width: GAP },
  ]);
  const lines = beside([nameColumn(spec, layout), ...ofSides], 0);
  return lines.map((one, row) => {
    const fitted = fitLine(one, spec.columns);
    const layer = spec.layers[Math.floor((row - TITLE_ROWS) / spec.rows)];
    return row < TITLE_ROWS || layer === undefined ? fitted : aboutLine(fitted, `layer:${layer}`);
  });
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
  const title = layerTitle(name);
  const natures = sides.flatMap((side) => {
    const layer = layerNamed(side, name);
    return layer === undefined ? [] : [natureOf(side, layer)];
  });
  if (natures.length === 0 || columns < 100) return title;
  const words = natures.flatMap((nature) => nature.split(" "));
  return `${title}  ${[...new Set(words)].join(" ")}`;
}

function nameColumn(
  { sides, layers, kinds, rows, focused, columns }: BandsSpec,
  { nameWidth, strips }: Layout,
): Block {
  const hidden = strips.length < kinds.length ? ` ${strips.length} of ${kinds.length}, v` : "";
  const full = layers.map((name) => nameOf(sides, name, columns));
  const isLong = full.some((text) => widthOf(text) > nameWidth - 3);
  const short = isLong ? layers.map(layerTitle) : full;
  const texts = cutTogether(short, Math.max(1, nameWidth - 3));
  const names = layers.flatMap((name, i): Line[] => {
    const isFocused = name === focused;
    const head = { text: texts[i] ?? name, bold: isFocused };
    const below = Array.from({ length: rows - 1 }, () => []);
    return [[piece(isFocused ? "▶ " : "  ", "accent"), head], ...below];
  });
  return { lines: [[piece(hidden, "muted")], [], ...names], width: nameWidth };
}

/** Draws a kind of numbers in every layer: a histogram with its std and mean at its right. */
function stripColumn(
  { rows, layers, glyphs }: BandsSpec,
  { kind, axis, cells, isMeanBeside }: Strip,
  side: Side,
): Block {
  const tone = kindTone(kind);
  const number = (text: string, of: Tone = "muted") => fitLine([piece(text, of)], NUMBER, "right");
  const meanBeside = (text: string) => (isMeanBeside ? number(text) : []);
  const title = { text: titleOf(kind, cells + NUMBER - 4), tone };
  const bands = layers.flatMap((name) => {
    const tensor = layerNamed(side, name)?.tensors[kind];
    const texts = tensor === undefined ? [] : [brief(tensor.std), brief(tensor.mean)];
    const bars =
      tensor === undefined || tensor.histogram === null
        ? []
        : curve(densityOf(tensor.histogram, axis, cells), { rows, glyphs, tone });
    return Array.from(
      { length: rows },
      (_, row): Line => [
        ...fitLine(bars[row] ?? [], cells),
        ...number(texts[row] ?? "", row === 0 ? "plain" : "muted"),
        ...meanBeside(texts[1] ?? ""),
      ],
    );
  });
  return {
    lines: [
      [...justify([title], [piece("std", "muted")], cells + NUMBER), ...meanBeside("mean")],
      [...axisLine(axis, cells), ...number(rows > 1 ? "mean" : "")],
      ...bands,
    ],
    width: cells + NUMBER * (isMeanBeside ? 2 : 1) + 1,
  };
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

/** Whether a layer of a log has a nonlinearity that is flat below 0: for half the values that is as it should be. */
function isHalfFlat(side: Side, layer: LayerProbe): boolean {
  return isRecorded(side.run) && !BOUNDED.has(nonlinearityOf(side, layer));
}

const BOUNDED: ReadonlySet<string> = new Set(["tanh", "sigmoid", "softsign", "hardtanh"]);

/** Says of every layer how much of it is saturated, and which units are dead. */
function deadColumn({ layers, rows }: BandsSpec, side: Side, width: number): Block {
  const right = (text: string, tone: Tone) => fitLine([piece(text, tone)], SATURATED + 1, "right");
  const bands = layers.flatMap((name): Line[] => {
    const layer = layerNamed(side, name);
    const saturation = layer?.saturation ?? null;
    if (layer === undefined || saturation === null) return Array.from({ length: rows }, () => []);
    const { share, dead } = saturation;
    const text = deadText(dead, width - 1);
    const isLong = dead.length > 0 && text.endsWith("…)");
    const head = piece(` ${isLong ? dead.length : text}`, dead.length > 0 ? "bad" : "plain");
    const isMuch = share >= MUCH_SATURATED && !isHalfFlat(side, layer);
    const first = [...right(percent(share), isMuch ? "warn" : "plain"), head];
    const units = piece(isLong ? unitNames(dead, width - 1) : "", "bad");
    const second = [piece(" ".repeat(SATURATED + 2)), units];
    return Array.from({ length: rows }, (_, row) => [first, second][row] ?? []);
  });
  const title = [...right("saturated", "muted"), piece(" dead", "muted")];
  return { lines: [title, [], ...bands], width: SATURATED + 1 + width };
}
