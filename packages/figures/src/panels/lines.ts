/** Lines with bands around them. */
import { compact } from "@ablate/text";
import { area, line, type Mark, type Point, type Stroke } from "../chart.ts";

/** The mean over the runs of a group at a place, and its band. */
export type Value = Readonly<Record<"x" | "mean" | "low" | "high", number>>;

/** A line of a chart. */
export type Line = {
  readonly label: string;
  readonly stroke: Stroke;
  readonly values: readonly Value[];
};

const BAND = 0.17;
/** Lines of so few points show them. */
const FEW = 12;
const DOT = 2.6;

/** Draws bands under all lines. */
export function lineMarks(lines: readonly Line[]): readonly Mark[] {
  return [...lines.flatMap(bandMarks), ...lines.flatMap(ownMarks)];
}

/** Says whether all lines show their points. */
export function arePoints(lines: readonly Line[]): boolean {
  return lines.every(({ values }) => values.length <= FEW);
}

function bandMarks({ stroke, values }: Line): readonly Mark[] {
  const known = values.filter(({ low, high }) => Number.isFinite(low) && low < high);
  if (known.length < 2) return [];
  const up = known.map(({ x, high }): Point => [x, high]);
  const down = known.map(({ x, low }): Point => [x, low]).reverse();
  return [area([...up, ...down], stroke.color, BAND)];
}

function ownMarks({ label, stroke, values }: Line): readonly Mark[] {
  if (values.length === 0) return [];
  const points = values.map(({ x, mean }): Point => [x, mean]);
  const dots = points.length > FEW ? [] : points;
  return [
    line(points, stroke, label),
    ...dots.map((at): Mark => ({ kind: "dot", at, radius: DOT, color: stroke.color })),
  ];
}

/** Writes a tick of an axis of steps; between two of them there is none. */
export function stepText(value: number): string {
  return Number.isInteger(value) ? compact(value) : "";
}
