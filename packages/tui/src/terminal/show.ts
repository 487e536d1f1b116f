import type { Glyphs } from "../chart/raster.ts";
import type { Line } from "../text/line.ts";
import { paint, type Theme } from "../text/theme.ts";
import { toAscii } from "./ascii.ts";

/** One line as the terminal is to get it. */
export function show(
  line: Line,
  { theme, glyphs }: { readonly theme: Theme; readonly glyphs: Glyphs },
): string {
  return paint(
    glyphs === "ascii" ? line.map((one) => ({ ...one, text: toAscii(one.text) })) : line,
    theme,
  );
}
