/** Lines as a terminal gets them; one that knows nothing but ASCII gets a look-alike in every cell. */
import { widthOf } from "@ablate/text";
import type { Glyphs } from "../chart/raster.ts";
import type { Line } from "../text/line.ts";
import { paint, type Theme } from "../text/theme.ts";

/** Writes a line as the terminal gets it. */
export function show(
  line: Line,
  { theme, glyphs }: { readonly theme: Theme; readonly glyphs: Glyphs },
): string {
  return paint(
    glyphs === "ascii" ? line.map((one) => ({ ...one, text: toAscii(one.text) })) : line,
    theme,
  );
}

const PLAIN = /^\p{ASCII}*$/u;

const SUBSTITUTES: Readonly<Record<string, string>> = {
  "…": "~",
  "−": "-",
  "–": "-",
  "·": ".",
  "±": "~",
  "×": "x",
  "→": ">",
  "←": "<",
  "↑": "^",
  "↓": "v",
  "✓": "+",
  "✗": "x",
  "●": "*",
  "○": "o",
  "■": "#",
  "◆": "*",
  "▸": ">",
  "▾": "v",
  "▶": ">",
  "◀": "<",
  "▒": ":",
  "∞": "i",
  "▌": ">",
  "╎": ":",
  "│": "|",
  "┊": ":",
  "─": "-",
  "━": "-",
  "┈": ".",
  "└": "+",
  "┤": "|",
  "┼": "+",
  "▓": "#",
  "░": ".",
  "█": "#",
  "▀": "'",
  "▄": ".",
  "▲": "^",
  "▼": "v",
};

/** Replaces every character that is not ASCII by a look-alike. */
export function toAscii(text: string): string {
  if (PLAIN.test(text)) return text;
  return [...text]
    .map((char) => (PLAIN.test(char) ? char : (SUBSTITUTES[char] ?? "?".repeat(widthOf(char)))))
    .join("");
}
