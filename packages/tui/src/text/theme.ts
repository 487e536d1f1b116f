/** Turns styled lines into what a terminal understands. */
import { sealed } from "@ablate/text";
import { type Line, lineText, type Piece, type Tone } from "./line.ts";

/** `none`: plain text; `mono`: bold, dim and inverse; `colour`: the terminal's 16 colours too. */
export type ColourDepth = "none" | "mono" | "colour";

export type Background = "dark" | "light";

export type Theme = { readonly depth: ColourDepth; readonly background: Background };

const RESET = sealed("\x1b[0m");

/**
 * SGR codes on a dark and on a light background, where yellow and the bright colours are hard to
 * read; the terminal's own palette decides what they look like.
 */
const CODES: Readonly<Record<Tone, readonly [dark: string, light: string]>> = {
  plain: ["", ""],
  muted: ["2", "2"],
  accent: ["36", "34"],
  good: ["32", "32"],
  warn: ["33", "35"],
  bad: ["31", "31"],
  series0: ["36", "34"],
  series1: ["33", "31"],
  series2: ["35", "35"],
  series3: ["32", "32"],
  series4: ["94", "36"],
  series5: ["91", "90"],
};

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

function codesOf({ tone = "plain", bold, inverse }: Piece, { depth, background }: Theme): string {
  const [dark, light] = CODES[tone];
  const code = background === "light" ? light : dark;
  const colour = depth === "colour" || tone === "muted" ? code : "";
  return [bold ? "1" : "", colour, inverse ? "7" : ""].filter(Boolean).join(";");
}
