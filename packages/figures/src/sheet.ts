/** Charts in a size on paper. */
import type { Chart } from "./chart.ts";
import type { Look } from "./look.ts";
import { type Scene, sceneOf } from "./scene.ts";

/** A chart as it lies on paper. */
export type Sheet = {
  readonly scene: Scene;
  readonly title: string;
  readonly description: string;
  /** Millimetres. */
  readonly width: number;
  readonly height: number;
  readonly look: Look;
};

/** Points of a unit of a scene: its text of 12 units is printed in 7 points. */
const POINTS = 7 / 12;
const UNITS = 72 / 25.4 / POINTS;

/** Returns the units of a scene that are so many millimetres on paper. */
export function unitsOf(millimetres: number): number {
  return Math.round(millimetres * UNITS * 100) / 100;
}

/** Lays out a chart whose width and height are in `unitsOf` millimetres. */
export function sheetOf(chart: Chart, look: Look): Sheet {
  const { title, description } = chart;
  const millimetres = (units: number): number => Math.round((units / UNITS) * 100) / 100;
  return {
    ...{ scene: sceneOf(chart, look.ink), title, description, look },
    width: millimetres(chart.width),
    height: millimetres(chart.height),
  };
}
