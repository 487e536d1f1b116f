/** The 256 colours of a terminal, as VS Code's and xterm.js's terminals show them. */
import type { Cell, CellColour } from "./screen.ts";

export type PictureTheme = "dark" | "light";

export type Rgb = readonly [red: number, green: number, blue: number];

type Palette = {
  readonly background: string;
  readonly foreground: string;
  /** The 16 that the terminal's own settings decide. */
  readonly named: readonly string[];
};

const PALETTES: Readonly<Record<PictureTheme, Palette>> = {
  dark: {
    background: "#1e1e1e",
    foreground: "#cccccc",
    named: [
      ...["#000000", "#cd3131", "#0dbc79", "#e5e510", "#2472c8", "#bc3fbc", "#11a8cd", "#e5e5e5"],
      ...["#666666", "#f14c4c", "#23d18b", "#f5f543", "#3b8eea", "#d670d6", "#29b8db", "#e5e5e5"],
    ],
  },
  light: {
    background: "#ffffff",
    foreground: "#3b3b3b",
    named: [
      ...["#000000", "#cd3131", "#107c10", "#949800", "#0451a5", "#bc05bc", "#0598bc", "#555555"],
      ...["#666666", "#cd3131", "#14ce14", "#b5ba00", "#0451a5", "#bc05bc", "#0598bc", "#a5a5a5"],
    ],
  },
};

/** What the colour of the terminal itself is. */
export function backgroundOf(theme: PictureTheme): Rgb {
  return rgbOf(PALETTES[theme].background);
}

/** The two colours that a cell is painted with. */
export function coloursOf(
  cell: Cell,
  theme: PictureTheme,
): { readonly ink: Rgb; readonly paper: Rgb } {
  const { background, foreground } = PALETTES[theme];
  const front = rgbOf(hexOf(cell.colour, theme) ?? foreground);
  const behind = rgbOf(hexOf(cell.background, theme) ?? background);
  const [ink, paper] = cell.isInverse ? [behind, front] : [front, behind];
  return { ink: cell.isDim ? mixed(ink, paper, 0.5) : ink, paper };
}

/** The first colour laid over the second, so much of it. */
export function mixed(over: Rgb, under: Rgb, share: number): Rgb {
  const channel = (i: 0 | 1 | 2) => Math.round(over[i] * share + under[i] * (1 - share));
  return [channel(0), channel(1), channel(2)];
}

function hexOf(colour: CellColour, theme: PictureTheme): string | null {
  if (typeof colour !== "number") return colour;
  return PALETTES[theme].named[colour] ?? numberedColour(colour);
}

/** Levels of the cube of 6 x 6 x 6 colours. */
const LEVELS = [0, 95, 135, 175, 215, 255] as const;

/** 16 to 231 are the cube, 232 to 255 greys. */
function numberedColour(colour: number): string {
  if (colour >= 232) return hex(Array.from({ length: 3 }, () => 8 + 10 * (colour - 232)));
  const place = colour - 16;
  return hex([place / 36, place / 6, place].map((at) => LEVELS[Math.floor(at) % 6] ?? 0));
}

function hex(channels: readonly number[]): string {
  return `#${channels.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

function rgbOf(text: string): Rgb {
  const value = Number.parseInt(text.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
