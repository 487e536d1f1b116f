import type { Axis, Chart, Mark } from "../chart.ts";

/** A chart without its size and the room of its labels. */
export type Panel = Pick<Chart, "title" | "description"> & {
  readonly x: Axis;
  readonly y: Axis;
  readonly marks: readonly Mark[];
};
