/** What a terminal can show, by its environment. */
import type { Glyphs } from "../chart/raster.ts";
import type { Environment } from "../state/memory.ts";
import type { Theme } from "../text/theme.ts";

/** Chooses braille, half blocks on the Linux console, ASCII where the locale is not UTF-8. */
export function glyphsFor({ LC_ALL, LC_CTYPE, LANG, TERM }: Environment): Glyphs {
  const locale = LC_ALL || LC_CTYPE || LANG || "UTF-8";
  if (!/utf-?8/i.test(locale)) return "ascii";
  if (TERM === "linux") return "block";
  return TERM === "dumb" ? "ascii" : "braille";
}

/** Chooses colours unless NO_COLOR is set or the terminal has none, and the light theme where COLORFGBG says so. */
export function themeFor(environment: Environment, isTerminal: boolean): Theme {
  const { NO_COLOR, FORCE_COLOR, TERM, COLORFGBG } = environment;
  const background =
    Number(COLORFGBG?.split(";").at(-1)) >= 7 && COLORFGBG?.split(";").at(-1) !== "8"
      ? "light"
      : "dark";
  const isForced = FORCE_COLOR !== undefined && FORCE_COLOR !== "" && FORCE_COLOR !== "0";
  if ((!isTerminal || TERM === "dumb") && !isForced) return { depth: "none", background };
  const isMono = Boolean(NO_COLOR) || FORCE_COLOR === "0" || /^vt\d+/.test(TERM ?? "");
  return { depth: isMono ? "mono" : "colour", background };
}
