/** A curve in a single line of text. */
import { lineText } from "../text/line.ts";
import { dotsOf, type Glyphs, Raster } from "./raster.ts";

/** Draws values from the lowest to the highest in `cells` cells, with a gap where there is none. */
export function sparkline(values: ArrayLike<number>, cells: number, glyphs: Glyphs): string {
  const raster = new Raster(cells, 1, glyphs);
  const { across } = dotsOf(glyphs);
  const points = resample(values, cells * across);
  const finite = points.filter(Number.isFinite);
  if (finite.length === 0) return " ".repeat(cells);
  const low = Math.min(...finite);
  const high = Math.max(...finite);
  let previous: number | null = null;
  for (const [x, value] of points.entries()) {
    if (!Number.isFinite(value)) {
      previous = null;
      continue;
    }
    const share = high > low ? (value - low) / (high - low) : 0;
    const y = Math.round((1 - share) * (raster.height - 1));
    raster.line([x, previous ?? y], [x, y], 0);
    previous = y;
  }
  return lineText(raster.lines([{}])[0] ?? []);
}

/** Returns `wanted` means of neighbouring values, or fewer where there are fewer values. */
function resample(values: ArrayLike<number>, wanted: number): number[] {
  const length = Math.min(values.length, wanted);
  return Array.from({ length }, (_, i) => {
    const from = Math.floor((i * values.length) / length);
    const to = Math.max(from + 1, Math.floor(((i + 1) * values.length) / length));
    let sum = 0;
    let n = 0;
    for (let at = from; at < to; at++) {
      const value = values[at] ?? Number.NaN;
      if (!Number.isFinite(value)) continue;
      sum += value;
      n += 1;
    }
    return n === 0 ? Number.NaN : sum / n;
  });
}
