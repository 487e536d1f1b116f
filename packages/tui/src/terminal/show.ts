/** What a terminal can show, and lines as it gets them: one that knows only ASCII gets look-alikes. */
import { isLightBackground, widthOf } from "@ablate/text";
import type { Glyphs } from "../chart/raster.ts";
import type { Environment } from "../state/memory.ts";
import { type Line, visibleLine } from "../text/line.ts";
import { paint, type Theme } from "../text/theme.ts";

/** Writes a line with everything in it to be seen; its styles are sealed. */
export function show(
  line: Line,
  { theme, glyphs }: { readonly theme: Theme; readonly glyphs: Glyphs },
): string {
  const shown = visibleLine(line);
  const known =
    glyphs === "ascii" ? shown.map((one) => ({ ...one, text: toAscii(one.text) })) : shown;
  return paint(known, theme);
}

const PLAIN = /^\p{ASCII}*$/u;

/** Characters that the views draw, and below each its look-alike. */
const DRAWN = "…−–·±×→←↑↓✓✗●○■◆▸▾▶◀▒∞▌╎│┊─━┈└┤┼▓░█▀▄▲▼╍┅┉┬›";
const ALIKE = "~--.~x><^v+x*o#*>v><:i>:|:--.+|+#.#'.^v=~:+>";

/** Replaces every character that is not ASCII by a look-alike. */
export function toAscii(text: string): string {
  if (PLAIN.test(text)) return text;
  return [...text]
    .map((char) =>
      PLAIN.test(char) ? char : (ALIKE[DRAWN.indexOf(char)] ?? "?".repeat(widthOf(char))),
    )
    .join("");
}

/** Chooses braille, half blocks on the Linux console, ASCII where the locale is not UTF-8. */
export function glyphsFor({ LC_ALL, LC_CTYPE, LANG, TERM }: Environment): Glyphs {
  const locale = LC_ALL || LC_CTYPE || LANG || "UTF-8";
  if (!/utf-?8/i.test(locale)) return "ascii";
  if (TERM === "linux") return "block";
  return TERM === "dumb" ? "ascii" : "braille";
}

/** Whether a terminal can report its mouse: consoles and real terminals cannot. */
export function hasMouse({ TERM = "" }: Environment): boolean {
  return !/^(?:|linux|dumb|unknown|ansi|cons25.*|vt\d.*)$/.test(TERM);
}

/** Chooses colours unless NO_COLOR is set or the terminal has none, and the light theme where COLORFGBG says so. */
export function themeFor(environment: Environment, isTerminal: boolean): Theme {
  const { NO_COLOR, FORCE_COLOR, TERM, COLORTERM } = environment;
  const background = isLightBackground(environment) ? "light" : "dark";
  const isForced = FORCE_COLOR !== undefined && FORCE_COLOR !== "" && FORCE_COLOR !== "0";
  if ((!isTerminal || TERM === "dumb") && !isForced) return { depth: "none", background };
  const isMono = Boolean(NO_COLOR) || FORCE_COLOR === "0" || /^vt\d+/.test(TERM ?? "");
  if (isMono) return { depth: "mono", background };
  const hasMany =
    /256|direct|truecolor/.test(TERM ?? "") || /truecolor|24bit/.test(COLORTERM ?? "");
  return { depth: hasMany || isForced ? "256" : "16", background };
}
