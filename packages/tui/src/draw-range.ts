/** The chart of a learning rate range test. */
import { loss as lossText } from "@ablate/text";
import { dotColumns, drawChart } from "./chart/chart.ts";
import type { Glyphs } from "./chart/raster.ts";
import type { Curve } from "./chart/spec.ts";
import { trace } from "./chart/trace.ts";
import type { Line } from "./text/line.ts";
import { piece } from "./text/line.ts";

export type RangeChart = {
  /** Of each step, rising. */
  readonly lr: Float64Array;
  readonly loss: Float64Array;
  /** Of the steps whose loss is finite, which come first. */
  readonly smoothed: Float64Array;
  /** Rates that are marked behind the curve. */
  readonly marks: readonly number[];
  /** A rate that is marked in front of it; null: none. */
  readonly cursor: number | null;
  readonly columns: number;
  readonly rows: number;
  readonly glyphs: Glyphs;
};

/** Draws the loss against the rate, on a logarithmic axis: smoothed, in front of the single losses. */
export function drawRange(chart: RangeChart): Line[] {
  const { lr, loss, smoothed, marks, cursor, ...box } = chart;
  const x = { low: lr[0] ?? 1, high: lr.at(-1) ?? 1, log: true };
  const n = smoothed.length;
  const of = { x: lr.subarray(0, n), min: loss.subarray(0, n), max: loss.subarray(0, n) };
  const ones = { n: new Uint32Array(n).fill(1), width: new Float64Array(n).fill(1) };
  const curve: Curve = {
    tone: "series0",
    trace: trace({ ...of, mean: smoothed, ...ones }, x, dotColumns(box.columns, box.glyphs)),
    shaded: true,
    behind: [],
    isSparse: false,
    divergedAt: n < loss.length ? x.high : null,
  };
  const y = shownOf(smoothed);
  const top = smoothed.reduce((most, one) => Math.max(most, one), 0);
  return drawChart({
    title: [{ text: "loss by learning rate", bold: true }],
    note: [piece(top > y.high ? `cut above, up to ${lossText(top)}` : "", "muted")],
    ...box,
    x,
    y: { ...y, log: false },
    curves: [curve],
    guides: [],
    events: marks,
    crosshair: cursor,
    xLabel: (value) => String(Number(value.toPrecision(3))).replace("e+", "e"),
  });
}

/** So much of the way from the lowest loss to the first is left above the first. */
const ABOVE = 0.6;
/** At least so many nats are shown. */
const LEAST_HEIGHT = 0.5;

/** Returns the losses from the lowest to some above the first: what diverges would flatten the rest. */
function shownOf(smoothed: Float64Array): { readonly low: number; readonly high: number } {
  const first = smoothed[0] ?? 1;
  const low = smoothed.reduce((least, one) => Math.min(least, one), first);
  const height = Math.max(first - low, LEAST_HEIGHT);
  return { low: low - height * 0.15, high: low + height * (1 + ABOVE) };
}
