/** The inside of a chart: bands, curves, guides, events, arrows to what is beyond the axis, and the crosshair. */
import { DASHES } from "../data/looks.ts";
import { type Line, type Piece, piece, type Style, type Tone } from "../text/line.ts";
import { excursions, reachText } from "./excursions.ts";
import { type Dot, dotsOf, type Overlay, Raster } from "./raster.ts";
import { cellAt, position, type Scale } from "./scale.ts";
import type { ChartSpec } from "./spec.ts";
import type { Trace } from "./trace.ts";

type Box = { readonly columns: number; readonly rows: number };

/** Draws the plot in lines of so many cells. */
export function drawPlot(spec: ChartSpec, { columns, rows }: Box): Line[] {
  const { curves, y, glyphs } = spec;
  const raster = new Raster(columns, rows, glyphs, { isCovering: true });
  const styles: Style[] = [];
  const layerOf = (tone: Tone): number => styles.push({ tone }) - 1;
  // What is drawn later covers what is below it: bands, single runs, then the curves.
  for (const { shaded, trace, tone } of curves) {
    if (shaded) shadeTrace(raster, trace, { y, layer: layerOf(shadeTone(tone)) });
  }
  for (const { behind, tone } of curves) {
    const layer = layerOf(shadeTone(tone));
    for (const one of behind) drawTrace(raster, one, { y, layer, pause: 0 });
  }
  const { across } = dotsOf(glyphs);
  const first = styles.length;
  for (const { trace, tone, dash = 0 } of curves) {
    const pause = (DASHES[dash]?.pause ?? 0) * across;
    drawTrace(raster, trace, { y, layer: layerOf(tone), pause });
  }
  return raster.lines(styles, overlay(spec, { raster, first }, { columns, rows }));
}

/** Returns the tone of what lies behind a curve. */
function shadeTone(tone: Tone): Tone {
  const [, slot] = /^series(\d+)$/.exec(tone) ?? [];
  return slot === undefined ? "muted" : `shade${Number(slot)}`;
}

type Drawing = { readonly y: Scale; readonly layer: number };

function drawTrace(
  raster: Raster,
  { mean, gapBefore }: Trace,
  { y, layer, pause }: Drawing & { readonly pause: number },
): void {
  const isDrawn = (x: number): boolean => x % pause < (pause * 3) / 4;
  let previous: Dot | null = null;
  for (let x = 0; x < mean.length; x++) {
    const value = mean[x] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    const row = dotRow(raster, y, value);
    if (Number.isNaN(row)) {
      previous = null;
      continue;
    }
    const to: Dot = [x, row];
    const from: Dot = previous === null || gapBefore[x] === 1 ? to : previous;
    // A pause must not swallow a leap.
    const isSteep = Math.abs(to[1] - from[1]) > STEEP;
    raster.line(from, to, layer, pause === 0 || isSteep ? undefined : isDrawn);
    previous = to;
  }
}

/** Dots by which a line that leaps rises from one column to the next. */
const STEEP = 4;

function shadeTrace(raster: Raster, { min, max }: Trace, { y, layer }: Drawing): void {
  for (let x = 0; x < min.length; x++) {
    const low = dotRow(raster, y, min[x] ?? Number.NaN);
    const bottom = Number.isNaN(low) && min[x] !== max[x] ? raster.height : low;
    const top = dotRow(raster, y, max[x] ?? Number.NaN);
    if (top <= bottom) raster.shade(x, top, bottom, layer);
  }
}

/** Returns the row of dots of a value, which may lie outside of the canvas; NaN where it has no place. */
function dotRow({ height }: Raster, y: Scale, value: number): number {
  return Math.round((1 - position(y, value)) * (height - 1));
}

/** What is drawn so far, and the first layer that is a curve. */
type Drawn = { readonly raster: Raster; readonly first: number };

