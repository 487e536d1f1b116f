/** Examples x units, a dot where the nonlinearity is flat: a dead unit is a column without a gap. */

import { isFlat, type Saturation } from "@ablate/store";
import { count } from "@ablate/text";
import { dotsOf, type Glyphs, Raster } from "../../chart/raster.ts";
import { beside, fitLine, type Line, line, piece } from "../../text/line.ts";
import { percent, unitNames } from "./numbers.ts";
import { nothingBut, type Panel, type PanelSpec } from "./panel.ts";
import { layerNamed, type Side } from "./shown-probe.ts";

const GAP = 2;

export function saturationPanel({ canvas, sides, layer, box }: PanelSpec): Panel {
  const { glyphs, state } = canvas;
  const columns = Math.floor((box.columns - GAP * (sides.length - 1)) / Math.max(1, sides.length));
  const maps = sides.map((side) => layerNamed(side, layer)?.saturation ?? null);
  const [first] = maps.flatMap((map) => map ?? []);
  if (first === undefined) return nothingBut(`${layer} has no nonlinearity, nothing saturates`);
  const room = roomFor(first, { columns, rows: box.rows - 1 }, glyphs);
  const units = Math.max(...maps.map((map) => map?.units ?? 0));
  const from = Math.max(0, Math.min(state.unit, units - room.units));
  const blocks = sides.map((side, i) => ({
    lines: mapLines(side, maps[i] ?? null, { ...room, from, columns, glyphs }),
    width: columns,
  }));
  return { lines: beside(blocks, GAP), units: { all: units, shown: Math.min(units, room.units) } };
}

type Room = {
  /** Units in one block, and blocks below each other. */
  readonly perBlock: number;
  readonly blocks: number;
  /** Rows of cells of a block. */
  readonly rows: number;
  readonly units: number;
};

/** Fits blocks of units below each other, with an empty row between them. */
function roomFor(
  { examples }: Saturation,
  box: { readonly columns: number; readonly rows: number },
  glyphs: Glyphs,
): Room {
  const { across, down } = dotsOf(glyphs);
  const rows = Math.max(1, Math.ceil(examples / down));
  const perBlock = Math.max(1, (box.columns - 2) * across);
  const blocks = Math.max(1, Math.floor((box.rows + 1) / (rows + 1)));
  return { perBlock, blocks, rows, units: perBlock * blocks };
}

function mapLines(
  { name }: Side,
  map: Saturation | null,
  {
    from: wanted,
    columns,
    glyphs,
    ...room
  }: Room & { readonly from: number; readonly columns: number; readonly glyphs: Glyphs },
): Line[] {
  if (map === null) return [line(piece(`${name}: no map of this layer`, "muted"))];
  const from = Math.min(wanted, Math.max(0, map.units - room.units));
  const to = Math.min(map.units, from + room.units);
  const span = to - from < map.units ? `units ${from} to ${to - 1} of ${map.units}, < > · ` : "";
  const share = `${percent(map.share)} saturated · `;
  const dead = deadOf(map, Math.floor(columns / 2));
  const size = ` · ${span}${map.examples} examples ↓ × ${count(map.units)} units →`;
  const head: Line = [piece(share), ...dead, piece(size, "muted")];
  const lines: Line[] = [fitLine(head, columns)];
  for (let block = 0; block < room.blocks; block++) {
    const start = from + block * room.perBlock;
    if (start >= map.units) break;
    if (block > 0) lines.push([]);
    lines.push(...blockLines(map, { start, end: Math.min(to, start + room.perBlock) }, glyphs));
  }
  return lines;
}

function deadOf({ dead }: Saturation, room: number): Line {
  if (dead.length === 0) return [piece("no dead unit", "muted")];
  const head = `${dead.length} dead: `;
  return [piece(`${head}${unitNames(dead, room - head.length)}`, "bad")];
}

/** Draws a block of units; dead ones have a colour of their own. */
function blockLines(
  map: Saturation,
  { start, end }: { readonly start: number; readonly end: number },
  glyphs: Glyphs,
): Line[] {
  const { across, down } = dotsOf(glyphs);
  const cells = Math.ceil((end - start) / across);
  const raster = new Raster(cells, Math.ceil(map.examples / down), glyphs);
  const dead = new Set(map.dead);
  for (let unit = start; unit < end; unit++) {
    for (let example = 0; example < map.examples; example++) {
      if (isFlat(map, example, unit)) raster.dot(unit - start, example, dead.has(unit) ? 1 : 0);
    }
  }
  const drawn = raster.lines([{ tone: "series0" }, { tone: "bad" }]);
  return drawn.map((one) => [piece("│", "muted"), ...one, piece("│", "muted")]);
}
