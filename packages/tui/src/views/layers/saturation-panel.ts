/** The panel about the units of one layer that are saturated: examples down, units across. */
import { isFlat, type Saturation } from "@ablate/store";
import { count } from "@ablate/text";
import { labelledRule } from "../../chart/axes.ts";
import { halves, leftAndRight, rampTone } from "../../chart/heat.ts";
import { append, dotsOf, type Glyphs, Raster } from "../../chart/raster.ts";
import { roundStep } from "../../chart/scale.ts";
import {
  fitLine,
  inColumns,
  type Line,
  line,
  lineWidth,
  type Piece,
  piece,
  shareOf,
  type Tone,
} from "../../text/line.ts";
import type { ColourDepth } from "../../text/theme.ts";
import { layerTitle, percent, unitNames } from "./numbers.ts";
import { layerNamed, nothingBut, type Panel, type PanelSpec, type Side } from "./shown-probe.ts";

/** Draws what is flat as filled; a dead unit is a column without a gap. */
export function saturationPanel({ canvas, sides, layer, box }: PanelSpec): Panel {
  const { glyphs, depth, state } = canvas;
  const maps = sides.flatMap((side) => layerNamed(side, layer)?.saturation ?? []);
  const [first] = maps;
  if (first === undefined)
    return nothingBut(`${layerTitle(layer)} has no nonlinearity, nothing saturates`);
  const columns = shareOf(box.columns, sides.length);
  const all = Math.max(...maps.map(({ units }) => units));
  const layout = layoutFor({ ...first, units: all }, { columns, rows: box.rows - 1, glyphs });
  const shown = Math.min(all, layout.perBlock * layout.blocks);
  const from = Math.min(state.unit, all - shown);
  const lines = inColumns(sides, box.columns, (side) => {
    const map = layerNamed(side, layer)?.saturation ?? null;
    return map === null
      ? [line(piece(`${side.name}: no map of this layer`, "muted"))]
      : mapLines(map, { from, layout, columns, glyphs, depth, what: rowsOf(side, map) });
  });
  return { lines: lines.slice(0, box.rows), units: { all, shown } };
}

/** Counts the rows of the maps of so many examples that there can be, the lowest first, with words and numbers of units. */
export function mapRows(examples: number, glyphs: Glyphs): number[] {
  const heights = sizesOf(glyphs).map(({ down }) => down);
  const all = new Set([1 / dotsOf(glyphs).down, ...heights]);
  return [...all].sort((a, b) => a - b).map((down) => Math.ceil(examples * down) + 2);
}

/** Names what the rows of a map are: with several positions, each example has several. */
function rowsOf({ probe }: Side, { examples }: Saturation): string {
  return examples === probe?.examples ? "examples" : "rows of examples";
}

/** What a unit with an example has: so many cells across, or half of one, and of a row all or a half; or a dot alone. */
type CellSize = { readonly across: number; readonly down: 1 | 0.5 } | "dot";

type Layout = {
  readonly size: CellSize;
  /** Units in one block. */
  readonly perBlock: number;
  /** Blocks below each other. */
  readonly blocks: number;
};

/** The sizes of a map, the largest first. */
const SIZES: readonly Exclude<CellSize, "dot">[] = [
  { across: 4, down: 1 },
  { across: 3, down: 1 },
  { across: 2, down: 1 },
  { across: 3, down: 0.5 },
  { across: 2, down: 0.5 },
  { across: 1, down: 1 },
  { across: 1, down: 0.5 },
  { across: 0.5, down: 1 },
  { across: 0.5, down: 0.5 },
];

/** Returns the sizes that a terminal has signs for: those of quarters are in fonts that have braille. */
function sizesOf(glyphs: Glyphs): typeof SIZES {
  if (glyphs === "ascii") return [];
  return glyphs === "braille" ? SIZES : SIZES.filter(({ across }) => across >= 1);
}

type Room = { readonly columns: number; readonly rows: number; readonly glyphs: Glyphs };

