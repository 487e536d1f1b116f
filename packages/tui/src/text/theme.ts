/** Turns styled lines into what a terminal understands. */
import type { Line, Piece, Tone } from "./line.ts";

/** `none`: plain text; `mono`: bold, dim and inverse; `colour`: the terminal's 16 colours too. */
export type ColourDepth = "none" | "mono" | "colour";

export type Background = "dark" | "light";

export type Theme = { readonly depth: ColourDepth; readonly background: Background };

const RESET = "\x1b[0m";

/** SGR codes; the terminal's own palette decides what they look like. */
const DARK: Readonly<Record<Tone, string>> = {
  plain: "",
  muted: "2",
  accent: "36",
  good: "32",
  warn: "33",
  bad: "31",
  series0: "36",
  series1: "33",
  series2: "35",
  series3: "32",
  series4: "94",
  series5: "91",
};

/** Yellow and the bright colours are hard to read on white. */
const LIGHT: Readonly<Record<Tone, string>> = {
  ...DARK,
  accent: "34",
  warn: "35",
  series0: "34",
  series1: "31",
  series2: "35",
  series3: "32",
  series4: "36",
  series5: "90",
};

/** Writes the line as text with escape sequences, each of which ends on the line. */
export function paint(pieces: Line, theme: Theme): string {
  if (theme.depth === "none") return pieces.map(({ text }) => text).join("");
  let painted = "";
  let current = "";
  for (const one of pieces) {
    const codes = codesOf(one, theme);
    if (codes !== current) {
      painted += current === "" ? "" : RESET;
      painted += codes === "" ? "" : `\x1b[${codes}m`;
      current = codes;
    }
    painted += one.text;
  }
  return current === "" ? painted : painted + RESET;
}

function codesOf({ tone = "plain", bold, inverse }: Piece, { depth, background }: Theme): string {
  const table = background === "light" ? LIGHT : DARK;
  const colour = depth === "colour" || tone === "muted" ? table[tone] : "";
  return [bold ? "1" : "", colour, inverse ? "7" : ""].filter(Boolean).join(";");
}
