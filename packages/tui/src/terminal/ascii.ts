/** Text for terminals that know nothing but ASCII: one cell stays one cell. */
import { widthOf } from "../text/width.ts";

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

/** The text with a look-alike for every character that is not ASCII. */
export function toAscii(text: string): string {
  if (PLAIN.test(text)) return text;
  return [...text]
    .map((char) => (PLAIN.test(char) ? char : (SUBSTITUTES[char] ?? "?".repeat(widthOf(char)))))
    .join("");
}
