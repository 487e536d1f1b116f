/** One chart as lines of text: axes, bands, curves, guides, events and the crosshair. */
import {
  fitLine,
  justify,
  type Line,
  type Piece,
  piece,
  type Style,
  type Tone,
} from "../text/line.ts";
import { dotsOf, type Glyphs, type Overlay, Raster } from "./raster.ts";
import { position, type Scale, ticks, valueLabels } from "./scale.ts";
import type { Trace } from "./trace.ts";

export type Curve = {
  readonly tone: Tone;
  /** How its line pauses, an index in DASHES; it is solid unless given. */
  readonly dash?: number;
  readonly trace: Trace;
  /** Fills what is between smallest and largest value. */
  readonly shaded: boolean;
  /** Single runs behind a mean. */
  readonly behind: readonly Trace[];
  /** Its values are few and far between: each is marked. */
  readonly isSparse: boolean;
  /** Place on the x axis at which its values stopped being finite. */
  readonly divergedAt: number | null;
};

export type Guide = { readonly value: number; readonly label: string };

export type ChartSpec = {
  readonly title: Line;
  /** At the right of the title. */
  readonly note: Line;
  readonly columns: number;
  readonly rows: number;
  readonly glyphs: Glyphs;
  readonly x: Scale;
  readonly y: Scale;
  /** The curves in the order of drawing: the last one is on top. */
  readonly curves: readonly Curve[];
  readonly guides: readonly Guide[];
  /** Positions on the x axis at which something changed. */
  readonly events: readonly number[];
  /** Position of the crosshair on the x axis. */
  readonly crosshair: number | null;
  readonly xLabel: (value: number) => string;
};

/** Cells of the value labels, with the axis. */
export const LABEL_CELLS = 8;

/** Counts the columns of dots that a chart of this width has for its curves. */
export function dotColumns(columns: number, glyphs: Glyphs): number {
  return Math.max(0, columns - LABEL_CELLS) * dotsOf(glyphs).across;
}

/** Draws a chart in exactly `rows` lines of `columns` cells. */
export function drawChart(spec: ChartSpec): Line[] {
  const { columns, rows, title, note } = spec;
  const plotRows = rows - 2;
  const plotColumns = columns - LABEL_CELLS;
  const head = justify(title, note, columns);
  if (plotRows < 1 || plotColumns < 1)
    return Array.from({ length: rows }, (_, row) => (row === 0 ? head : fitLine([], columns)));
  const labels = valueAxis(spec, plotRows);
  const body = plot(spec, plotColumns, plotRows).map((drawn, row) =>
    fitLine([...(labels[row] ?? []), ...drawn], columns),
  );
  return [head, ...body, stepAxis(spec, plotColumns)];
}

function plot(spec: ChartSpec, columns: number, rows: number): Line[] {
  const raster = new Raster(columns, rows, spec.glyphs);
  const styles: Style[] = [];
  for (const curve of spec.curves) {
    const faint = styles.push({ tone: "muted" }) - 1;
    const strong = styles.push({ tone: curve.tone }) - 1;
    for (const one of curve.behind) drawTrace(raster, one, { y: spec.y, layer: faint });
    if (curve.shaded) shadeTrace(raster, curve.trace, { y: spec.y, layer: faint });
    drawTrace(raster, curve.trace, { y: spec.y, layer: strong });
  }
  return raster.lines(styles, overlay(spec, columns, rows));
}

type Drawing = { readonly y: Scale; readonly layer: number };

function drawTrace(raster: Raster, { mean, gapBefore }: Trace, { y, layer }: Drawing): void {
  let previous: readonly [number, number] | null = null;
  for (let x = 0; x < mean.length; x++) {
    const value = mean[x] ?? Number.NaN;
    const row = dotRow(raster, y, value);
    if (row === null && !Number.isNaN(value)) previous = null;
    if (row === null) continue;
    if (previous === null || gapBefore[x] === 1) raster.dot(x, row, layer);
    else raster.line(previous, [x, row], layer);
    previous = [x, row];
  }
}

function shadeTrace(raster: Raster, { min, max }: Trace, { y, layer }: Drawing): void {
  for (let x = 0; x < min.length; x++) {
    const bottom =
      dotRow(raster, y, min[x] ?? Number.NaN) ?? (min[x] === max[x] ? null : raster.height);
    const top = dotRow(raster, y, max[x] ?? Number.NaN);
    if (top !== null && bottom !== null) raster.shade(x, top, bottom, layer);
  }
}

/** Returns the row of dots of a value; what is beyond the axis stays at its end. */
function dotRow({ height }: Raster, y: Scale, value: number): number | null {
  const share = position(y, value);
  if (Number.isNaN(share)) return null;
  return Math.round((1 - Math.min(1, Math.max(0, share))) * (height - 1));
}

