/**
 * A canvas of dots in character cells: 2x4 to a cell in braille, 1x2 in half blocks and ASCII.
 * Every cell belongs to the last layer that drew into it. Where layers cover each other, it shows the dots of that one alone.
 */
import type { Line, Piece, Style } from "../text/line.ts";

export type Glyphs = "braille" | "block" | "ascii";

/** What is to stand in a cell instead of what was `drawn`; null to leave it. */
export type Overlay = (cell: {
  readonly column: number;
  readonly row: number;
  readonly isEmpty: boolean;
  readonly drawn: Piece;
}) => Piece | null;

/** Column and row of a dot. */
export type Dot = readonly [x: number, y: number];

type Cell = {
  readonly across: number;
  readonly down: number;
  /** The bit of the dot at column x and row y of the cell. */
  readonly bit: readonly (readonly number[])[];
  readonly glyph: (bits: number) => string;
};

const CELLS: Readonly<Record<Glyphs, Cell>> = {
  braille: {
    across: 2,
    down: 4,
    bit: [
      [0x01, 0x02, 0x04, 0x40],
      [0x08, 0x10, 0x20, 0x80],
    ],
    glyph: (bits) => String.fromCharCode(0x2800 + bits),
  },
  block: { across: 1, down: 2, bit: [[1, 2]], glyph: (bits) => " ▀▄█".charAt(bits) },
  ascii: { across: 1, down: 2, bit: [[1, 2]], glyph: (bits) => " '.:".charAt(bits) },
};

/** Returns the dots in a cell, across and down. */
export function dotsOf(glyphs: Glyphs): { readonly across: number; readonly down: number } {
  return CELLS[glyphs];
}

export class Raster {
  /** Dots across and down. */
  readonly width: number;
  readonly height: number;
  readonly #columns: number;
  readonly #rows: number;
  readonly #cell: Cell;
  readonly #bits: Uint8Array;
  readonly #layer: Uint16Array;
  readonly #isCovering: boolean;

  constructor(
    columns: number,
    rows: number,
    glyphs: Glyphs,
    { isCovering = false }: { readonly isCovering?: boolean } = {},
  ) {
    this.#isCovering = isCovering;
    this.#cell = CELLS[glyphs];
    this.#columns = Math.max(0, columns);
    this.#rows = Math.max(0, rows);
    this.width = this.#columns * this.#cell.across;
    this.height = this.#rows * this.#cell.down;
    this.#bits = new Uint8Array(this.#columns * this.#rows);
    this.#layer = new Uint16Array(this.#columns * this.#rows);
  }

  /** Draws the dot at column x and row y from the top; outside of the canvas nothing happens. */
  dot(x: number, y: number, layer: number): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const { across, down, bit } = this.#cell;
    const at = Math.floor(y / down) * this.#columns + Math.floor(x / across);
    const isCovered = this.#isCovering && this.#layer[at] !== layer;
    const below = isCovered ? 0 : (this.#bits[at] ?? 0);
    this.#bits[at] = below | (bit[x % across]?.[y % down] ?? 0);
    this.#layer[at] = layer;
  }

  /** Whether nothing has been drawn into a cell by a layer from `first` on. */
  isFree(column: number, row: number, first: number): boolean {
    const at = row * this.#columns + column;
    return this.#bits[at] === 0 || (this.#layer[at] ?? 0) < first;
  }

  /** Draws a straight line between two dots, as far as it lies on the canvas; `isDrawn` says in which columns of dots. */
  line(from: Dot, to: Dot, layer: number, isDrawn: (x: number) => boolean = () => true): void {
    const within = withinRows(from, to, this.height - 1);
    if (within === null) return;
    const [[x0, y0], [x1, y1]] = within;
    const steps = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0), 1);
    for (let i = 0; i <= steps; i++) {
      const share = i / steps;
      const x = Math.round(x0 + (x1 - x0) * share);
      if (isDrawn(x)) this.dot(x, Math.round(y0 + (y1 - y0) * share), layer);
    }
  }

  /** Draws every second dot of a vertical stretch, so that a line in it can be seen. */
  shade(x: number, top: number, bottom: number, layer: number): void {
    for (let y = Math.max(0, top); y <= Math.min(bottom, this.height - 1); y++) {
      if ((x + y) % 2 === 0) this.dot(x, y, layer);
    }
  }

  /** Draws the canvas as lines. `styles` has the style of each layer; `over` may put something else into a cell. */
  lines(styles: readonly Style[], over: Overlay = () => null): Line[] {
    return Array.from({ length: this.#rows }, (_, row) => {
      const pieces: Piece[] = [];
      for (let column = 0; column < this.#columns; column++) {
        const at = row * this.#columns + column;
        const bits = this.#bits[at] ?? 0;
        const isEmpty = bits === 0;
        const style = styles[this.#layer[at] ?? 0];
        const drawn = isEmpty ? { text: " " } : { ...style, text: this.#cell.glyph(bits) };
        append(pieces, over({ column, row, isEmpty, drawn }) ?? drawn);
      }
      return pieces;
    });
  }
}

/** Cuts a line where it leaves the rows of dots from 0 to `last`; null where it lies outside. */
function withinRows(from: Dot, to: Dot, last: number): readonly [Dot, Dot] | null {
  const [x0, y0] = from;
  const [x1, y1] = to;
  if (Math.min(y0, y1) >= 0 && Math.max(y0, y1) <= last) return [from, to];
  if (Math.max(y0, y1) < 0 || Math.min(y0, y1) > last) return null;
  const at = (x: number, y: number): Dot => {
    const inside = Math.min(last, Math.max(0, y));
    return inside === y ? [x, y] : [x0 + ((inside - y0) / (y1 - y0)) * (x1 - x0), inside];
  };
  return [at(x0, y0), at(x1, y1)];
}

/** Adds one cell to a line, in the last piece where the style is the same. */
export function append(pieces: Piece[], cell: Piece): void {
  const last = pieces.at(-1);
  const isSame =
    last !== undefined &&
    last.tone === cell.tone &&
    last.back === cell.back &&
    last.bold === cell.bold &&
    last.inverse === cell.inverse;
  if (isSame) pieces[pieces.length - 1] = { ...last, text: last.text + cell.text };
  else pieces.push(cell);
}
