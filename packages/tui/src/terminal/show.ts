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

/** Terminals that have 256 colours and do not say so. */
const MANY = /256|direct|truecolor|kitty|alacritty|foot|wezterm|ghostty|contour/;

/**
 * Chooses colours by TERM and COLORTERM, unless NO_COLOR is set or the terminal has none; FORCE_COLOR=1 asks for 16, 2
 * and 3 for 256. The light theme where COLORFGBG says so.
 */
export function themeFor(environment: Environment, isTerminal: boolean): Theme {
  const { NO_COLOR, FORCE_COLOR, TERM = "", COLORTERM, WT_SESSION } = environment;
  const background = isLightBackground(environment) ? "light" : "dark";
  const isForced = Boolean(FORCE_COLOR) && FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  if ((!isTerminal || TERM === "dumb") && !isForced) return { depth: "none", background };
  const isRefused = FORCE_COLOR === "0" || FORCE_COLOR === "false";
  const isPlain = /^vt\d/.test(TERM) && !isForced;
  if (NO_COLOR || isRefused || isPlain) return { depth: "mono", background };
  if (FORCE_COLOR === "1") return { depth: "16", background };
  if (FORCE_COLOR === "2" || FORCE_COLOR === "3") return { depth: "256", background };
  const hasMany = MANY.test(TERM) || /truecolor|24bit/.test(COLORTERM ?? "") || WT_SESSION;
  return { depth: hasMany ? "256" : "16", background };
}