/** Cells of the lines at both sides of a map; where it needs them for its units they are left out. */
const FRAME = 2;

/** Finds the largest size at which every unit is on the screen, else the smallest with as many units as fit. */
function layoutFor(
  { examples, units }: Pick<Saturation, "examples" | "units">,
  { columns, rows, glyphs }: Room,
): Layout {
  const blocksOf = (blockRows: number) => Math.max(1, Math.floor(rows / (blockRows + 1)));
  for (const size of sizesOf(glyphs)) {
    const blockRows = Math.ceil(examples * size.down);
    const perBlock = Math.floor(columns / size.across);
    const wanted = Math.ceil(units / Math.max(1, perBlock));
    if (blockRows + 1 > rows || wanted > blocksOf(blockRows)) continue;
    return { size, perBlock: Math.ceil(units / wanted), blocks: wanted };
  }
  const { across, down } = dotsOf(glyphs);
  const perBlock = Math.max(1, columns - FRAME) * across;
  return { size: "dot", perBlock, blocks: blocksOf(Math.ceil(examples / down)) };
}

type MapStyle = { readonly glyphs: Glyphs; readonly depth: ColourDepth; readonly layout: Layout };

function mapLines(
  map: Saturation,
  {
    from: wanted,
    columns,
    what,
    ...style
  }: MapStyle & { readonly from: number; readonly columns: number; readonly what: string },
): Line[] {
  const { perBlock, blocks } = style.layout;
  const units = perBlock * blocks;
  const from = Math.min(wanted, Math.max(0, map.units - units));
  const to = Math.min(map.units, from + units);
  const span = to - from < map.units ? `units ${from} to ${to - 1} of ${map.units}, < > · ` : "";
  const share = `${percent(map.share)} saturated · `;
  const size = ` · ${span}${map.examples} ${what} ↓ × ${count(map.units)} units →`;
  const head = [piece(share), deadOf(map, Math.floor(columns / 2)), piece(size, "muted")];
  const tones = tonesOf(map, style);
  const lines: Line[] = [fitLine(head, columns)];
  for (let start = from; start < to; start += perBlock) {
    const block: Block = { start, end: Math.min(to, start + perBlock) };
    const drawn =
      style.layout.size === "dot"
        ? dotLines(map, block, style.glyphs)
        : cellLines(map, block, { tones, size: style.layout.size });
    lines.push(...framed([...drawn, unitAxis(block, unitWidth(style))], columns));
  }
  return lines;
}

/** Draws lines at both sides where there is room, with corners at the last row, the axis. */
function framed(rows: readonly Line[], columns: number): readonly Line[] {
  if (rows.some((row) => lineWidth(row) + FRAME > columns)) return rows;
  return rows.map((row, i) => {
    const [left, right] = i === rows.length - 1 ? ["└", "┘"] : ["│", "│"];
    return [piece(left, "muted"), ...row, piece(right, "muted")];
  });
}

function deadOf({ dead }: Saturation, room: number): Line[number] {
  if (dead.length === 0) return piece("no dead unit", "muted");
  const head = `${dead.length} dead: `;
  return piece(`${head}${unitNames(dead, room - head.length)}`, "bad");
}

/** Units from `start` up to `end`. */
type Block = { readonly start: number; readonly end: number };

/** Gives each unit a tone: the brighter the more examples it is flat for; dead ones have a colour of their own. */
function tonesOf(map: Saturation, { depth }: Pick<MapStyle, "depth">): readonly Tone[] {
  const dead = new Set(map.dead);
  return Array.from({ length: map.units }, (_, unit): Tone => {
    const hasColours = depth === "16" || depth === "256";
    if (hasColours && dead.has(unit)) return "bad";
    if (depth !== "256") return "series0";
    let flat = 0;
    for (let example = 0; example < map.examples; example++)
      if (isFlat(map, example, unit)) flat += 1;
    return rampTone(LEAST_SHOWN + (1 - LEAST_SHOWN) * (flat / Math.max(1, map.examples)));
  });
}

