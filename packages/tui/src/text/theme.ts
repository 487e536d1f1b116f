/** Turns styled lines into what a terminal understands. */
import { SERIES_COLOURS, sealed } from "@ablate/text";
import { type Line, lineText, type Piece, RAMP_LEVELS, type Tone } from "./line.ts";
import { mixed } from "./palette.ts";

/** `none`: plain text; `mono`: bold, dim and inverse; then so many colours. */
export type ColourDepth = "none" | "mono" | "16" | "256";

export type Background = "dark" | "light";

export type Theme = { readonly depth: ColourDepth; readonly background: Background };

const RESET = sealed("\x1b[0m");

type Codes = readonly [dark: string, light: string];

type Named = "plain" | "muted" | "accent" | "good" | "warn" | "bad";

/**
 * SGR codes on a dark and on a light background, where yellow and the bright colours are hard to
 * read; the terminal's own palette decides what they look like.
 */
const CODES: Readonly<Record<Named, Codes>> = {
  plain: ["", ""],
  muted: ["2", "2"],
  accent: ["36", "34"],
  good: ["32", "32"],
  warn: ["33", "35"],
  bad: ["31", "31"],
};

/** Colours that mean something, in the palette of 256: no colour of a curve is near one of them. */
const CODES_256: Readonly<Partial<Record<Named, Codes>>> = {
  good: ["38;5;77", "38;5;28"],
  warn: ["38;5;220", "38;5;130"],
  bad: ["38;5;203", "38;5;160"],
};

/** Colours of curves where there are 16: none is red, yellow or green, which are verdicts on a dark background. */
const SERIES_16: readonly Codes[] = [
  ["36", "34"],
  ["35", "35"],
  ["94", "36"],
  ["97", "30"],
];

/** What the colours of curves are called in the palette of 256, slot by slot. */
export const COLOUR_NAMES: Readonly<Record<Background, readonly string[]>> = {
  dark: [
    ...["tan", "jade", "pink", "peach", "olive", "blue", "aqua", "sky"],
    ...["teal", "lime", "khaki", "cream", "violet", "ice", "slate", "magenta"],
  ],
  light: [
    ...["moss", "cobalt", "berry", "clay", "sage", "blue", "teal", "petrol"],
    ...["navy", "olive", "purple", "lilac", "violet", "magenta", "plum", "rose"],
  ],
};

/** Counts the colours of curves that a terminal of this depth tells apart. */
export function coloursOf(depth: ColourDepth): number {
  if (depth === "256") return SERIES_COLOURS.length;
  return depth === "16" ? SERIES_16.length : 1;
}

/** Writes the line as text with escape sequences, each of which ends on the line. */
export function paint(pieces: Line, theme: Theme): string {
  if (theme.depth === "none") return lineText(pieces);
  let painted = "";
  let current = "";
  for (const one of pieces) {
    const codes = codesOf(one, theme);
    if (codes !== current) {
      painted += current === "" ? "" : RESET;
      painted += codes === "" ? "" : sealed(`\x1b[${codes}m`);
      current = codes;
    }
    painted += one.text;
  }
  return current === "" ? painted : painted + RESET;
}

/** What lies behind the row under a cursor, in the palette of 256. */
const SELECTED = { dark: "48;5;236", light: "48;5;254" } as const;

function codesOf(one: Piece, theme: Theme): string {
  const { tone = "plain", back, bold, inverse, selected } = one;
  if (selected === true) {
    // Where colours are few, a bar of one colour: pieces of several inverted ones look like a fault.
    if (theme.depth !== "256") return bold ? "1;7" : "7";
    const own = tone === "muted" ? "" : toneCode(tone, theme);
    return [bold ? "1" : "", own, SELECTED[theme.background]].filter(Boolean).join(";");
  }
  const code = toneCode(tone, theme);
  const colour = theme.depth !== "mono" || tone === "muted" ? code : "";
  const behind = back === undefined ? "" : backCode(toneCode(back, theme));
  return [bold ? "1" : "", colour, behind, inverse ? "7" : ""].filter(Boolean).join(";");
}

const NUMBERED = /^(series|shade|ramp)(\d+)$/;

/** Returns the SGR codes of a tone in the foreground. */
function toneCode(tone: Tone, { depth, background }: Theme): string {
  const at = background === "light" ? 1 : 0;
  const [, kind, digits] = NUMBERED.exec(tone) ?? [];
  if (kind === undefined) {
    const name = isNamed(tone) ? tone : "plain";
    return ((depth === "256" ? CODES_256[name] : undefined) ?? CODES[name])[at];
  }
  const n = Number(digits);
  if (kind === "ramp") return depth === "256" ? `38;5;${rampColour(n, background)}` : "";
  if (kind === "shade") return depth === "256" ? `38;5;${shadeColour(n, at)}` : CODES.muted[at];
  if (depth === "256") return `38;5;${SERIES_COLOURS[n % SERIES_COLOURS.length]?.[at] ?? 7}`;
  return SERIES_16[n % SERIES_16.length]?.[at] ?? "";
}

/** Returns what lies behind a curve of a colour: that colour, near the background. */
function shadeColour(slot: number, at: 0 | 1): number {
  const colour = SERIES_COLOURS[slot % SERIES_COLOURS.length]?.[at] ?? 7;
  return mixed(colour, at === 0 ? 0 : 255);
}

function isNamed(tone: Tone): tone is keyof typeof CODES {
  return tone in CODES;
}

/** The 24 greys of the palette of 256, from the background's end. */
function rampColour(level: number, background: Background): number {
  const grey = Math.min(RAMP_LEVELS - 1, Math.max(0, level));
  return background === "light" ? 255 - grey : 232 + grey;
}

/** Turns the code of a foreground colour into that of a background; what is no colour has none. */
function backCode(code: string): string {
  if (code.startsWith("38;")) return `4${code.slice(1)}`;
  const number = Number(code);
  return number >= 30 ? String(number + 10) : "";
}
