/** How charts look on paper: on white, in colours that the colour-blind tell apart, and in grey. */
import { MOST_SHOWN, type Stroke, strokeAt } from "./chart.ts";
import type { Ink } from "./scene.ts";

/** The colours of a chart, by what they are for. */
export type Look = {
  readonly ink: Ink;
  /** Of the group at a place, the same again after `MOST_SHOWN` of them. */
  readonly colorAt: (place: number) => string;
  readonly strokeAt: (place: number, width?: number) => Stroke;
  readonly guide: Stroke;
  /** Where values should be. */
  readonly band: string;
  /** What says little. */
  readonly faint: string;
};

/** Dark and light by turns, so that neighbours differ in grey too. */
const COLORS: readonly string[] = [
  ...["#0b4f9e", "#d97400", "#6a1b5e", "#1a9e77"],
  ...["#8f1a12", "#3b93d6", "#1f1f1f", "#e0559b"],
];

const GREYS: readonly string[] = [
  ...["#000000", "#8a8a8a", "#3d3d3d", "#909090"],
  ...["#1f1f1f", "#868686", "#333333", "#8c8c8c"],
];

/** Returns the look of charts on paper; with `isGrey` without a colour. */
export function paperLook({ isGrey }: { readonly isGrey: boolean }): Look {
  const colors = isGrey ? GREYS : COLORS;
  const colorAt = (place: number): string => colors[place % MOST_SHOWN] ?? "#000000";
  return {
    ink: { text: "#000000", grid: "#e4e4e4" },
    colorAt,
    strokeAt: (place, width = LINE) => ({ ...strokeAt(place, width), color: colorAt(place) }),
    guide: { color: "#6b6b6b", dash: [5, 4], width: 1.2 },
    band: isGrey ? "#555555" : "#2e7d4f",
    faint: "#767676",
  };
}

const LINE = 1.8;
