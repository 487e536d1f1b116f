/** Densities as cells: half blocks in tones of the ramp where the terminal has these, else shades. */
import { type Line, type Piece, RAMP_LEVELS, type Tone } from "../text/line.ts";
import type { ColourDepth } from "../text/theme.ts";
import { append, type Glyphs } from "./raster.ts";

/** Rows of densities from 0 (nothing) to 1, the upper one first; NaN where nothing is known. */
export type Densities = readonly Float64Array[];

export type HeatStyle = {
  readonly glyphs: Glyphs;
  readonly depth: ColourDepth;
  /** The colour of shades, where there is no ramp. */
  readonly tone: Tone;
};

/** Shades from few to many, where the terminal has no tones between black and white. */
const SHADES: Readonly<Record<Glyphs, string>> = {
  braille: " ░▒▓█",
  block: " ░▒▓█",
  ascii: " .:*#",
};

/** The faintest tone that is told from the background. */
const FAINTEST = 4;

/** Returns the rows of densities that a row of cells shows: two where half blocks have tones of their own. */
export function densitiesInRow({ glyphs, depth }: Pick<HeatStyle, "glyphs" | "depth">): 1 | 2 {
  return hasRamp({ glyphs, depth }) ? 2 : 1;
}

function hasRamp({ glyphs, depth }: Pick<HeatStyle, "glyphs" | "depth">): boolean {
  return depth === "256" && glyphs !== "ascii";
}

/** Draws densities, as many rows of them in a row of cells as `densitiesInRow` says. */
export function drawHeat(densities: Densities, style: HeatStyle): Line[] {
  const each = densitiesInRow(style);
  const columns = densities[0]?.length ?? 0;
  return Array.from({ length: Math.ceil(densities.length / each) }, (_, row): Line => {
    const pieces: Piece[] = [];
    for (let column = 0; column < columns; column++) {
      const [upper = 0, lower = 0] = [0, 1].map((i) => densities[row * each + i]?.[column] ?? 0);
      append(pieces, each === 2 ? halves(toneOf(upper), toneOf(lower)) : shade(upper, style));
    }
    return pieces;
  });
}

/** Returns the tone of a density; none where there is nothing. */
function toneOf(density: number): Tone | null {
  return density > 0 ? rampTone(density) : null;
}

/** Returns the tone of a density from 0, the faintest that is seen, to 1. */
export function rampTone(density: number): Tone {
  const most = RAMP_LEVELS - 1;
  return `ramp${FAINTEST + Math.round(Math.min(1, Math.max(0, density)) * (most - FAINTEST))}`;
}

/** Draws a cell of an upper and a lower half, each with a colour of its own or empty. */
export function halves(upper: Tone | null, lower: Tone | null): Piece {
  return twoParts([upper, lower], ["▀", "▄"]);
}

/** Draws a cell of a left and a right half, each with a colour of its own or empty. */
export function leftAndRight(left: Tone | null, right: Tone | null): Piece {
  return twoParts([left, right], ["▌", "▐"]);
}

function twoParts(
  [first, second]: readonly [Tone | null, Tone | null],
  [one, other]: readonly [string, string],
): Piece {
  if (first === second) return first === null ? { text: " " } : { text: "█", tone: first };
  if (first === null) return { text: other, tone: second ?? "plain" };
  return { text: one, tone: first, ...(second === null ? {} : { back: second }) };
}

function shade(density: number, { glyphs, tone }: HeatStyle): Piece {
  const shades = SHADES[glyphs];
  const full = shades.length - 1;
  const level = density > 0 ? Math.max(1, Math.ceil(Math.min(1, density) * full)) : 0;
  return { text: shades.charAt(level), tone };
}
