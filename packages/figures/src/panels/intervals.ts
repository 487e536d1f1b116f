/** Rows of estimates with their intervals. */
import { type Mark, segment } from "../chart.ts";

type Estimate = {
  /** The height of the row. */
  readonly y: number;
  readonly mean: number;
  /** Ends of the interval; null where there is none. */
  readonly ends: readonly [low: number, high: number] | null;
  readonly color: string;
};

/** Draws an estimate as a dot on the line of its interval. */
export function intervalMarks({ y, mean, ends, color }: Estimate): readonly Mark[] {
  const stroke = { color, dash: [], width: 2.4 };
  return [
    ...(ends === null ? [] : [segment([ends[0], y], [ends[1], y], stroke)]),
    { kind: "dot", at: [mean, y], color },
  ];
}
