/** Histograms in rows, one below the other on one axis. */
import { area, line, type Mark, type Point } from "../chart.ts";
import type { Look } from "../look.ts";
import type { Panel } from "./panel.ts";

export type HistogramRow = {
  readonly name: string;
  /** How much lies in each of equal cells of the axis; without any, nothing is drawn. */
  readonly cells: readonly number[];
  /** The same at another time, drawn as a dashed line. */
  readonly before?: readonly number[];
};

type HistogramPanel = {
  readonly title: string;
  readonly description: string;
  /** Titles of the axes: of the numbers, and of the rows. */
  readonly axis: string;
  readonly heading: string;
  /** The axis goes from -range to range. */
  readonly range: number;
  readonly color: string;
  readonly format?: (value: number) => string;
};

/** Of its row that the highest bar takes. */
const HIGHEST = 0.88;
const FILL = 0.45;

/** Draws a row for each histogram, each as high as the others, the first at the top. */
export function histogramPanel(
  rows: readonly HistogramRow[],
  { title, description, axis, heading, range, color, format }: HistogramPanel,
  look: Look,
): Panel {
  const x = { title: axis, min: -range, max: range, interval: range / 2 };
  return {
    ...{ title, description },
    x: format === undefined ? x : { ...x, format },
    y: { title: heading, min: 0, max: rows.length, isBare: true },
    marks: rows.flatMap(({ name, cells, before = [] }, i): readonly Mark[] => {
      const base = rows.length - 1 - i;
      const filled: readonly Point[] = [
        [-range, base],
        ...traceOf(cells, { base, range }),
        [range, base],
      ];
      const dashed = { color: look.strong, dash: [3, 2], width: 1.2 };
      return [
        ...(cells.length === 0 ? [] : [area(filled, color, FILL)]),
        ...(before.length === 0 ? [] : [line(traceOf(before, { base, range }), dashed)]),
        { kind: "text", at: [-range, base + 0.38], text: name },
      ];
    }),
  };
}

/** Goes through the middles of cells. */
function traceOf(
  cells: readonly number[],
  { base, range }: { readonly base: number; readonly range: number },
): readonly Point[] {
  const most = Math.max(...cells, 1e-12);
  return cells.map((value, cell) => [
    range * ((2 * (cell + 0.5)) / cells.length - 1),
    base + (HIGHEST * value) / most,
  ]);
}