/** Puts guides and events behind the curves; arrows, ends, markers and the crosshair in front of them. */
function overlay(spec: ChartSpec, drawn: Drawn, { columns, rows }: Box): Overlay {
  const { x, y, guides, events, crosshair } = spec;
  const columnOf = (value: number) => cellAt(position(x, value), columns);
  const guideRows = new Set(guides.map(({ value }) => cellAt(1 - position(y, value), rows)));
  const eventColumns = new Set(events.map(columnOf));
  const cross = crosshair === null ? null : columnOf(crosshair);
  const front = new Map([
    ...arrows(spec, drawn, { columns, rows }),
    ...markers(spec, { columns, rows }),
    ...ends(spec, { columns, rows }),
  ]);
  return ({ column, row, isEmpty, drawn }) => {
    const own = front.get(`${column},${row}`);
    if (own !== undefined) return own;
    if (column === cross) return isEmpty ? { text: "│" } : { ...drawn, inverse: true };
    if (!isEmpty) return null;
    if (eventColumns.has(column)) return piece("┊", "muted");
    return guideRows.has(row) ? piece("┈", "muted") : null;
  };
}

/** What stands in cells, by their column and row. */
type Cells = [string, Piece][];

/** Marks every value of curves that have few. */
function markers({ curves, y }: ChartSpec, { columns, rows }: Box): Cells {
  return curves
    .filter(({ isSparse }) => isSparse)
    .flatMap(({ trace: { mean }, tone, dash = 0 }) =>
      [...mean].flatMap((value, dot): Cells => {
        const row = cellAt(1 - position(y, value), rows);
        const column = Math.floor((dot / mean.length) * columns);
        const text = DASHES[dash]?.marker ?? "◆";
        return row === null ? [] : [[`${column},${row}`, { text, tone }]];
      }),
    );
}

/** Marks where runs diverged. */
function ends({ curves, x, y }: ChartSpec, { columns, rows }: Box): Cells {
  return curves.flatMap(({ divergedAt, trace, tone }): Cells => {
    if (divergedAt === null) return [];
    const column = cellAt(position(x, divergedAt), columns);
    const last = trace.mean.findLast((value) => Number.isFinite(value)) ?? y.high;
    const row = cellAt(1 - position(y, Math.min(y.high, Math.max(y.low, last))), rows) ?? 0;
    return [[`${column},${row}`, { text: "✗", tone, bold: true }]];
  });
}

/** Points to where curves leave the axis, with the value that they reach where there is room for it. */
function arrows({ curves, y }: ChartSpec, { raster, first }: Drawn, { columns, rows }: Box): Cells {
  const cells = new Map<string, Piece>();
  const isFree = (column: number, row: number): boolean =>
    column >= 0 &&
    column < columns &&
    raster.isFree(column, row, first) &&
    !cells.has(`${column},${row}`);
  for (const curve of [...curves].reverse()) {
    const found = excursions(curve, y).map((one) => ({
      ...one,
      column: Math.floor((one.dot / curve.trace.mean.length) * columns),
      row: one.isAbove ? 0 : rows - 1,
    }));
    for (const { column, row, isAbove } of found) {
      const key = `${column},${row}`;
      if (!cells.has(key)) cells.set(key, { text: isAbove ? "▲" : "▼", tone: curve.tone });
    }
    for (const { column, row, text } of farthest(found)) {
      const start = placesNear(column, text.length).find((from) =>
        [...text].every((_, i) => isFree(from + i, row)),
      );
      if (start === undefined) continue;
      for (const [i, char] of [...text].entries())
        cells.set(`${start + i},${row}`, { text: char, tone: curve.tone });
    }
  }
  return [...cells];
}

/** How far from its arrow a value may stand. */
const FARTHEST_TEXT = 12;

/** Returns where a text may begin beside an arrow, the nearest places first. */
function placesNear(column: number, length: number): number[] {
  return Array.from({ length: FARTHEST_TEXT }, (_, gap) => [
    column + 1 + gap,
    column - length - gap,
  ]).flat();
}

type Found = ReturnType<typeof excursions>[number] & {
  readonly column: number;
  readonly row: number;
};

/** Returns the excursions of a curve that go farthest up and down, with their values. */
function farthest(found: readonly Found[]): (Found & { readonly text: string })[] {
  const above = found.filter(({ isAbove }) => isAbove).sort((a, b) => b.value - a.value);
  const below = found.filter(({ isAbove }) => !isAbove).sort((a, b) => a.value - b.value);
  return [...above.slice(0, 1), ...below.slice(0, 1)].map((one) => ({
    ...one,
    text: reachText(one.value),
  }));
}