/** Puts guides and events behind the curves, ends and crosshair in front of them. */
function overlay(spec: ChartSpec, columns: number, rows: number): Overlay {
  const { x, y, guides, events, crosshair, curves } = spec;
  const columnOf = (value: number) => cellAt(position(x, value), columns);
  const rowOf = (value: number) => cellAt(1 - position(y, value), rows);
  const guideRows = new Set(guides.map(({ value }) => rowOf(value)));
  const eventColumns = new Set(events.map(columnOf));
  const cross = crosshair === null ? null : columnOf(crosshair);
  const ends = new Map<string, Piece>();
  for (const { trace, tone } of curves.filter(({ isSparse }) => isSparse)) {
    for (const [dot, value] of trace.mean.entries()) {
      const row = rowOf(value);
      const column = Math.floor((dot / trace.mean.length) * columns);
      if (row !== null) ends.set(`${column},${row}`, { text: "◆", tone });
    }
  }
  for (const { divergedAt, trace, tone } of curves) {
    const column = divergedAt === null ? null : columnOf(divergedAt);
    const last = trace.mean.findLast((value) => Number.isFinite(value)) ?? y.high;
    const row = rowOf(Math.min(y.high, Math.max(y.low, last))) ?? 0;
    ends.set(`${column},${row}`, { text: "✗", tone, bold: true });
  }
  return ({ column, row, isEmpty, drawn }) => {
    const end = ends.get(`${column},${row}`);
    if (end !== undefined) return end;
    if (column === cross) return isEmpty ? { text: "│" } : { ...drawn, inverse: true };
    if (!isEmpty) return null;
    if (eventColumns.has(column)) return piece("┊", "muted");
    return guideRows.has(row) ? piece("┈", "muted") : null;
  };
}

/** Returns the cell at a position between 0 and 1; null outside. */
function cellAt(share: number, cells: number): number | null {
  if (!(share >= 0 && share <= 1)) return null;
  return Math.min(cells - 1, Math.floor(share * cells));
}

/** Draws the labels of the y axis, one line a row. */
function valueAxis({ y, guides }: ChartSpec, rows: number): Line[] {
  const values = ticks(y, Math.max(3, Math.floor(rows / 2.5)));
  const texts = valueLabels(values);
  const rowOf = (value: number) => cellAt(1 - position(y, value), rows);
  const labels = new Map<number | null, { readonly text: string; readonly joint: string }>([
    ...values.map((value, i) => [rowOf(value), { text: texts[i] ?? "", joint: "┤" }] as const),
    ...guides.map(
      ({ value }) => [rowOf(value), { text: guideLabel(value, texts), joint: "┼" }] as const,
    ),
  ]);
  return Array.from({ length: rows }, (_, row) => {
    const { text, joint } = labels.get(row) ?? { text: "", joint: "│" };
    // Part of a number would be another number.
    const label = text.length > LABEL_CELLS - 2 ? "" : text;
    return [piece(`${label.padStart(LABEL_CELLS - 2)} ${joint}`, "muted")];
  });
}

/** Writes the place of a guide in two decimals, more where a tick is at that number. */
function guideLabel(value: number, ticks: readonly string[]): string {
  const write = (decimals: number) => String(Number(value.toFixed(decimals))).replace("-", "−");
  const isTick = (text: string) => ticks.some((one) => Number(one) === Number(text));
  const short = write(2);
  return isTick(short) && Number(short) !== value ? write(3) : short;
}

/** Draws the x axis with its labels in it. */
function stepAxis({ x, xLabel, columns }: ChartSpec, plotColumns: number): Line {
  const labels = ticks(x, Math.max(2, Math.floor(plotColumns / 16))).map((value) => {
    const text = xLabel(value);
    const centre = cellAt(position(x, value), plotColumns) ?? 0;
    const start = Math.max(0, centre - Math.floor(text.length / 2));
    return { text, start: Math.min(start, plotColumns - text.length) };
  });
  const said = labels.filter(({ text }) => text !== "");
  const rule = labelledRule(plotColumns, said, 2);
  return fitLine([piece(`${" ".repeat(LABEL_CELLS - 1)}└${rule}`, "muted")], columns);
}

/** Writes a rule of so many cells with labels in it, without those that would come too near to the one before. */
export function labelledRule(
  length: number,
  labels: readonly { readonly text: string; readonly start: number }[],
  gap: number,
): string {
  const cells = Array.from({ length }, () => "─");
  let free = 0;
  for (const { text, start } of labels) {
    if (start < free) continue;
    for (const [i, char] of [...text].entries()) cells[start + i] = char;
    free = start + text.length + gap;
  }
  return cells.join("");
}