/** The density of a unit that is flat for hardly any example: a single cell has to be seen. */
const LEAST_SHOWN = 0.25;

/** Draws a block in cells, or halves or quarters of them. */
function cellLines(
  map: Saturation,
  { start, end }: Block,
  { tones, size }: { readonly tones: readonly Tone[]; readonly size: Exclude<CellSize, "dot"> },
): Line[] {
  const toneAt = (example: number, unit: number): Tone | null =>
    example < map.examples && unit < end && isFlat(map, example, unit)
      ? (tones[unit] ?? null)
      : null;
  const [isHalfWide, isHalfHigh] = [size.across < 1, size.down < 1];
  const [perCell, perRow] = [isHalfWide ? 2 : 1, isHalfHigh ? 2 : 1];
  return Array.from({ length: Math.ceil(map.examples / perRow) }, (_, row): Line => {
    const pieces: Piece[] = [];
    for (let unit = start; unit < end; unit += perCell) {
      const upper = toneAt(row * perRow, unit);
      const lower = isHalfHigh ? toneAt(row * perRow + 1, unit) : upper;
      const right = isHalfWide ? toneAt(row * perRow, unit + 1) : upper;
      const last = isHalfWide && isHalfHigh ? toneAt(row * perRow + 1, unit + 1) : lower;
      const cell = isHalfWide
        ? isHalfHigh
          ? quarters([upper, right, lower, last])
          : leftAndRight(upper, right)
        : halves(upper, lower);
      append(pieces, { ...cell, text: cell.text.repeat(Math.ceil(size.across)) });
    }
    return pieces;
  });
}

const QUARTERS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█";

/** Draws a cell of four quarters, from left to right and down; the brightest of them, or a dead one, has the colour. */
function quarters(tones: readonly (Tone | null)[]): Piece {
  const filled = tones.filter((tone) => tone !== null);
  const bits = tones.reduce((all, tone, i) => all | (tone === null ? 0 : 1 << i), 0);
  const text = QUARTERS.charAt(bits);
  const [first, ...others] = filled;
  if (first === undefined) return { text };
  const tone = others.reduce((a, b) => (isStronger(b, a) ? b : a), first);
  return { text, tone };
}

function isStronger(tone: Tone, other: Tone): boolean {
  if (tone === "bad" || other === "bad") return tone === "bad";
  return Number(tone.slice("ramp".length)) > Number(other.slice("ramp".length));
}

/** Draws a block with a dot for each unit and example. */
function dotLines(map: Saturation, { start, end }: Block, glyphs: Glyphs): Line[] {
  const { across, down } = dotsOf(glyphs);
  const raster = new Raster(
    Math.ceil((end - start) / across),
    Math.ceil(map.examples / down),
    glyphs,
  );
  const dead = new Set(map.dead);
  for (let unit = start; unit < end; unit++) {
    for (let example = 0; example < map.examples; example++) {
      if (isFlat(map, example, unit)) raster.dot(unit - start, example, dead.has(unit) ? 1 : 0);
    }
  }
  return raster.lines([{ tone: "series0" }, { tone: "bad" }]);
}

/** Returns the cells of a unit. */
function unitWidth({ layout: { size }, glyphs }: MapStyle): number {
  return size === "dot" ? 1 / dotsOf(glyphs).across : size.across;
}

/** Cells from one number of a unit to the next, at least. */
const BETWEEN_NUMBERS = 10;

/** Writes the numbers of units under their columns. */
function unitAxis({ start, end }: Block, width: number): Line {
  const step = Math.max(1, roundStep(BETWEEN_NUMBERS / width));
  const cells = Math.ceil((end - start) * width);
  const labels: { readonly text: string; readonly start: number }[] = [];
  for (let unit = Math.ceil(start / step) * step; unit < end; unit += step) {
    const at = Math.floor((unit - start) * width);
    if (at + String(unit).length <= cells) labels.push({ text: String(unit), start: at });
  }
  return [piece(labelledRule(cells, labels, 1), "muted")];
}
