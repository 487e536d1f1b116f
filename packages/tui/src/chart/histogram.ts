/** Counts as bars, a cell a bin. */
import { shortNumber } from "@ablate/text";
import { fitLine, type Line, piece, type Tone } from "../text/line.ts";
import type { Glyphs } from "./raster.ts";

export type HistogramSpec = {
  readonly counts: readonly number[];
  /** The axis goes from `-range` to `range`. */
  readonly range: number;
  readonly rows: number;
  readonly tone: Tone;
  readonly glyphs: Glyphs;
};

/** What fills a cell from the bottom: nothing, parts, all of it. */
const LEVELS: Readonly<Record<Glyphs, string>> = {
  braille: " ▁▂▃▄▅▆▇█",
  block: " ▄█",
  ascii: " .#",
};

/** Draws bars as high as their counts, the highest of `rows` cells, over an axis: `rows + 1` lines. */
export function drawHistogram({ range, ...bars }: HistogramSpec): Line[] {
  return [...drawBars(bars), rangeAxis(bars.counts.length, range)];
}

/** Draws bars as high as their counts, the highest of `rows` cells. */
export function drawBars({
  counts,
  rows,
  tone,
  glyphs,
  hasAir = false,
}: Omit<HistogramSpec, "range"> & {
  /** Leaves the top of the highest cell empty, so that rows of bars stay apart. */
  readonly hasAir?: boolean;
}): Line[] {
  const levels = LEVELS[glyphs];
  const full = levels.length - 1;
  const highest = Math.max(1, ...counts);
  const most = rows * full - (hasAir ? Math.floor(full / 4) : 0);
  const heights = counts.map((count) =>
    count === 0 ? 0 : Math.max(1, Math.round((count / highest) * most)),
  );
  return Array.from({ length: rows }, (_, row): Line => {
    const below = (rows - 1 - row) * full;
    const cells = heights.map((height) =>
      levels.charAt(Math.min(full, Math.max(0, height - below))),
    );
    return [piece(cells.join(""), tone)];
  });
}

/** Draws `-10 ──── 0 ──── 10` in exactly `columns` cells. */
export function rangeAxis(columns: number, range: number): Line {
  const end = shortNumber(range, 4);
  const left = `−${end} `;
  const middle = " 0 ";
  const right = ` ${end}`;
  const before = Math.floor((columns - middle.length) / 2) - left.length;
  const after = columns - middle.length - right.length - left.length - before;
  if (before < 1 || after < 1) return fitLine([piece("─".repeat(columns), "muted")], columns);
  const text = [left, "─".repeat(before), middle, "─".repeat(after), right].join("");
  return [piece(text, "muted")];
}
